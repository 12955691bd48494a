"""The life of a version as its page draws it: what was, where it is, what is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from portal.cockpit.models import AppVersion
from portal.cockpit.release.review import in_words
from portal.cockpit.states import MAIN_PATH, AppState

Items = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Stage:
    """One line: a state, when and by whom it was reached; what is to come says who takes the step."""

    icon: str
    tone: str
    label: str | Promise
    at: datetime | None = None
    by: str = ""
    note: str | Promise = ""
    is_current: bool = False
    # What was returned, each with its reason.
    items: Items = ()


def timeline(version: AppVersion) -> list[Stage]:
    """Every state that the version was in, in order, and those that the way without a detour still has."""
    was: list[tuple[AppState, datetime, str, str, Items]] = [
        (AppState.IN_DEVELOPMENT, version.created_at, version.created_by, "", ())
    ]
    for one in version.moves.order_by("pk"):
        was.append((AppState(one.target), one.at, one.by_name, one.note, tuple(in_words(one))))
    stages = [
        Stage("circle-check", "ok", state.label, at, by, note, items=items) for state, at, by, note, items in was[:-1]
    ]
    state, at, by, note, items = was[-1]
    icon, tone = ("circle-check", "ok") if state is AppState.READY else ("circle-dot", "wait")
    if state is AppState.REMEDIATION:
        icon, tone = "circle-x", "bad"
    return [*stages, Stage(icon, tone, state.label, at, by, note, is_current=True, items=items), *_to_come(state)]


def _to_come(state: AppState) -> list[Stage]:
    path = list(MAIN_PATH)
    # From a remediation the way leads through another preparation.
    begun = path.index(state) + 1 if state in MAIN_PATH else path.index(AppState.PREPARATION)
    return [Stage("circle", "muted", one.label, note=MAIN_PATH[one]) for one in path[begun:]]
