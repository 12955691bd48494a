"""The report of a run as it is kept: facts alone, bounded. The words of a check come from the catalogue when shown.

Texts of findings are kept in English with their evidence, so everybody reads them in the own language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from portal.cockpit.checks import formats
from portal.cockpit.checks.catalogue import BY_ID
from portal.cockpit.checks.check import Finding, Severity, visible
from portal.cockpit.checks.report import Outcome, Report, Result

# No more findings of one check and no more fetches are kept; a finding is at most about 2 KB.
MOST_FINDINGS = 20
MOST_FETCHES = 60

Kept = dict[str, Any]


def as_kept(report: Report, before: Mapping[str, Any]) -> Kept:
    """What the database keeps of a report: no body of a page, no token, at most about 200 KB in practice.

    `before` is what was kept of the run before: since when a check finds something is counted from there.
    """
    fetched = [formats.sight_data(sight) for sight in report.sights[:MOST_FETCHES]]
    found_before = {one["id"]: one["since"] for one in before.get("checks", ()) if "since" in one}
    now = report.started.isoformat(timespec="seconds")
    return {
        "started": report.started.isoformat(),
        "seconds": round(report.seconds, 3),
        "checks": [_kept(result, found_before.get(result.check.id, now)) for result in report.results],
        "fetched": [sight | {"url": visible(sight["url"])} for sight in fetched],
    }


def _kept(result: Result, since: str) -> Kept:
    kept: Kept = {"id": result.check.id, "severity": result.check.severity.value, "outcome": result.outcome.value}
    if result.findings:
        kept["since"] = since
        kept["findings"] = [_finding(one) for one in result.findings[:MOST_FINDINGS]]
    if len(result.findings) > MOST_FINDINGS:
        kept["left_out"] = len(result.findings) - MOST_FINDINGS
    if result.why_not:
        kept["why_not"] = _finding(result.why_not)
    return kept


def _finding(finding: Finding) -> Kept:
    return {"what": finding.what, "evidence": dict(finding.evidence)}


def as_report(kept: Mapping[str, Any]) -> Report:
    """The report again, without its fetches. A check that is no longer in the catalogue is left out.

    The severity of a check is that of the run.
    """
    results = tuple(_result(one) for one in kept["checks"] if one["id"] in BY_ID)
    return Report(results, (), datetime.fromisoformat(kept["started"]), kept["seconds"])


def _result(kept: Mapping[str, Any]) -> Result:
    findings = tuple(Finding(**one) for one in kept.get("findings", ()))
    why_not = Finding(**kept["why_not"]) if "why_not" in kept else None
    check = replace(BY_ID[kept["id"]], severity=Severity(kept["severity"]))
    return Result(check, Outcome(kept["outcome"]), findings, why_not)
