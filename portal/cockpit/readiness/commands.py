"""Asking for a run of the readiness checks. What a run does is in `runs`."""

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
from portal.audit.events import Event
from portal.cockpit import events, tasks
from portal.cockpit.models import AppVersion, CheckReason, CheckRun, RunState, VisitorToken
from portal.cockpit.moves import locked
from portal.errors import Refusal
from portal.lib.secret import Secret

HOUR = timedelta(hours=1)


class TooManyRuns(Refusal):
    """Each run asks servers for pages: nobody makes the portal ask without end."""

    code = "readiness_runs_full"
    status = 429
    advice = gettext_lazy("Try again in an hour. The operator can raise the limit.")

    def __init__(self) -> None:
        most = constants.READINESS_RUNS_PER_HOUR
        super().__init__(_("The checks of this tenant ran %(most)d times within the last hour.") % {"most": most})


@transaction.atomic(durable=True)
def start_run(version: AppVersion, *, token: Secret | None = None, by: Actor) -> CheckRun:
    """Let the checks of a version run, in the background; one that waits already is enough.

    Its servers are asked for their pages. With a `token` of the Hub they see that token, too, and whoever runs them can
    act with it until it ends; the portal keeps it sealed until the run has ended. Raises `TooManyRuns`.
    """
    version = locked(version)
    if _are_too_many():
        raise TooManyRuns
    run = _enqueued(version, CheckReason.DEMAND, by)
    told = {"app": version.application.internal_name, "version": version.version}
    if token is None:
        started: Event = events.ChecksStarted(**told)
    else:
        _seal(token, run)
        started = events.VisitStarted(**told)
    record(started, by=by, subject=version.subject)
    return run


def _seal(token: Secret, run: CheckRun) -> None:
    """Instead of the one that somebody gave to the waiting run before."""
    VisitorToken.objects.filter(run=run).delete()
    kept = VisitorToken(tenant_id=run.tenant_id, run=run)
    kept.sealed = settings.MASTER_KEYS.seal(token.reveal().encode(), place=kept.place)
    kept.save()


def run_after(version: AppVersion, why: CheckReason, *, by: Actor) -> None:
    """As part of a command that changed the version, which is `locked` or new: let its checks run afterwards.

    Over the limit nothing is started: the change is not refused for it, and the page says that nobody has looked at it.
    After an approval the checks always run.
    """
    if why == CheckReason.APPROVAL or not _are_too_many():
        _enqueued(version, why, by)


def _enqueued(version: AppVersion, why: CheckReason, by: Actor) -> CheckRun:
    """The run that waits, this one or one before it; of an approval it becomes the approval's."""
    run = CheckRun.objects.filter(version=version, state=RunState.WAITING).first()
    if run is None:
        run = CheckRun(version=version, tenant_id=version.tenant_id, why=why, asked_by=by.name)
        run.save()
    elif why == CheckReason.APPROVAL:
        run.why, run.asked_by = why, by.name
        run.save(update_fields=["why", "asked_by"])
    told = (version.tenant_id, version.pk)
    transaction.on_commit(lambda: tasks.run_checks.enqueue(*told), robust=True)
    return run


def _are_too_many() -> bool:
    asked = CheckRun.objects.exclude(why=CheckReason.WATCH).filter(asked_at__gt=timezone.now() - HOUR).count()
    return asked >= constants.READINESS_RUNS_PER_HOUR
