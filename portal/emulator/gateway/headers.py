"""Response headers as recorded from the platform.

The service and the gateway in front of it each set their own security headers, so most of them arrive
twice. Clients must cope with that; so the emulator does the same.
"""

from __future__ import annotations

from werkzeug import Response

_SERVICE_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-XSS-Protection", "1; mode=block"),
    ("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"),
    ("Pragma", "no-cache"),
    ("Expires", "0"),
    ("Strict-Transport-Security", "max-age=31536000 ; includeSubDomains"),
    ("X-Frame-Options", "DENY"),
    ("X-Application-Context", "mindgate:prod:9090"),
)
_GATEWAY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-XSS-Protection", "1; mode=block"),
    ("Cache-Control", "no-cache, max-age=0, must-revalidate"),
    ("Pragma", "no-cache"),
    ("X-Frame-Options", "DENY"),
)


def with_gateway_headers(response: Response) -> Response:
    """Add the headers of the service, then those of the gateway."""
    for name, value in (*_SERVICE_HEADERS, *_GATEWAY_HEADERS):
        response.headers.add(name, value)
    return response
