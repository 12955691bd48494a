"""Asking for the portal's own capture of an application. How one is taken is in `captures`."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events, tasks
from portal.cockpit.models import OPEN_RUNS, AppVersion, Capture
from portal.cockpit.moves import locked
from portal.cockpit.states import AppState, StateForbids
from portal.errors import Refusal

HOUR = timedelta(hours=1)


class NoBrowser(Refusal):
    """This deployment has no browser, so it cannot take pictures."""

    code = "capture_no_browser"
    status = 409
    message = gettext_lazy("This portal has no browser, so it takes no picture of its own.")
    advice = gettext_lazy("The operator can install one and name it as PORTAL_BROWSER.")


class TooManyCaptures(Refusal):
    """Each capture keeps the task worker busy for everybody."""

    code = "captures_full"
    status = 429
    advice = gettext_lazy("Try again in an hour. The operator can raise the limit.")

    def __init__(self) -> None:
        most = constants.CAPTURES_PER_HOUR
        super().__init__(_("Pictures of this tenant were taken %(most)d times within the last hour.") % {"most": most})


@transaction.atomic(durable=True)
def ask_capture(version: AppVersion, *, by: Actor) -> None:
    """Let the browser take a picture of a release that is prepared, in the background; it replaces the present one.

    One that waits already is enough. Raises `StateForbids`, `NoBrowser`, `TooManyCaptures`.
    """
    version = locked(version)
    if version.state != AppState.PREPARATION:
        raise StateForbids
    if not settings.BROWSER:
        raise NoBrowser
    if _are_too_many():
        raise TooManyCaptures
    _enqueued(version, by)
    asked = events.CaptureAsked(app=version.application.internal_name, version=version.version)
    record(asked, by=by, subject=version.subject)


def capture_after(version: AppVersion, *, by: Actor) -> None:
    """As part of a command that prepared the version, which is `locked`: let a picture be taken afterwards.

    Nothing is refused where that cannot be.
    """
    if settings.BROWSER and not _are_too_many():
        _enqueued(version, by)


def _enqueued(version: AppVersion, by: Actor) -> None:
    if not version.captures.filter(state__in=OPEN_RUNS).exists():
        Capture(version=version, tenant_id=version.tenant_id, asked_by=by.name).save()
    told = (version.tenant_id, version.pk)
    transaction.on_commit(lambda: tasks.take_capture.enqueue(*told), robust=True)


def _are_too_many() -> bool:
    return Capture.objects.filter(asked_at__gt=timezone.now() - HOUR).count() >= constants.CAPTURES_PER_HOUR
