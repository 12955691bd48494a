"""The paths around applications that are not an application's own."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.addresses import STATIC_PATH
from portal.emulator.appgateway import control_views, hub_views
from portal.emulator.web import get


def application_rules() -> Iterable[Rule]:
    """The Hub bar's files, and the emulator's own paths; applications are found by host name."""
    yield get(f"{STATIC_PATH}/osbar/v4/<path:name>", hub_views.bar_file)
    yield get("/_emulator/applications", control_views.list_applications)
    yield Rule("/_emulator/applications", endpoint=control_views.add_application, methods=["POST"])
    yield Rule("/_emulator/applications", endpoint=control_views.remove_application, methods=["DELETE"])
    yield Rule("/_emulator/application-sessions", endpoint=control_views.add_session, methods=["POST"])
