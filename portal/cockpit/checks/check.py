"""What a check is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext

# No value of the evidence is longer (characters).
LONGEST = 200

if TYPE_CHECKING:
    from portal.cockpit.checks.seen import Seen
    from portal.cockpit.checks.subject import Subject

Text = str | Promise


class Severity(StrEnum):
    """What a finding means for a release: it stops it, it wants a reason, or it is good to know."""

    BLOCKING = "blocking"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be. `what` is English with places for `evidence`, so both can be stored.

    Evidence is short and visible: what a server sent is in it, but never a body.
    """

    what: str
    evidence: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in the reader's language."""
        return gettext(self.what) % self.evidence


class NotSeen(Exception):
    """A check could not look at what it is about. That is not the same as passing."""

    def __init__(self, what: str, **evidence: object) -> None:
        super().__init__(what)
        self.finding = found(what, **evidence)


def found(what: str, **evidence: object) -> Finding:
    """A finding whose evidence is safe to show."""
    return Finding(what, {name: visible(str(value)) for name, value in evidence.items()})


def visible(text: str) -> str:
    """The text cut, and with every sign that cannot be seen, or that turns the direction of others, as a number."""
    cut = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in cut)


Look = Callable[["Subject", "Seen"], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """One rule. Its id never changes: waivers, reports and the documentation's headings are about it.

    `portal_only` says that only the portal knows what it looks at, so the command line cannot.
    """

    id: str
    severity: Severity
    title: Text
    why: Text
    fix: Text
    look: Look
    portal_only: bool = False

    @property
    def link(self) -> str:
        """Where the portal explains it."""
        return f"/docs/readiness/#{self.id}"

    def run(self, subject: Subject, seen: Seen) -> Iterator[Finding]:
        """What it finds. Raises `NotSeen` when there is nothing to look at, perhaps after some findings."""
        yield from self.look(subject, seen)


def check(
    id: str, severity: Severity, *, title: Text, why: Text, fix: Text, portal_only: bool = False
) -> Callable[[Look], Check]:
    """Make a check of the function that looks."""
    return lambda look: Check(id, severity, title, why, fix, look, portal_only)
