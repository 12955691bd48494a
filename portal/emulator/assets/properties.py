"""Reading the properties of a body by the rules of the API definition: kind, length, pattern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from portal.emulator.gateway.bodies import InvalidBody, Json, MissingProperty


@dataclass(frozen=True)
class TextRule:
    """How long a text may be (in characters), and of which characters it consists; ``characters`` says it in words."""

    maximum: int
    minimum: int = 0
    pattern: str = ""
    characters: str = ""

    def broken_by(self, text: str) -> str:
        """What the text breaks, as the end of a sentence; empty if nothing."""
        if not self.minimum <= len(text) <= self.maximum:
            return f"has to be {self.minimum} to {self.maximum} characters long, not {len(text)}"
        if self.pattern and re.fullmatch(self.pattern, text) is None:
            return f"may have only {self.characters}"
        return ""


DESCRIPTION = TextRule(255)


class Properties:
    """The properties of one JSON object; ``where`` is its place in the body, for example ``variables[2]``.

    A property that is null counts as missing. Properties that nobody asks for are ignored, so a client may send back
    what it has read.
    """

    def __init__(self, values: Json, where: str = "") -> None:
        self._values = values
        self._where = where

    def text(self, name: str, rule: TextRule) -> str:
        """A text that has to be there.

        :raises MissingProperty: it is not.
        :raises InvalidBody: it is no text or breaks the rule.
        """
        text = self.optional_text(name, rule)
        if text is None:
            raise MissingProperty(self._named(name))
        return text

    def optional_text(self, name: str, rule: TextRule) -> str | None:
        """A text or nothing.

        :raises InvalidBody: it is no text or breaks the rule.
        """
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.broken(name, "has to be text")
        broken = rule.broken_by(value)
        if broken:
            raise self.broken(name, broken)
        return value

    def flag(self, name: str, default: bool) -> bool:
        """A boolean.

        :raises InvalidBody: it is something else.
        """
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.broken(name, "has to be true or false")
        return value

    def whole_number(self, name: str, minimum: int, maximum: int) -> int | None:
        """A whole number in a range, or nothing.

        :raises InvalidBody: it is something else.
        """
        value = self._values.get(name)
        if value is None:
            return None
        # bool is a kind of int in Python, but true is no number in JSON.
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise self.broken(name, f"has to be a whole number from {minimum} to {maximum}")
        return value

    def scalar_text(self, name: str, rule: TextRule) -> str | None:
        """A text, number or boolean as the text in which the Hub keeps it, or nothing.

        :raises InvalidBody: it is something else or breaks the rule.
        """
        value = self._values.get(name)
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, int | float):
            value = str(value)
        return Properties({name: value}, self._where).optional_text(name, rule)

    def choice(self, name: str, *choices: str) -> str | None:
        """One of some words, or nothing.

        :raises InvalidBody: it is something else.
        """
        value = self._values.get(name)
        if value is not None and value not in choices:
            raise self.broken(name, f"has to be {' or '.join(choices)}")
        return value

    def objects(self, name: str) -> list[Properties] | None:
        """The objects of an array, or nothing.

        :raises InvalidBody: it is something else.
        """
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.broken(name, "has to be an array of objects")
        return [Properties(entry, f"{self._named(name)}[{index}].") for index, entry in enumerate(value)]

    def broken(self, name: str, rule: str) -> InvalidBody:
        """The refusal of a property; ``rule`` is the end of a sentence without its full stop."""
        return InvalidBody(f"{self._named(name)} {rule}.")

    def required(self, name: str, value: Any) -> Any:
        """The value, which has to be there.

        :raises MissingProperty: it is not.
        """
        if value is None:
            raise MissingProperty(self._named(name))
        return value

    def _named(self, name: str) -> str:
        return f"{self._where}{name}"
