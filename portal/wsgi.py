"""The WSGI application of the portal, as gunicorn and nginx see it."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("PORTAL_SERVES", "1")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.exit(f"Bindery does not start: {error}")
