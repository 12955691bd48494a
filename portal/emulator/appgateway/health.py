"""How an application is, as its developers' monitoring tells it, and what the Launchpad makes of that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.emulator.moments import time_text


class Colour(StrEnum):
    """The colours of the Hub's health endpoints, and one for nobody knows."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    UNKNOWN = "unknown"


class WrongHealth(ValueError):
    """It cannot be told like this; the message says what to write instead."""


@dataclass(frozen=True)
class Health:
    """What was observed, when, and until when it speaks for the present. Moments are microseconds of the epoch.

    Whoever tells it may disappear: from ``valid_until`` on nobody knows.

    :raises WrongHealth: it ends before it begins.
    """

    status: Colour
    observed_at: int
    valid_until: int

    def __post_init__(self) -> None:
        if self.valid_until <= self.observed_at:
            raise WrongHealth("validUntil has to be after observedAt.")

    def at(self, moment: int) -> Colour:
        """What is known at a moment."""
        return self.status if moment < self.valid_until else Colour.UNKNOWN

    @property
    def described(self) -> dict[str, str]:
        """As it is told over HTTP."""
        return {
            "status": self.status.value,
            "observedAt": time_text(self.observed_at),
            "validUntil": time_text(self.valid_until),
        }
