"""The emulator's page for people: the weather and the journal, below them what the Hub holds."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from markupsafe import Markup
from werkzeug import Response

from portal.emulator.control.faults import FaultInForce
from portal.emulator.control.html import flag, joined, render
from portal.emulator.control.journal import ReceivedRequest
from portal.emulator.control.page_contents import assets_section, clients_section, people_section
from portal.emulator.control.switches import LOOSE, Switches
from portal.emulator.web import never_stored

if TYPE_CHECKING:
    from portal.emulator.hub import Hub

SHOWN_REQUESTS = 50
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DONE = {
    "clock-shift": "The clock was moved.",
    "clock-freeze": "The clock stands still.",
    "clock-resume": "The clock runs again.",
    "clock-reset": "The clock shows real time.",
    "token-expire": "All tokens issued until now are refused.",
    "fault-add": "The fault is in force.",
    "fault-end": "The fault has ended.",
    "fault-clear": "All faults have ended.",
    "request-clear": "The request log is empty.",
    "switch-set": "The switches are set.",
    "snapshot-load": "The snapshot is loaded.",
    "reset": "Everything is as at the start.",
}
"""What the page says after an action."""


def page(hub: Hub, path: str = "", status: str = "", done: str = "", problem: str = "") -> Response:
    """The whole page. ``path`` and ``status`` filter the request log, ``done`` is a key of :data:`DONE`."""
    body = render(
        "page",
        notice=_notice(done, problem),
        url=hub.config.url,
        seed=hub.config.seed,
        strictness=_strictness(hub),
        clock=_clock(hub),
        faults=_faults(hub),
        requests=_requests(hub, path, status),
        people=people_section(hub),
        clients=clients_section(hub),
        assets=assets_section(hub),
        switches=_switches(hub),
    )
    response = Response(body, 400 if problem else 200, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    # Not "no-referrer": with that a browser would not name the origin of the page's own forms.
    response.headers["Referrer-Policy"] = "same-origin"
    return never_stored(response)


def _notice(done: str, problem: str) -> Markup:
    if problem:
        return render("notice", kind="problem", role="alert", text=problem)
    return render("notice", kind="done", role="status", text=DONE[done]) if done in DONE else Markup("")


def _strictness(hub: Hub) -> str:
    return {Switches(): "strict", LOOSE: "loose"}.get(hub.switches, "own switches")


def _clock(hub: Hub) -> Markup:
    clock = hub.clock
    ahead = round(clock.offset)
    if clock.is_frozen:
        mood = "stands still"
    elif abs(ahead) >= 1:
        mood = f"runs {_span(abs(ahead))} {'ahead' if ahead > 0 else 'behind'}"
    else:
        mood = "real time"
    now = clock.now_datetime()
    return render("clock", now=f"{now:%Y-%m-%d %H:%M:%S} UTC", iso=now.isoformat(), mood=mood)


def _span(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    return (f"{days} d " if days else "") + f"{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"


def _faults(hub: Hub) -> Markup:
    entries = list(hub.faults)
    clear = render("faults_clear") if len(entries) > 1 else Markup("")
    return render("faults", entries=joined(map(_fault, entries), render("faults_empty")), clear=clear)


def _fault(entry: FaultInForce) -> Markup:
    times = "once" if entry.hits == 1 else f"{entry.hits} times"
    return render("fault", id=entry.id, pattern=entry.fault.pattern, effects=entry.fault.effects, hits=times)


def _requests(hub: Hub, path: str, status: str) -> Markup:
    wanted = int(status) if status.isascii() and status.isdigit() and len(status) <= 3 else None
    entries = hub.requests.newest(SHOWN_REQUESTS, path=path, status=wanted)
    empty = render("requests_none_found" if path or status else "requests_empty")
    return render(
        "requests",
        path=path,
        status=status,
        shown=len(entries),
        total=len(hub.requests),
        entries=joined(map(_request, entries), empty),
    )


def _request(entry: ReceivedRequest) -> Markup:
    notes = [
        render("note", text=f"{label}{text}")
        for label, text in (("limit: ", entry.limit), ("fault ", entry.fault))
        if text
    ]
    return render(
        "request",
        time=f"{datetime.fromtimestamp(entry.time, UTC):%H:%M:%S}",
        iso=datetime.fromtimestamp(entry.time, UTC).isoformat(),
        method=entry.method,
        path=entry.path,
        status=entry.status or "no answer",
        kind="bad" if entry.status == 0 or entry.status >= 400 else "good",
        caller=entry.client or "no client",
        reason=entry.reason,
        notes=joined(notes),
        duration=f"{entry.duration_ms:.0f}" if entry.duration_ms >= 1 else "< 1",
    )


def _switches(hub: Hub) -> Markup:
    entries = []
    for switch in fields(Switches):
        value = getattr(hub.switches, switch.name)
        control = (
            render("switch_truth", name=switch.name, yes=flag("selected", value), no=flag("selected", not value))
            if isinstance(value, bool)
            else render("switch_number", name=switch.name, value=value)
        )
        changed = render("note", text=f"usually {switch.default}") if value != switch.default else Markup("")
        meaning = switch.metadata["meaning"].replace("`", "")
        entries.append(render("switch", name=switch.name, meaning=meaning, control=control, changed=changed))
    return render("switches", entries=joined(entries))
