"""The emulator's page and what its forms do. It works without JavaScript: each form ends in a redirect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from werkzeug import Response
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect

from portal.emulator.config import WrongSetting
from portal.emulator.control import snapshots
from portal.emulator.control.faults import Fault, WrongFault
from portal.emulator.control.guards import local_only, own_form
from portal.emulator.control.page import page
from portal.emulator.control.switches import UnknownSwitch
from portal.emulator.hub import Hub
from portal.emulator.web import EmulatorRequest

EFFECTS = ("drop", "reset", "truncate", "broken_json")
LONGEST_FILTER = 200


class WrongForm(ValueError):
    """A field cannot be used; the message says which and what to write."""


@local_only
def show_page(hub: Hub, request: EmulatorRequest) -> Response:
    """People, clients, assets, requests, clock, faults, switches; ``?path=&status=`` filter the requests."""
    wanted = request.args
    path, status = (wanted.get(name, "").strip()[:LONGEST_FILTER] for name in ("path", "status"))
    return page(hub, path, status, done=wanted.get("done", ""))


@local_only
def go_to_page(hub: Hub, request: EmulatorRequest) -> Response:
    """The emulator's bare address, as a person opens it."""
    return redirect("/_emulator/", 303)


@local_only
@own_form
def take_form(hub: Hub, request: EmulatorRequest, action: str) -> Response:
    """Do what a form of the page asks for, then show the page again."""
    act = ACTIONS.get(action)
    if act is None:
        raise NotFound()
    if action == "snapshot-load":
        request.max_content_length = snapshots.LARGEST
    try:
        with request:  # an uploaded file lies in a temporary one until then
            act(hub, request)
    except (WrongForm, WrongFault, UnknownSwitch, WrongSetting, snapshots.WrongSnapshot) as error:
        return page(hub, problem=str(error))
    return redirect(f"/_emulator/?done={action}#{action.partition('-')[0]}", 303)


def _shift(hub: Hub, request: EmulatorRequest) -> None:
    try:
        hub.clock.shift(_number(request.form, "seconds"))
    except (ValueError, OverflowError) as error:
        raise WrongForm(f"The clock was not moved: {error}") from error


def _freeze(hub: Hub, request: EmulatorRequest) -> None:
    text = request.form.get("at", "").strip()
    try:
        hub.clock.freeze(_utc(text) if text else None)
    except (ValueError, OverflowError) as error:
        raise WrongForm("Freeze at: write a date and time (UTC), for example 2026-11-20T12:00:00.") from error


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _add_fault(hub: Hub, request: EmulatorRequest) -> None:
    form = request.form
    values: dict[str, object] = {"pattern": form.get("pattern", "").strip()}
    for name in ("status", "times", "retry_after"):
        if form.get(name, "").strip():
            values[name] = int(_number(form, name))
    for name in ("latency", "probability"):
        if form.get(name, "").strip():
            values[name] = _number(form, name)
    if form.get("effect") in EFFECTS:
        values[form["effect"]] = True
    fault = Fault.read(values)
    if fault.effects == "none":
        raise WrongForm("The fault would do nothing. Choose a status, a latency or another effect.")
    hub.faults.put(fault)


def _end_fault(hub: Hub, request: EmulatorRequest) -> None:
    try:
        hub.faults.end(request.form.get("id", ""))
    except KeyError as error:
        raise WrongForm("This fault has ended already.") from error


def _set_switches(hub: Hub, request: EmulatorRequest) -> None:
    with hub.lock:
        hub.switches = hub.switches.changed(request.form.to_dict())


def _load_snapshot(hub: Hub, request: EmulatorRequest) -> None:
    file = request.files.get("snapshot")
    if file is None or not file.filename:
        raise WrongForm("Choose the file of a snapshot first.")
    snapshots.load_text(hub, file.read())


def _reset(hub: Hub, request: EmulatorRequest) -> None:
    seed = request.form.get("seed", "").strip() or hub.config.seed
    if len(seed) > snapshots.LONGEST_SEED or not seed.isprintable():
        raise WrongForm(f"Seed: write a word of at most {snapshots.LONGEST_SEED} characters.")
    hub.reset(seed)


def _number(form: Mapping[str, str], name: str) -> float:
    try:
        number = float(form.get(name, ""))
    except ValueError as error:
        raise WrongForm(f"{name.replace('_', ' ').capitalize()}: write a number.") from error
    if not abs(number) < 10**12:
        raise WrongForm(f"{name.replace('_', ' ').capitalize()}: write a smaller number.")
    return number


ACTIONS: dict[str, Callable[[Hub, EmulatorRequest], None]] = {
    "clock-shift": _shift,
    "clock-freeze": _freeze,
    "clock-resume": lambda hub, request: hub.clock.resume(),
    "clock-reset": lambda hub, request: hub.clock.reset(),
    "token-expire": lambda hub, request: hub.tokens.expire_all(),
    "fault-add": _add_fault,
    "fault-end": _end_fault,
    "fault-clear": lambda hub, request: hub.faults.clear(),
    "request-clear": lambda hub, request: hub.requests.clear(),
    "switch-set": _set_switches,
    "snapshot-load": _load_snapshot,
    "reset": _reset,
}
"""What each form does; the section it is shown in has the first word as its id."""
