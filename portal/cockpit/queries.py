"""Reading applications for the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.shortcuts import get_object_or_404

from portal.cockpit.models import Application, AppVersion, CheckRun, RunState
from portal.cockpit.states import AppState
from portal.lib.badge import Badge

BADGES = {
    AppState.IN_DEVELOPMENT: Badge("muted", "pencil-ruler", AppState.IN_DEVELOPMENT.label),
    AppState.REGISTERED: Badge("ok", "check", AppState.REGISTERED.label),
    AppState.PREPARATION: Badge("wait", "hourglass", AppState.PREPARATION.label),
    AppState.WAITING: Badge("wait", "stamp", AppState.WAITING.label),
    AppState.CHECK: Badge("wait", "refresh-cw", AppState.CHECK.label),
    AppState.READY: Badge("ok", "badge-check", AppState.READY.label),
    AppState.REMEDIATION: Badge("bad", "triangle-alert", AppState.REMEDIATION.label),
}


def counted_apps() -> int:
    """How many of the tenant's applications count against its quota: all, each once, whatever its versions."""
    return Application.objects.count()


def versions() -> QuerySet[AppVersion]:
    """The versions of the active tenant with their application, without the pictures, which no list needs."""
    return AppVersion.objects.select_related("application", "tenant").defer("icon", "screenshot")


def find_version(app_id: int) -> AppVersion:
    """The version with this id, else 404."""
    return get_object_or_404(versions(), pk=app_id)


def find_versions(*, q: str = "", state: str = "") -> QuerySet[AppVersion]:
    """Versions whose name, internal name or version contains `q`, in this state; those made last come first."""
    found = versions()
    if q:
        named = Q(display_name__icontains=q) | Q(application__internal_name__icontains=q)
        found = found.filter(named | Q(version__icontains=q))
    if state:
        found = found.filter(state=state)
    return found.order_by("-created_at", "-pk")


def versions_in_check() -> QuerySet[AppVersion]:
    """Of all tenants, for the operator: what was approved and waits for the end of its check, the oldest first."""
    found = AppVersion.all_tenants.select_related("application", "tenant").defer("icon", "screenshot")
    return found.filter(state=AppState.CHECK).order_by("state_since", "pk")


def last_ended(version: AppVersion) -> CheckRun | None:
    """The newest run of the checks that has ended, well or not."""
    return version.check_runs.filter(state__in=[RunState.DONE, RunState.FAILED]).order_by("-pk").first()


def kept_runs(most: int) -> QuerySet[CheckRun, Any]:
    """Ids of the newest runs of each version of the active tenant."""
    place = Window(RowNumber(), partition_by="version", order_by="-pk")
    return CheckRun.objects.annotate(place=place).filter(place__lte=most).values("pk")


def versions_to_attend(states: set[AppState]) -> list[AppVersion]:
    """Versions in these states, each with `found_blocking`: what its newest run that was done found."""
    done = CheckRun.objects.filter(version=OuterRef("pk"), state=RunState.DONE).order_by("-pk")
    found = versions().filter(state__in=states).annotate(found_blocking=Subquery(done.values("blocking")[:1]))
    return list(found.order_by("pk"))
