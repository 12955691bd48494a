"""The filter of lists: ``userName eq "ann@acme.example"``, ``displayName sw "mdsp:"``, ``and``, ``or``, parentheses.

Served are the two operators that the Hub's clients use. Text is compared without regard to case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from portal.emulator.gateway.errors import InvalidParameter

Attributes = Mapping[str, str]
"""Lower-case name in a filter -> path in the resource, for example ``email`` -> ``emails.value``."""
Predicate = Callable[[Mapping[str, Any]], bool]

GROUPS_DISPLAY = "groups.display"
MAX_DEPTH = 20
_TOKEN = re.compile(r'\s*(?:([()])|("(?:[^"\\]|\\.)*")|([^\s()"]+))')
_EXAMPLE = 'for example userName eq "ann@acme.example"'


def parse_filter(text: str, attributes: Attributes) -> Predicate:
    """The filter as a predicate on resources.

    :raises InvalidParameter: it is not one, or compares something that the resources do not have.
    """
    return _Parser(_tokens(text), attributes).whole()


def values_at(resource: Any, path: str) -> list[str]:
    """What stands at a path, as text: one value, or one for each entry of a list on the way."""
    name, _, rest = path.partition(".")
    value = resource[name]
    entries = value if isinstance(value, list) else [value]
    if rest:
        return [text for entry in entries for text in values_at(entry, rest)]
    return [json.dumps(entry) if not isinstance(entry, str) else entry for entry in entries]


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        token = _TOKEN.match(text, at)
        if token is None:
            raise InvalidParameter("A text in the filter has no closing quotation mark.")
        found.append(token[1] or token[2] or token[3])
        at = token.end()
    return found


class _Parser:
    """Reads ``or`` of ``and`` of comparisons and parentheses, as SCIM has them: ``and`` binds stronger."""

    def __init__(self, tokens: list[str], attributes: Attributes) -> None:
        self._tokens = tokens
        self._attributes = attributes
        self._at = 0

    def whole(self) -> Predicate:
        predicate = self._any(0)
        if self._at < len(self._tokens):
            raise InvalidParameter(f"The filter does not go on with {self._tokens[self._at]!a}; write and, or.")
        return predicate

    def _any(self, depth: int) -> Predicate:
        parts = [self._all(depth)]
        while self._word("or"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else lambda resource: any(part(resource) for part in parts)

    def _all(self, depth: int) -> Predicate:
        parts = [self._term(depth)]
        while self._word("and"):
            parts.append(self._term(depth))
        return parts[0] if len(parts) == 1 else lambda resource: all(part(resource) for part in parts)

    def _term(self, depth: int) -> Predicate:
        if not self._word("("):
            return self._comparison()
        if depth == MAX_DEPTH:
            raise InvalidParameter(f"The filter has more than {MAX_DEPTH} parentheses in each other.")
        inner = self._any(depth + 1)
        if not self._word(")"):
            raise InvalidParameter("A parenthesis in the filter is not closed.")
        return inner

    def _comparison(self) -> Predicate:
        attribute, operator = self._next().lower(), self._next().lower()
        expected = _literal(self._next()).casefold()
        path = self._attributes.get(attribute)
        if path is None:
            known = ", ".join(sorted(self._attributes))
            raise InvalidParameter(f"The filter cannot compare {attribute!a}. Write one of {known}.")
        if attribute == GROUPS_DISPLAY and (operator != "eq" or len(self._tokens) != 3):
            raise InvalidParameter("groups.display can only be compared alone and with eq.")
        if operator == "eq":
            return lambda resource: any(value.casefold() == expected for value in values_at(resource, path))
        if operator == "sw":
            return lambda resource: any(value.casefold().startswith(expected) for value in values_at(resource, path))
        raise InvalidParameter(f"The filter operator {operator!a} is not supported. Write eq or sw.")

    def _word(self, word: str) -> bool:
        """Step over this word if it comes next."""
        if self._at < len(self._tokens) and self._tokens[self._at].lower() == word:
            self._at += 1
            return True
        return False

    def _next(self) -> str:
        if self._at == len(self._tokens):
            raise InvalidParameter(f"The filter is not complete. Write attribute, operator and value, {_EXAMPLE}.")
        self._at += 1
        return self._tokens[self._at - 1]


def _literal(token: str) -> str:
    if token.startswith('"'):
        try:
            return str(json.loads(token))
        except ValueError as error:
            raise InvalidParameter("A text in the filter is not valid: escape it as in JSON.") from error
    if token in ("true", "false") or re.fullmatch("[0-9]{1,18}", token):
        return token
    raise InvalidParameter(f"The filter value {token!a} needs quotation marks, {_EXAMPLE}.")
