"""Which released applications are looked at next: each when its last look is WATCH_HOURS old, never all at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from portal import constants
from portal.actor import Actor
from portal.cockpit.models import OPEN_RUNS, WATCHING, AppVersion, CheckReason, CheckRun, RunState
from portal.cockpit.moves import locked
from portal.cockpit.states import AppState
from portal.errors import NotFound
from portal.scoping import tenant_scope
from portal.tenants.states import TenantState

# So many wait at most: runs that somebody asked for come between them.
MOST_WAITING = 5


def start_due(*, by: Actor) -> list[tuple[int, int]]:
    """Let the checks of what is due run, those first whose last look is oldest; tenant and version of each.

    Of an application the newest version that is ready for assignment counts. Nothing while WATCH_HOURS is 0.
    """
    if not constants.WATCH_HOURS:
        return []
    waiting = CheckRun.all_tenants.filter(why=CheckReason.WATCH, state=RunState.WAITING).count()
    before = timezone.now() - timedelta(hours=constants.WATCH_HOURS)
    due = _due(before).values_list("tenant_id", "pk")[: max(0, MOST_WAITING - waiting)]
    started = []
    for tenant_id, version_id in due:
        with tenant_scope(tenant_id):
            if _start(version_id, before, by):
                started.append((tenant_id, version_id))
    return started


def _due(before: datetime) -> QuerySet[AppVersion]:
    ready = AppVersion.all_tenants.filter(state=AppState.READY)
    newer = ready.filter(application=OuterRef("application"), pk__gt=OuterRef("pk"))
    runs = CheckRun.all_tenants.filter(version=OuterRef("pk"))
    looks = runs.filter(why__in=WATCHING, asked_at__gte=OuterRef("state_since")).order_by("-pk")
    found = ready.filter(tenant__state=TenantState.ACTIVE).exclude(Exists(newer))
    found = found.exclude(Exists(runs.filter(state__in=OPEN_RUNS)))
    found = found.annotate(last_look=Subquery(looks.values("asked_at")[:1]))
    return found.filter(Q(last_look=None) | Q(last_look__lte=before)).order_by(
        F("last_look").asc(nulls_first=True), "pk"
    )


@transaction.atomic(durable=True)
def _start(version_id: int, before: datetime, by: Actor) -> bool:
    """Whether a run waits now that did not: another worker sweeps as well, and asked the same a moment ago."""
    try:
        version = locked(AppVersion(pk=version_id))
    except NotFound:
        return False
    runs = CheckRun.objects.filter(version=version)
    is_late = runs.filter(Q(state__in=OPEN_RUNS) | Q(why__in=WATCHING, asked_at__gt=before)).exclude(
        asked_at__lt=version.state_since, state__in=[RunState.DONE, RunState.FAILED]
    )
    if version.state != AppState.READY or is_late.exists():
        return False
    CheckRun(version=version, tenant_id=version.tenant_id, why=CheckReason.WATCH, asked_by=by.name).save()
    return True
