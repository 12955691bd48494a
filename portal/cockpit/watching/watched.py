"""What is looked at of an application after its release, and what a finding of it means. Pure: no query, no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from portal import constants
from portal.cockpit.checks.check import Finding, Severity
from portal.cockpit.checks.report import Outcome, Report, Result
from portal.cockpit.models import Health
from portal.cockpit.readiness.kept import MOST_FINDINGS

# Ids of checks. Of all others a finding opens no ticket: what they look at does not change by itself.
CERTIFICATE = ("tls", "certificate-trusted", "certificate-name", "certificate-dates", "certificate-expires-soon")
HEALTH = ("public-address", "answers", "health-answers", "health-body", "health-status", "health-yellow")
SIGN_IN = ("refuses-without-token", "refuses-forged-token")
# What was found of these and released all the same is no drift.
HEADERS = ("hsts", "redirects", "cookies", "cache-control", "csp-allows-bar", "csp-strict")
WATCHED = (*CERTIFICATE, *HEALTH, *SIGN_IN, *HEADERS)

# A look older than so many intervals says nothing about now.
STALE_AFTER = 3
DAYS = {Severity.BLOCKING: 7, Severity.WARNING: 30}


def health_of(report: Report) -> str:
    """How the application is by what its health endpoint answered, and by whether it answered at all."""
    results = {result.check.id: result for result in report.results}
    found = {check_id for check_id, result in results.items() if result.outcome is Outcome.FOUND}
    if found & {"answers", "health-answers", "health-body", "health-status"}:
        return Health.BAD
    status = results.get("health-status")
    if status is None or status.outcome is Outcome.NOT_CHECKED:
        return Health.UNKNOWN
    return Health.WARN if "health-yellow" in found else Health.OK


def stale_after() -> timedelta:
    """How long a look says something about the health."""
    return timedelta(hours=STALE_AFTER * max(1, constants.WATCH_HOURS))


def worst(health: str | None, has_blocking: bool, has_warning: bool) -> str:
    """The health of the endpoint together with the open tickets, by their severity."""
    if has_blocking or health == Health.BAD:
        return Health.BAD
    if not health or health == Health.UNKNOWN:
        return Health.UNKNOWN
    return Health.WARN if has_warning else health


def is_drift(result: Result, released: Mapping[str, Any]) -> bool:
    """Whether it finds something that was not found after the approval: another sentence, or the same more often.

    `released` is what was kept of the approval's run. Values that a server sends may differ each time, so they do not
    count.
    """
    checks: list[dict[str, Any]] = released.get("checks", [])
    before = next((one for one in checks if one["id"] == result.check.id), {})
    known = Counter(one["what"] for one in before.get("findings", ()))
    return bool(Counter(one.what for one in result.findings[:MOST_FINDINGS]) - known)


def due_on(result: Result, today: date) -> date:
    """Until when it is put right; not later than the certificate's end, and not before today."""
    due = today + timedelta(days=DAYS[result.check.severity])
    ends = _ends(result.findings) if result.check.id in CERTIFICATE else []
    return max(today, min([due, *ends]))


def _ends(findings: Iterable[Finding]) -> list[date]:
    written = [finding.evidence.get("not_after", "-") for finding in findings]
    return [datetime.strptime(one, "%Y-%m-%dT%H:%M:%SZ").date() for one in written if one != "-"]
