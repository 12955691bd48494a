"""The WSGI application of the portal, as gunicorn and nginx see it."""

import os
import sys
from typing import Any

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("PORTAL_SERVES", "1")


class Request(WSGIRequest):
    """Takes no charset from the caller: text is UTF-8 here, and a form has none.

    With one, Django reads the query already while it makes the request, where nobody answers for what is wrong with it.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class Handler(WSGIHandler):
    request_class = Request


try:
    django.setup(set_prefix=False)
    application = Handler()
except ImproperlyConfigured as error:
    sys.exit(f"Bindery does not start: {error}")
