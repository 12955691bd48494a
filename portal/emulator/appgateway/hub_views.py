"""The Hub's own pages around applications: the Hub bar's files and a tenant's Launchpad."""

from __future__ import annotations

from pathlib import Path

from werkzeug import Response
from werkzeug.exceptions import NotFound

from portal.emulator.appgateway.pages import launchpad_page
from portal.emulator.hub import Hub
from portal.emulator.tenants import TENANTS
from portal.emulator.web import EmulatorRequest

_FOLDER = Path(__file__).parents[1] / "static" / "osbar"
_FILES = {
    "js/main.min.js": ((_FOLDER / "bar.js").read_bytes(), "text/javascript; charset=utf-8"),
    "css/main.min.css": ((_FOLDER / "bar.css").read_bytes(), "text/css; charset=utf-8"),
}


def bar_file(hub: Hub, request: EmulatorRequest, name: str) -> Response:
    """A file of the Hub bar, version 4. The names are those of the Hub; the files are ours and readable."""
    if name not in _FILES:
        raise NotFound()
    content, content_type = _FILES[name]
    response = Response(content, content_type=content_type)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def launchpad(hub: Hub, request: EmulatorRequest, tenant: str) -> Response:
    """The applications that the tenant's people can open."""
    if tenant not in TENANTS:
        raise NotFound()
    registry = hub.applications
    listed = [
        (application.display_name, application.version, f"{_address(hub, request, registry.bases(application))}/")
        for application in registry
        if application.tenant == tenant
    ]
    return launchpad_page(hub.config, hub.tenants.get(tenant).display_name, listed)


def _address(hub: Hub, request: EmulatorRequest, bases: tuple[str, ...]) -> str:
    """The address in the caller's form: by host name, or the own port at localhost if there is one."""
    by_port = [base for base in bases if base.startswith(f"{hub.config.host_addresses.scheme}://localhost:")]
    return by_port[0] if by_port and request.addresses == hub.config.addresses else bases[0]
