"""Reading applications for the pages."""

from __future__ import annotations

from typing import Any, get_args

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Length, RowNumber
from django.shortcuts import get_object_or_404

from portal.cockpit.checks.check import Severity
from portal.cockpit.models import (
    WATCHING,
    Application,
    AppVersion,
    Capture,
    CheckRun,
    MessageSide,
    ReleaseMessage,
    RunState,
    Ticket,
)
from portal.cockpit.pictures import CAPTURE, PictureKind, ShownKind
from portal.cockpit.states import APPROVED, AppState
from portal.errors import NotFound
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
    return _without_pictures(AppVersion.objects.all())


def _without_pictures(found: QuerySet[AppVersion]) -> QuerySet[AppVersion]:
    light = found.select_related("application", "tenant").defer("icon", "screenshot")
    sizes = {f"{kind}_size": Length(kind) for kind in get_args(PictureKind)}
    return light.annotate(has_icon=Q(icon__isnull=False), **sizes)  # type: ignore[no-redef]  # declared for readers


def find_picture(app_id: int, kind: ShownKind) -> bytes:
    """The picture of the version with this id in the active tenant, else 404."""
    if kind == CAPTURE:
        taken = Capture.objects.filter(version=app_id, state=RunState.DONE).order_by("-pk")
        found = taken.values_list("picture", flat=True).first()
    else:
        found = AppVersion.objects.filter(pk=app_id).values_list(kind, flat=True).first()
    if found is None:
        raise NotFound
    return bytes(found)


def find_version(app_id: int) -> AppVersion:
    """The version with this id, else 404."""
    return get_object_or_404(versions().select_related("registration"), pk=app_id)


def find_versions(*, q: str = "", state: str = "") -> QuerySet[AppVersion]:
    """Versions whose name, internal name or version contains `q`, in this state; those made last come first."""
    found = versions()
    if q:
        named = Q(display_name__icontains=q) | Q(application__internal_name__icontains=q)
        found = found.filter(named | Q(version__icontains=q))
    if state:
        found = found.filter(state=state)
    return found.order_by("-created_at", "-pk")


def approved_before(version: AppVersion) -> AppVersion | None:
    """The version of the same application that was made last of those that were approved, this one left out."""
    others = versions().filter(application=version.application_id, state__in=APPROVED).exclude(pk=version.pk)
    return others.order_by("-pk").first()


def approved_versions(*, q: str = "", state: str = "") -> QuerySet[AppVersion]:
    """Of all tenants, for the operator: what was approved and waits for its check, the oldest first, or all of it.

    `q` is a part of the display name, the internal name or the name of the tenant.
    """
    found = AppVersion.all_tenants.select_related("application", "tenant").defer("icon", "screenshot")
    if state == "all":
        found = found.filter(state__in=APPROVED).order_by("-state_since", "-pk")
    else:
        found = found.filter(state=AppState.CHECK).order_by("state_since", "pk")
    if q:
        named = Q(display_name__icontains=q) | Q(application__internal_name__icontains=q)
        found = found.filter(named | Q(tenant__name__icontains=q) | Q(tenant__display_name__icontains=q))
    return found


def waiting_for_operator() -> QuerySet[AppVersion]:
    """Of all tenants: releases in check whose last message is from the tenant."""
    last = ReleaseMessage.all_tenants.filter(version=OuterRef("pk")).order_by("-pk").values("side")[:1]
    return versions_in_check().annotate(last_side=Subquery(last)).filter(last_side=MessageSide.TENANT)


def waiting_for_tenant() -> QuerySet[AppVersion]:
    """Of the active tenant: approved releases about which the operator asked and nobody has answered."""
    mine = ReleaseMessage.objects.filter(version=OuterRef("pk"))
    answered = mine.filter(side=MessageSide.TENANT, pk__gt=OuterRef("last_question"))
    question = mine.filter(side=MessageSide.OPERATOR, asks=True).order_by("-pk").values("pk")[:1]
    found = versions().filter(state__in=APPROVED - {AppState.READY}).annotate(last_question=Subquery(question))
    return found.exclude(last_question=None).exclude(Exists(answered)).order_by("pk")


def versions_in_check() -> QuerySet[AppVersion]:
    """Of all tenants, for the operator: what was approved and waits for the end of its check, the oldest first."""
    return _without_pictures(AppVersion.all_tenants.all()).filter(state=AppState.CHECK).order_by("state_since", "pk")


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


def looks(version: AppVersion) -> QuerySet[CheckRun]:
    """Runs that were done since the version is ready for assignment, the newest first."""
    done = version.check_runs.filter(why__in=WATCHING, state=RunState.DONE, asked_at__gte=version.state_since)
    return done.order_by("-pk")


def with_health(found: QuerySet[AppVersion]) -> QuerySet[AppVersion]:
    """Each with what its newest look said and when, and whether tickets that block or warn are open."""
    runs = CheckRun.objects.filter(version=OuterRef("pk"), why__in=WATCHING, state=RunState.DONE)
    newest = runs.filter(asked_at__gte=OuterRef("state_since")).order_by("-pk")
    tickets = Ticket.objects.filter(version=OuterRef("pk"), closed_at=None)
    return found.annotate(
        looked_health=Subquery(newest.values("health")[:1]),
        looked_at=Subquery(newest.values("ended_at")[:1]),
        has_blocking=Exists(tickets.filter(severity=Severity.BLOCKING.value)),
        has_warning=Exists(tickets.filter(severity=Severity.WARNING.value)),
    )
