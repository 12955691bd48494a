"""The headers that the application gateway adds to an application's answers."""

from __future__ import annotations

from urllib.parse import urlsplit

from werkzeug import Response

from portal.emulator.appgateway.applications import Application
from portal.emulator.appgateway.routing import Entry

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "1; mode=block",
    "Strict-Transport-Security": "max-age=31536000 ; includeSubDomains",
}


def protect(response: Response, entry: Entry, application: Application) -> Response:
    """Set the gateway's headers. A policy that the application sends itself stays: browsers obey both. What the
    registration says about caching replaces what the application says."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    policy = application.content_security_policy or default_policy(entry, application)
    response.headers.add("Content-Security-Policy", policy)
    if application.cache_control:
        response.headers["Cache-Control"] = application.cache_control
    return response


def default_policy(entry: Entry, application: Application) -> str:
    """The platform's default content security policy: own files, the Hub bar's, and the identity host's.

    Source: "How to handle content security policies" of the platform's documentation.
    """
    static = urlsplit(entry.addresses.static).netloc
    identity = urlsplit(entry.addresses.identity(application.owner.identity_host)).netloc
    sources = " ".join(dict.fromkeys((static, identity)))
    return (
        f"default-src 'self' {sources}; style-src * 'unsafe-inline';"
        f" script-src 'self' 'unsafe-inline' {static}; img-src * data:"
    )
