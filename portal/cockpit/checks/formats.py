"""A report as text for people, and as JSON and JUnit for programs. The ids are the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.utils.translation import gettext as _

from portal.cockpit.checks.check import Finding, Severity
from portal.cockpit.checks.report import Outcome, Report, Result
from portal.cockpit.checks.seen import Sight

VERSION = 1


def text(report: Report) -> Iterator[str]:
    """Lines: what was found with what to do, then what was not checked, then the sum."""
    for result in report.with_findings():
        yield f"{result.check.severity.upper()} {result.check.id}"
        yield "    " + _("Rule: %(title)s.") % {"title": result.check.title}
        for finding in result.findings:
            yield f"    {finding.text}"
            yield from (f"      {name}: {value}" for name, value in finding.evidence.items() if value)
        yield f"    {result.check.fix}"
        yield f"    {settings.PORTAL_URL}{result.check.link}"
    for result in report.results:
        if result.why_not:
            yield f"NOT CHECKED {result.check.id}: {result.why_not.text}"
    counted = {severity.value: report.counts[severity] for severity in Severity}
    passed = sum(result.outcome is Outcome.PASSED for result in report.results)
    not_checked = sum(result.outcome is Outcome.NOT_CHECKED for result in report.results)
    yield _(
        "Passed: %(passed)s. Blocking: %(blocking)s. Warnings: %(warning)s. Hints: %(hint)s. Not seen: %(not_checked)s."
    ) % {"passed": passed, "not_checked": not_checked, **counted}


def as_data(report: Report) -> dict[str, Any]:
    """Plain data, for JSON and for keeping: no body of a page is in it, no token, and no text that cannot be shown."""
    return {
        "version": VERSION,
        "started": report.started.isoformat(timespec="milliseconds"),
        "seconds": round(report.seconds, 3),
        "blocks": report.blocks,
        "checks": [_result(result) for result in report.results],
        "fetched": [sight_data(sight) for sight in report.sights],
    }


def as_json(report: Report) -> str:
    """One JSON object."""
    return json.dumps(as_data(report), indent=2, ensure_ascii=False)


def as_junit(report: Report, name: str, fails_at: set[Severity]) -> str:
    """A test suite with a test case for each check; findings of other severities than `fails_at` are only told."""
    results = report.results
    failing = [result for result in results if result.outcome is Outcome.FOUND and result.check.severity in fails_at]
    skipped = [result for result in results if result.outcome is Outcome.NOT_CHECKED]
    suite = ElementTree.Element(
        "testsuite",
        name=name,
        tests=str(len(results)),
        failures=str(len(failing)),
        errors="0",
        skipped=str(len(skipped)),
        time=f"{report.seconds:.3f}",
        timestamp=report.started.strftime("%Y-%m-%dT%H:%M:%S"),
    )
    for result in results:
        case = ElementTree.SubElement(suite, "testcase", classname="readiness", name=result.check.id)
        told = "\n".join(_told(finding) for finding in result.findings)
        if result in failing:
            failure = ElementTree.SubElement(
                case, "failure", type=result.check.severity.value, message=result.findings[0].text
            )
            failure.text = f"{told}\n{result.check.fix}\n{settings.PORTAL_URL}{result.check.link}"
        elif result.findings:
            ElementTree.SubElement(case, "system-out").text = f"{result.check.severity}: {told}"
        if result.why_not:
            ElementTree.SubElement(case, "skipped", message=result.why_not.text)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def _told(finding: Finding) -> str:
    return "; ".join([finding.text, *(f"{name}: {value}" for name, value in finding.evidence.items() if value)])


def _result(result: Result) -> dict[str, Any]:
    check = result.check
    return {
        "id": check.id,
        "severity": check.severity.value,
        "outcome": result.outcome.value,
        "title": str(check.title),
        "why": str(check.why),
        "fix": str(check.fix),
        "link": check.link,
        "portal_only": check.portal_only,
        "findings": [_finding(finding) for finding in result.findings],
        "not_checked": _finding(result.why_not) if result.why_not else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {"text": finding.text, "what": finding.what, "evidence": dict(finding.evidence)}


def sight_data(sight: Sight) -> dict[str, Any]:
    """One fetch: what was asked for, what came, and the seconds that each part of it took."""
    fetched, steps = sight.fetched, sight.fetched.steps
    seconds = {name: getattr(steps, name) for name in ("resolve", "connect", "tls", "first_byte", "total")}
    return {
        "url": sight.url,
        "as": sight.who,
        "status": fetched.response.status if fetched.response else None,
        "reason": fetched.reason.value if fetched.reason else "",
        "tls": fetched.tls_version,
        "seconds": {name: None if value is None else round(value, 3) for name, value in seconds.items()},
    }
