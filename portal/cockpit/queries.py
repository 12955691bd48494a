"""Reading applications for the pages."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from portal.cockpit.models import Application, AppVersion
from portal.cockpit.pictures import PictureKind
from portal.cockpit.states import AppState
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
    return light.annotate(has_icon=Q(icon__isnull=False))  # type: ignore[no-redef]  # declared for those who read it


def find_picture(app_id: int, kind: PictureKind) -> bytes:
    """The picture of the version with this id in the active tenant, else 404."""
    found = AppVersion.objects.filter(pk=app_id).values_list(kind, flat=True).first()
    if found is None:
        raise NotFound
    return bytes(found)


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
    return _without_pictures(AppVersion.all_tenants.all()).filter(state=AppState.CHECK).order_by("state_since", "pk")
