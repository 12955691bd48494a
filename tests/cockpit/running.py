"""Runs of the checks, as tests want them to have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from portal.cockpit.checks.catalogue import CHECKS
from portal.cockpit.checks.check import Severity, found
from portal.cockpit.checks.report import Outcome, Report, Result
from portal.cockpit.models import OPEN_RUNS, AppVersion, CheckReason, CheckRun, RunState, Ticket, Waiver
from portal.cockpit.readiness.kept import as_kept
from portal.cockpit.readiness.subjects import fingerprint, subject_of
from portal.cockpit.watching.watched import health_of
from portal.scoping import tenant_scope


def report_that_found(*ids: str) -> Report:
    """All checks passed but these, which found one thing each."""
    results = [
        Result(check, Outcome.FOUND, (found("%(host)s belongs to the Hub.", host=f"{check.id}.example"),))
        if check.id in ids
        else Result(check, Outcome.PASSED)
        for check in CHECKS
    ]
    return Report(tuple(results), (), datetime.now(UTC), 1.5)


def checked(version: AppVersion, *found_ids: str, why: CheckReason = CheckReason.CHANGE) -> CheckRun:
    """A run over the version as it is now, which found these; it takes the place of what waited."""
    version = AppVersion.all_tenants.select_related("application", "tenant").get(pk=version.pk)
    report = report_that_found(*found_ids)
    with tenant_scope(version.tenant_id):
        CheckRun.objects.filter(version=version, state__in=OPEN_RUNS).delete()
        return CheckRun.objects.create(
            version=version,
            why=why,
            state=RunState.DONE,
            asked_by="Dev",
            fingerprint=fingerprint(subject_of(version)),
            attempts=1,
            started_at=timezone.now(),
            ended_at=timezone.now(),
            blocking=report.counts[Severity.BLOCKING],
            warnings=report.counts[Severity.WARNING],
            hints=report.counts[Severity.HINT],
            health=health_of(report),
            results=as_kept(report, {}),
        )


def make_waiver(version: AppVersion, check_id: str = "hsts", days: int = 30) -> Waiver:
    """What the check finds is accepted for some days; negative for one that ended."""
    ends_on = timezone.localdate() + timedelta(days=days)
    with tenant_scope(version.tenant_id):
        return Waiver.objects.create(
            version=version, check_id=check_id, reason="Our proxy adds it.", ends_on=ends_on, by_id="1", by_name="Dev"
        )


def make_ticket(version: AppVersion, check_id: str = "hsts", days: int = 30) -> Ticket:
    """An open ticket that is due in some days; negative for one that is overdue."""
    due_on = timezone.localdate() + timedelta(days=days)
    finding = {"what": "%(host)s belongs to the Hub.", "evidence": {"host": "x.example"}}
    with tenant_scope(version.tenant_id):
        return Ticket.objects.create(
            version=version, check_id=check_id, severity="warning", finding=finding, due_on=due_on
        )
