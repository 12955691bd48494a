"""The outcome of all checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.cockpit.checks.check import Check, Finding, Severity
from portal.cockpit.checks.seen import Sight


class Outcome(StrEnum):
    """What came of a check. What could not be looked at has not passed."""

    PASSED = "passed"
    FOUND = "found"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True)
class Result:
    """What came of one check: its findings, or why it could not look."""

    check: Check
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    why_not: Finding | None = None


@dataclass(frozen=True)
class Report:
    """What came of all checks, in their order, and what was fetched for them. Times are UTC."""

    results: tuple[Result, ...]
    sights: tuple[Sight, ...]
    started: datetime
    seconds: float

    @property
    def blocks(self) -> bool:
        """Whether a release is stopped by what was found."""
        return self.counts[Severity.BLOCKING] > 0

    @property
    def counts(self) -> Counter[Severity]:
        """How many checks found something, by severity."""
        return Counter(result.check.severity for result in self.with_findings())

    def with_findings(self) -> Iterator[Result]:
        """The checks that found something."""
        return (result for result in self.results if result.outcome is Outcome.FOUND)

    def ids(self, severity: Severity) -> list[str]:
        """The checks of this severity that found something."""
        return [result.check.id for result in self.with_findings() if result.check.severity is severity]

    def of(self, check_id: str) -> Result:
        """The result of one check; raises KeyError for an unknown id."""
        for result in self.results:
            if result.check.id == check_id:
                return result
        raise KeyError(check_id)
