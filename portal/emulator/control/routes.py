"""Every path of the emulator's own."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.control import page_views, views, weather_views
from portal.emulator.web import Handler, get


def control_rules() -> Iterable[Rule]:
    """The site map of the emulator's own paths."""
    yield get("/_emulator/health", views.health)
    yield get("/_emulator/banner", views.show_banner)
    yield get("/_emulator/static/<name>", views.static_file)
    yield get("/_emulator/state", views.show_state)
    yield _post("/_emulator/reset", views.reset)
    yield get("/_emulator/snapshot", views.save_snapshot)
    yield _post("/_emulator/snapshot", views.save_snapshot)
    yield _post("/_emulator/snapshot/load", views.load_snapshot)
    yield Rule("/_emulator/snapshot/load", endpoint=views.load_snapshot, methods=["PUT"])
    yield _post("/_emulator/tokens/expire", views.expire_tokens)
    yield _post("/_emulator/user-token", views.user_token)
    yield get("/_emulator/requests", views.list_requests)
    yield _delete("/_emulator/requests", views.clear_requests)
    yield get("/_emulator/switches", views.show_switches)
    yield _post("/_emulator/switches", views.set_switches)
    yield from _weather_rules()
    yield get("/", page_views.go_to_page)
    yield get("/_emulator", page_views.go_to_page)
    yield get("/_emulator/", page_views.show_page)
    yield _post("/_emulator/page/<action>", page_views.take_form)


def _weather_rules() -> Iterable[Rule]:
    yield get("/_emulator/clock", weather_views.show_clock)
    yield _post("/_emulator/clock", weather_views.set_clock)
    yield _delete("/_emulator/clock", weather_views.reset_clock)
    yield get("/_emulator/faults", weather_views.list_faults)
    yield _post("/_emulator/faults", weather_views.add_fault)
    yield _delete("/_emulator/faults", weather_views.clear_faults)
    yield _delete("/_emulator/faults/<fault_id>", weather_views.end_fault)


def _post(path: str, handler: Handler) -> Rule:
    return Rule(path, endpoint=handler, methods=["POST"])


def _delete(path: str, handler: Handler) -> Rule:
    return Rule(path, endpoint=handler, methods=["DELETE"])
