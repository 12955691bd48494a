"""Every path of the registration."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.cockpit import views
from portal.emulator.web import get


def cockpit_rules() -> Iterable[Rule]:
    """The site map of the emulator's own service behind the gateway; the name says whose it is."""
    base = "/gateway/api/emulatorcockpit/v1/applications"
    yield get(base, views.list_applications)
    yield get(f"{base}/<name>", views.application)
    yield Rule(f"{base}/<name>", endpoint=views.put_application, methods=["PUT"])
    yield Rule(f"{base}/<name>", endpoint=views.remove_application, methods=["DELETE"])
    yield Rule(f"{base}/<name>/health", endpoint=views.put_health, methods=["PUT"])
