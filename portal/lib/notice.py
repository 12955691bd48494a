"""A text that somebody reads and accepts, in the language in which it was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """The text, one statement on each line, and its language."""

    text: str
    language: str

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def digest(self) -> str:
        """The same for the same text: a form carries it, so that nobody accepts a text without having read it."""
        return hashlib.sha256(self.text.encode()).hexdigest()
