"""The emulator's own paths that make the weather: the clock and the faults."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from werkzeug import Response
from werkzeug.exceptions import BadRequest, NotFound

from portal.emulator.control.clock import Clock
from portal.emulator.control.faults import Fault, WrongFault
from portal.emulator.control.guards import json_object, local_only
from portal.emulator.hub import Hub
from portal.emulator.web import EmulatorRequest, json_response


@local_only
def show_clock(hub: Hub, request: EmulatorRequest) -> Response:
    """What the clock shows, whether it stands still, and how far it is ahead of real time."""
    return json_response(clock_state(hub.clock))


@local_only
def set_clock(hub: Hub, request: EmulatorRequest) -> Response:
    """Move the clock: ``{"shift": seconds}``, ``{"freeze": "<ISO date-time>"}`` (or ``true`` for now),
    ``{"resume": true}`` to let it run on from there, or ``{"reset": true}``."""
    try:
        move_clock(hub.clock, json_object(request))
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"The clock was not changed: {error}") from error
    return json_response(clock_state(hub.clock))


@local_only
def reset_clock(hub: Hub, request: EmulatorRequest) -> Response:
    """Go back to real time."""
    hub.clock.reset()
    return json_response(clock_state(hub.clock))


def move_clock(clock: Clock, wanted: dict[str, Any]) -> None:
    """Do what :func:`set_clock` describes.

    :raises ValueError: it is none of that, or leads to an impossible moment.
    :raises OverflowError: a number is beyond all measure.
    """
    match wanted:
        case {"shift": bool()}:
            raise ValueError("shift is a number of seconds")
        case {"shift": int() | float() as seconds, **rest} if not rest:
            clock.shift(seconds)
        case {"freeze": True, **rest} if not rest:
            clock.freeze()
        case {"freeze": str() as moment, **rest} if not rest:
            clock.freeze(datetime.fromisoformat(moment))
        case {"resume": True, **rest} if not rest:
            clock.resume()
        case {"reset": True, **rest} if not rest:
            clock.reset()
        case _:
            raise ValueError("write one of shift (seconds), freeze (ISO date-time or true), resume or reset (true)")


def clock_state(clock: Clock) -> dict[str, Any]:
    """``now`` as ISO text, ``frozen``, ``offset`` in seconds."""
    return {
        "now": clock.now_datetime().isoformat(),
        "frozen": clock.is_frozen,
        "offset": round(clock.offset, 3),
    }


@local_only
def list_faults(hub: Hub, request: EmulatorRequest) -> Response:
    """The faults in force with their ids and how many requests each struck."""
    return json_response({"faults": [entry.description() for entry in hub.faults]})


@local_only
def add_fault(hub: Hub, request: EmulatorRequest) -> Response:
    """Add a fault; the JSON object has the fields of :class:`~portal.emulator.control.faults.Fault`."""
    try:
        added = hub.faults.put(Fault.read(json_object(request)))
    except WrongFault as error:
        raise BadRequest(f"Not a fault: {error}") from error
    return json_response(added.description(), 201)


@local_only
def clear_faults(hub: Hub, request: EmulatorRequest) -> Response:
    """End all faults."""
    hub.faults.clear()
    return Response(status=204)


@local_only
def end_fault(hub: Hub, request: EmulatorRequest, fault_id: str) -> Response:
    """End one fault."""
    try:
        hub.faults.end(fault_id)
    except KeyError as error:
        raise NotFound("There is no fault with this id. GET /_emulator/faults lists them.") from error
    return Response(status=204)
