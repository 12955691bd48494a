"""Runs of the readiness checks, their findings and waivers as the templates show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.cockpit.checks.check import Check, Finding, Severity
from portal.cockpit.checks.report import Outcome, Report, Result
from portal.cockpit.models import AppVersion, CheckRun, RunState, Waiver
from portal.cockpit.readiness.gate import is_present
from portal.cockpit.readiness.kept import as_report
from portal.lib.badge import Badge

SEVERITIES = {
    Severity.BLOCKING: Badge("bad", "octagon-x", _("blocking")),
    Severity.WARNING: Badge("warn", "triangle-alert", _("warning")),
    Severity.HINT: Badge("wait", "lightbulb", _("hint")),
}
NOT_CHECKED = Badge("muted", "eye-off", _("not checked"))
PASSED = Badge("ok", "circle-check", _("passed"))


@dataclass(frozen=True)
class WaiverRow:
    """A waiver; `stale` says why it does nothing any more."""

    check_id: str
    reason: str
    ends_on: date
    by_name: str
    stale: str | Promise = ""


@dataclass(frozen=True)
class ResultRow:
    """What came of one check, with the waiver of it that holds."""

    check: Check
    badge: Badge
    findings: tuple[Finding, ...]
    left_out: int
    since: datetime | None
    why_not: Finding | None
    waiver: WaiverRow | None

    @property
    def is_waivable(self) -> bool:
        """Whether a reason can be written for it."""
        return self.check.severity is Severity.WARNING and bool(self.findings)


@dataclass(frozen=True)
class Summary:
    """How the checks of a version stand, for its page."""

    running: CheckRun | None
    ended: CheckRun | None
    is_present: bool

    @property
    def has_failed(self) -> bool:
        return self.ended is not None and self.ended.state == RunState.FAILED

    @property
    def counts(self) -> list[tuple[Badge, int]]:
        """Each severity with how many checks found something; empty without a run that was done."""
        run = self.ended
        if run is None or self.has_failed:
            return []
        return list(zip(SEVERITIES.values(), (run.blocking, run.warnings, run.hints), strict=True))


def summary_of(version: AppVersion) -> Summary:
    """The run that is on its way and the newest that ended, without its results."""
    # At most two are open, and those are the newest.
    newest = list(version.check_runs.defer("results").order_by("-pk")[:3])
    running = next((one for one in reversed(newest) if one.is_open), None)
    ended = next((one for one in newest if not one.is_open), None)
    return Summary(running, ended, ended is not None and is_present(version, ended))


@dataclass(frozen=True)
class Shown:
    """The newest run that was done, its results by group, and all waivers of the version."""

    run: CheckRun | None
    report: Report | None
    rows: list[ResultRow]
    waivers: list[WaiverRow]

    def found(self, *severities: Severity) -> list[ResultRow]:
        return [row for row in self.rows if row.findings and row.check.severity in severities]

    @property
    def groups(self) -> list[tuple[str, str | Promise, list[ResultRow]]]:
        """Those that found something, the severest first, then what could not be looked at."""
        told = [
            ("blocking", _("Blocking: stops the release"), self.found(Severity.BLOCKING)),
            ("warnings", _("Warnings: put right, or accepted with a reason"), self.found(Severity.WARNING)),
            ("hints", _("Hints: good to know"), self.found(Severity.HINT)),
            ("not-checked", _("Not checked: has not passed"), [row for row in self.rows if row.why_not]),
        ]
        return [group for group in told if group[2]]

    @property
    def passed(self) -> list[ResultRow]:
        return [row for row in self.rows if row.badge is PASSED]

    @property
    def to_decide(self) -> list[ResultRow]:
        """What an approver or operator has to know: what blocks, and what warns with its reason or without."""
        return self.found(Severity.BLOCKING, Severity.WARNING)

    @property
    def stale(self) -> list[WaiverRow]:
        return [waiver for waiver in self.waivers if waiver.stale]

    @property
    def fetched(self) -> list[Mapping[str, Any]]:
        return self.run.results.get("fetched", []) if self.run else []


def shown_of(version: AppVersion) -> Shown:
    """What the pages show of the newest run that was done."""
    run = version.check_runs.filter(state=RunState.DONE).order_by("-pk").first()
    report = as_report(run.results) if run else None
    found = {result.check.id for result in report.with_findings()} if report else None
    waivers = [_waiver(one, found) for one in version.waivers.filter(withdrawn_at=None).order_by("check_id")]
    holding = {waiver.check_id: waiver for waiver in waivers if not waiver.stale}
    told = {one["id"]: one for one in run.results["checks"]} if run else {}
    rows = [_row(result, told[result.check.id], holding) for result in report.results] if report else []
    return Shown(run, report, rows, waivers)


def _waiver(waiver: Waiver, found: set[str] | None) -> WaiverRow:
    stale: str | Promise = ""
    if waiver.ends_on < timezone.localdate():
        stale = _("It has ended.")
    elif found is not None and waiver.check_id not in found:
        stale = _("The newest run found nothing of it.")
    return WaiverRow(waiver.check_id, waiver.reason, waiver.ends_on, waiver.by_name, stale)


def _row(result: Result, told: Mapping[str, Any], holding: Mapping[str, WaiverRow]) -> ResultRow:
    badge = {Outcome.PASSED: PASSED, Outcome.NOT_CHECKED: NOT_CHECKED}.get(
        result.outcome, SEVERITIES[result.check.severity]
    )
    since = datetime.fromisoformat(told["since"]) if "since" in told else None
    waiver = holding.get(result.check.id) if result.check.severity is Severity.WARNING else None
    return ResultRow(result.check, badge, result.findings, told.get("left_out", 0), since, result.why_not, waiver)
