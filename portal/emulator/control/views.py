"""The emulator's own paths: health, banner, stylesheet, faults and clock. The real Hub has none of them.

Banner, faults and clock answer only a caller on this machine that also names it as such: the remote
address keeps the network out, the Host header keeps out web pages that rebind a DNS name to loopback.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug import Response
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from portal.emulator.banner import banner
from portal.emulator.control.faults import Fault
from portal.emulator.hub import Hub
from portal.emulator.web import EmulatorRequest, json_response, never_stored

STATIC = Path(__file__).parents[1] / "static"
STYLESHEETS = {path.name: path.read_bytes() for path in STATIC.glob("*.css")}
LOCAL_NAMES = ("localhost", "127.0.0.1")

ControlHandler = Callable[[Hub, EmulatorRequest], Response]


def local_only(handler: ControlHandler) -> ControlHandler:
    """Let only callers on this machine through; others get 403."""

    @wraps(handler)
    def guarded(hub: Hub, request: EmulatorRequest) -> Response:
        name = urlsplit(f"//{request.host}").hostname
        if not _is_loopback(request.remote_addr) or name not in (
            *LOCAL_NAMES,
            hub.config.host_name,
        ):
            raise Forbidden("This path answers only callers on the emulator's own machine.")
        return handler(hub, request)

    return guarded


def health(hub: Hub, request: EmulatorRequest) -> Response:
    """The health contract of self-hosted applications: ``{"healthStatus","time"}``."""
    time = hub.clock.now_datetime().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json_response({"healthStatus": "green", "time": time})


def static_file(hub: Hub, request: EmulatorRequest, name: str) -> Response:
    """A stylesheet of the sign-in pages."""
    if name not in STYLESHEETS:
        raise NotFound()
    response = Response(STYLESHEETS[name], content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@local_only
def show_banner(hub: Hub, request: EmulatorRequest) -> Response:
    """Everything one needs to call the emulator, demo secrets included."""
    return never_stored(json_response(banner(hub)))


@local_only
def add_fault(hub: Hub, request: EmulatorRequest) -> Response:
    """Add a fault; the JSON object has the fields of :class:`~portal.emulator.control.faults.Fault`."""
    wanted = _json_object(request)
    try:
        fault = _fault(**wanted)
    except (TypeError, ValueError) as error:
        raise BadRequest(f"Not a fault: {error}") from error
    hub.faults.add(
        fault.pattern,
        fault.status,
        fault.latency,
        fault.body,
        fault.drop,
        fault.truncate,
    )
    return Response(status=204)


@local_only
def clear_faults(hub: Hub, request: EmulatorRequest) -> Response:
    """End all faults."""
    hub.faults.clear()
    return Response(status=204)


@local_only
def set_clock(hub: Hub, request: EmulatorRequest) -> Response:
    """Move the clock: ``{"shift": seconds}``, ``{"freeze": "<ISO date-time>"}`` or ``{"reset": true}``."""
    wanted = _json_object(request)
    try:
        match wanted:
            case {"shift": int() | float() as seconds}:
                hub.clock.shift(seconds)
            case {"freeze": str() as moment}:
                hub.clock.freeze(datetime.fromisoformat(moment))
            case {"reset": True}:
                hub.clock.reset()
            case _:
                raise ValueError("write shift (seconds), freeze (ISO date-time) or reset (true)")
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"The clock was not changed: {error}") from error
    return json_response({"now": hub.clock.now_datetime().isoformat()})


def _fault(
    pattern: str,
    status: int | None = None,
    latency: float = 0.0,
    body: str | None = None,
    drop: bool = False,
    truncate: bool = False,
) -> Fault:
    if not isinstance(pattern, str) or not pattern:
        raise ValueError("pattern has to be text")
    if status is not None and not 100 <= int(status) <= 599:
        raise ValueError("status has to be 100 to 599")
    if not 0 <= float(latency) <= 60:
        raise ValueError("latency has to be 0 to 60 seconds")
    return Fault(pattern, status, float(latency), body, bool(drop), bool(truncate))


def _json_object(request: EmulatorRequest) -> dict[str, Any]:
    # get_json answers 415 unless the content type is JSON. That matters: a page of another origin can
    # post a form or plain text here without asking the browser's permission, but not JSON.
    value = request.get_json()
    if not isinstance(value, dict):
        raise BadRequest("Send a JSON object.")
    return value


def _is_loopback(address: str | None) -> bool:
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)
