"""Conditional writes: ``If-Match`` holds the number of the body's ``etag``, ``If-None-Match: *`` wants a creation."""

from __future__ import annotations

from werkzeug.http import unquote_etag

from portal.emulator.control.switches import Switches
from portal.emulator.gateway.errors import GatewayError
from portal.emulator.web import EmulatorRequest


def require_match(request: EmulatorRequest, switches: Switches, etag: int) -> None:
    """Refuse a write that was made for another state of the resource.

    :raises GatewayError: ``If-Match`` is missing or not the present etag; no public text has the two statuses, so
        they are switches.
    """
    sent = request.headers.get("If-Match")
    if sent is None:
        _refuse(switches.missing_if_match_status, "If-Match is required: the etag of the resource.")
    elif sent.strip() != "*" and str(etag) not in {unquote_etag(part.strip())[0] for part in sent.split(",")}:
        _refuse(switches.wrong_if_match_status, f"If-Match is {sent}, but the etag of the resource is {etag}.")


def require_none(request: EmulatorRequest, switches: Switches, exists: bool) -> None:
    """Refuse a creation (``If-None-Match: *``) where the resource exists."""
    if exists and request.headers.get("If-None-Match", "").strip() == "*":
        _refuse(switches.wrong_if_match_status, "The resource exists already.")


def require_creation(request: EmulatorRequest, switches: Switches) -> None:
    """Refuse an update (``If-Match``) of what does not exist: it would create a resource that the caller has not seen.

    :raises GatewayError: RFC 9110, section 13.1.1; the status is that of a wrong ``If-Match``.
    """
    if "If-Match" in request.headers:
        _refuse(switches.wrong_if_match_status, "The resource does not exist. Leave If-Match out to create it.")


def _refuse(status: int, message: str) -> None:
    """Raise the refusal, unless the switch holds 0: not refused."""
    if status:
        code = {409: "conflict", 412: "noMatch"}.get(status, "invalidParameter")
        raise GatewayError(status, code, message)
