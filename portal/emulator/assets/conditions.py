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
        if switches.missing_if_match_status:
            raise _refused(switches.missing_if_match_status, "If-Match is required: the etag of the resource.")
        return
    if sent.strip() != "*" and str(etag) not in {unquote_etag(part.strip())[0] for part in sent.split(",")}:
        raise _refused(switches.wrong_if_match_status, f"If-Match is {sent}, but the etag of the resource is {etag}.")


def require_none(request: EmulatorRequest, switches: Switches, exists: bool) -> None:
    """Refuse a creation (``If-None-Match: *``) where the resource exists."""
    if exists and request.headers.get("If-None-Match", "").strip() == "*":
        raise _refused(switches.wrong_if_match_status, "The resource exists already.")


def _refused(status: int, message: str) -> GatewayError:
    return GatewayError(status, "noMatch" if status == 412 else "invalidParameter", message)
