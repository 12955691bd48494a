"""Every path of the emulator's own."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.control import views
from portal.emulator.web import get


def control_rules() -> Iterable[Rule]:
    """The site map of the emulator's own paths."""
    yield get("/_emulator/health", views.health)
    yield get("/_emulator/banner", views.show_banner)
    yield get("/_emulator/static/<name>", views.static_file)
    yield Rule("/_emulator/faults", endpoint=views.add_fault, methods=["POST"])
    yield Rule("/_emulator/faults", endpoint=views.clear_faults, methods=["DELETE"])
    yield Rule("/_emulator/clock", endpoint=views.set_clock, methods=["POST"])
