"""The emulated Insights Hub: identity hosts, API gateways, application gateway, and the data of three demo tenants.

Two tenants live in the classic world, one in the Xcelerator world. It is a separate process with its own WSGI
application that imports nothing of the portal and no Django, so clients meet it only over HTTP, as they meet the real
Hub. State lives in memory; everything else follows from the seed.

Read first, in this order: ``tenants.py`` (who), ``routes.py`` (the site map), ``application.py`` (what happens to a
request), ``hub.py`` (the state), ``gateway/calls.py`` (what every platform API checks). Then the package of a service:
its ``routes.py`` names the view of each path.

| package | what it is at the Hub |
|---|---|
| ``identity`` | sign-in, tokens, keys; the people, groups and clients |
| ``gateway`` | what all platform APIs share: limits, tokens, roles, bodies, errors |
| ``assets``, ``timeseries``, ``aggregates`` | Asset Management, IoT Time Series, IoT TS Aggregates |
| ``identitymanagement``, ``tenantmanagement``, ``tokenmanager`` | the other platform APIs |
| ``appgateway`` | the gateway in front of self-hosted applications, the Hub bar and the Launchpad |
| ``control`` | nothing: clock, faults, switches, journal and snapshots below ``/_emulator/`` |
"""
