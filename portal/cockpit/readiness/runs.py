"""Running the readiness checks of a version, one run after the other, in the background.

A run is claimed under the version's lock for a lease that each progress renews, and looks at servers outside of any
transaction. A worker that is killed leaves its claim behind; once that has run out, `abandoned` names the version, and
the run begins again, or ends as failed when that has happened too often.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record
from portal.audit.events import Outcome
from portal.cockpit import events
from portal.cockpit.checks import deployment
from portal.cockpit.checks.check import Severity, visible
from portal.cockpit.checks.report import Report
from portal.cockpit.checks.runner import Progress
from portal.cockpit.models import OPEN_RUNS, WATCHING, AppVersion, CheckReason, CheckRun, RunState, VisitorToken
from portal.cockpit.moves import locked
from portal.cockpit.queries import kept_runs
from portal.cockpit.readiness.kept import as_kept
from portal.cockpit.readiness.subjects import fingerprint, subject_of
from portal.cockpit.release import check_commands
from portal.cockpit.states import AppState
from portal.cockpit.watching import ticket_commands
from portal.cockpit.watching.watched import health_of
from portal.lib.crypto import SealBroken
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant

logger = logging.getLogger(__name__)

# As often a run begins whose worker disappears.
MOST_ATTEMPTS = 3
# Seconds between two writes of the progress, and what a lease lasts beyond one fetch.
TELL_EVERY = 0.5
LEASE_BEYOND = 60
# A run that waits so long has lost its task.
QUIET = timedelta(seconds=30)


class _ClaimLost(Exception):
    """Another worker has taken the run."""


def run_waiting(tenant_id: int, version_id: int, *, by: Actor) -> None:
    """Run what waits for this version until nothing does, or another worker is at it."""
    with tenant_scope(tenant_id):
        while (run := _claim(version_id, by)) is not None:
            try:
                _run(run, by)
            except _ClaimLost:
                return
            except Exception:
                # The outer edge of a task: whatever went wrong, the page says that the run failed.
                logger.exception("A run of the readiness checks failed")
                _end(run, None, by)


def abandoned() -> list[tuple[int, int]]:
    """Tenant and version of the runs that nobody works on."""
    now = timezone.now()
    lost = Q(state=RunState.RUNNING, lease_until__lt=now) | Q(state=RunState.WAITING, asked_at__lt=now - QUIET)
    busy = CheckRun.all_tenants.filter(state=RunState.RUNNING, lease_until__gte=now)
    open_runs = CheckRun.all_tenants.filter(lost).exclude(version__in=busy.values("version"))
    return list(open_runs.order_by("pk").values_list("tenant_id", "version_id").distinct())


def forget_old() -> None:
    """Remove runs that ended an hour ago or earlier, beyond the newest of each version; an approval's run stays.

    The hour is what the limit of runs counts.
    """
    before = timezone.now() - timedelta(hours=1)
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        with tenant_scope(tenant_id):
            old = CheckRun.objects.exclude(why=CheckReason.APPROVAL).exclude(state__in=OPEN_RUNS)
            old.filter(asked_at__lt=before).exclude(pk__in=kept_runs(constants.READINESS_RUNS_KEPT)).delete()


@transaction.atomic(durable=True)
def _claim(version_id: int, by: Actor) -> CheckRun | None:
    """The run that is next, claimed for this worker; None when there is nothing to do for it."""
    version = locked(AppVersion(pk=version_id), with_pictures=True)
    now = timezone.now()
    runs = CheckRun.objects.filter(version=version)
    run = runs.filter(state=RunState.RUNNING).first()
    if run is not None:
        if run.lease_until and run.lease_until >= now:
            return None
        if run.attempts >= MOST_ATTEMPTS:
            _write_end(run, version, None, by)
            run = None
    run = run or runs.filter(state=RunState.WAITING).first()
    if run is None:
        return None
    run.state, run.attempts, run.lease_until = RunState.RUNNING, run.attempts + 1, _lease()
    run.started_at, run.done, run.of, run.what = now, 0, 0, ""
    run.fingerprint = fingerprint(subject_of(version))
    run.version = version
    run.save()
    return run


def _lease() -> datetime:
    return timezone.now() + timedelta(seconds=constants.READINESS_FETCH + LEASE_BEYOND)


def _run(run: CheckRun, by: Actor) -> None:
    told_at = 0.0

    def tell(progress: Progress) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < TELL_EVERY:
            return
        told_at = time.monotonic()
        claimed = _claimed(run)
        what = visible(progress.what)
        if not claimed.update(done=progress.done, of=progress.of, what=what, lease_until=_lease()):
            raise _ClaimLost

    # The version as it was claimed: what changes meanwhile is looked at by the run that waits then.
    report = deployment.runner(subject_of(run.version), token=_token_of(run), progress=tell).run()
    _end(run, report, by)


def _token_of(run: CheckRun) -> str:
    """The token that somebody gave to this run; without its master key the run goes on as nobody's."""
    kept = VisitorToken.objects.filter(run=run).first()
    try:
        return settings.MASTER_KEYS.open(bytes(kept.sealed), place=kept.place).decode() if kept else ""
    except SealBroken:
        logger.exception("The token of a run does not open")
        return ""


def _claimed(run: CheckRun) -> QuerySet[CheckRun]:
    return CheckRun.objects.filter(pk=run.pk, state=RunState.RUNNING, attempts=run.attempts)


@transaction.atomic(durable=True)
def _end(run: CheckRun, report: Report | None, by: Actor) -> None:
    """Write how the run ended, unless the claim was lost; after an approval, what that means for the release."""
    version = locked(run.version)
    if _claimed(run).exists():
        _write_end(run, version, report, by)


def _write_end(run: CheckRun, version: AppVersion, report: Report | None, by: Actor) -> None:
    run.state, run.ended_at, run.lease_until = RunState.DONE if report else RunState.FAILED, timezone.now(), None
    if report:
        before = version.check_runs.filter(state=RunState.DONE).exclude(pk=run.pk).order_by("-pk").first()
        counts = report.counts
        run.blocking, run.warnings = counts[Severity.BLOCKING], counts[Severity.WARNING]
        run.hints, run.results = counts[Severity.HINT], as_kept(report, before.results if before else {})
        run.health = health_of(report)
    run.save()
    VisitorToken.objects.filter(run=run).delete()
    told = {"app": version.application.internal_name, "version": version.version}
    if report:
        ended = events.ChecksEnded(**told, blocking=run.blocking, warnings=run.warnings, hints=run.hints)
        record(ended, by=by, subject=version.subject)
        if run.why == CheckReason.APPROVAL and run.blocking and version.state == AppState.CHECK:
            check_commands.remediate(version, report.ids(Severity.BLOCKING), by=by)
        if run.why in WATCHING and version.state == AppState.READY:
            ticket_commands.look_at(version, report, by=by)
    else:
        record(events.ChecksFailed(**told), by=by, outcome=Outcome.ERROR, subject=version.subject)
