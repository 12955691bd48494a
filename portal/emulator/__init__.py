"""The embedded Insights Hub: identity hosts, API gateway and data of two demo tenants.

A separate process with its own WSGI application. It imports nothing of the portal and no Django, so the
portal meets it only over HTTP, as it meets the real Hub. State lives in memory; everything else follows
from the seed. Start reading at ``routes.py`` (the site map) and ``hub.py`` (the state).
"""
