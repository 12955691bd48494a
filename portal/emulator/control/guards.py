"""Who may use the emulator's own paths, and what they may send.

Two guards keep others out. The remote address keeps out the network; the Host header keeps out web pages that rebind
a DNS name to loopback. A page of another origin can still make a browser post here: JSON it cannot post without asking,
and of forms only those of the emulator's own page are taken.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug import Response
from werkzeug.exceptions import BadRequest, Forbidden, UnsupportedMediaType

from portal.emulator.strict_json import NotStrictJson, read_json
from portal.emulator.web import EmulatorRequest

if TYPE_CHECKING:
    from portal.emulator.hub import Hub

LOCAL_NAMES = ("localhost", "127.0.0.1")

ControlHandler = Callable[..., Response]
"""Called with the hub, the request and the arguments of the path."""


def local_only(handler: ControlHandler) -> ControlHandler:
    """Let only callers on this machine through that also name it as such; others get 403."""

    @wraps(handler)
    def guarded(hub: Hub, request: EmulatorRequest, **arguments: str) -> Response:
        if not _is_loopback(request.remote_addr) or _host_name(request.host) not in (
            *LOCAL_NAMES,
            hub.config.host_name,
        ):
            raise Forbidden("This path answers only callers on the emulator's own machine.")
        return handler(hub, request, **arguments)

    return guarded


def own_form(handler: ControlHandler) -> ControlHandler:
    """Take only forms that the emulator's own page sent (Fetch Metadata, or the Origin header); others get 403."""

    @wraps(handler)
    def guarded(hub: Hub, request: EmulatorRequest, **arguments: str) -> Response:
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        is_own = site == "same-origin" if site else origin == f"{request.scheme}://{request.host}"
        if not is_own:
            raise Forbidden("This form is only taken from the emulator's own page. Scripts send JSON to /_emulator/….")
        return handler(hub, request, **arguments)

    return guarded


def require_json(request: EmulatorRequest) -> None:
    """Refuse what is not sent as JSON.

    :raises UnsupportedMediaType: the content type is another one. That matters: a page of another origin can post a
        form or plain text here without asking the browser's permission, but not JSON.
    """
    if not request.is_json:
        raise UnsupportedMediaType("Content-Type has to be application/json.")


def json_object(request: EmulatorRequest, may_be_empty: bool = False) -> dict[str, Any]:
    """The JSON object that was sent; an empty one if there may be no body and there is none.

    :raises UnsupportedMediaType: it was not sent as JSON.
    :raises BadRequest: it is no JSON object.
    """
    if may_be_empty and not request.content_length and not request.headers.get("Transfer-Encoding"):
        # Without a body there is no content type; a foreign page is told apart by the browser's own header.
        _refuse_foreign_pages(request)
        return {}
    require_json(request)
    try:
        value = read_json(request.get_data())
    except NotStrictJson as error:
        raise BadRequest(str(error)) from error
    if not isinstance(value, dict):
        raise BadRequest("Send a JSON object.")
    return value


def only(wanted: dict[str, Any], *names: str) -> None:
    """Refuse an object with other fields.

    :raises BadRequest: there is another one.
    """
    for name in wanted:
        if name not in names:
            raise BadRequest(f"There is no field {name[:100]!a}. Write some of {', '.join(names)}.")


def _refuse_foreign_pages(request: EmulatorRequest) -> None:
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise Forbidden("A page of another origin may not do this.")
    if request.headers.get("Origin") not in (None, f"{request.scheme}://{request.host}"):
        raise Forbidden("A page of another origin may not do this.")


def _host_name(authority: str) -> str | None:
    try:
        return urlsplit(f"//{authority}").hostname
    except ValueError:
        return None


def _is_loopback(address: str | None) -> bool:
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)
