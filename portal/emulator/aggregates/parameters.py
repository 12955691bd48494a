"""Query parameters that both versions share, each read once and checked."""

from __future__ import annotations

import re

from werkzeug.datastructures import MultiDict

from portal.emulator.aggregates.date_times import WrongMoment, moment_of
from portal.emulator.aggregates.errors import MissingParameter, quoted
from portal.emulator.aggregates.intervals import Unit
from portal.emulator.gateway.errors import InvalidParameter

_NUMBER = re.compile(r"[0-9]{1,9}")


class Parameters:
    """The query string of a request.

    Every reader gives nothing for a parameter that was not sent, and refuses one sent twice or without a value
    (:class:`InvalidParameter`).
    """

    def __init__(self, sent: MultiDict[str, str]) -> None:
        self._sent = sent

    def text(self, name: str) -> str | None:
        """The value as it was sent."""
        values = self._sent.getlist(name)
        if len(values) > 1:
            raise InvalidParameter(f"{name} was sent {len(values)} times. Send it once.")
        if values == [""]:
            raise InvalidParameter(f"{name} is empty. Write a value or leave it out.")
        return values[0] if values else None

    def required(self, name: str) -> str:
        """The value of a parameter that must be there.

        :raises MissingParameter: it is not.
        """
        value = self.text(name)
        if value is None:
            raise MissingParameter(name)
        return value

    def moment(self, name: str) -> int | None:
        """A moment in microseconds since the epoch."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return moment_of(text)
        except WrongMoment as error:
            raise InvalidParameter(f"{name}: {error}") from error

    def unit(self, name: str, known: tuple[Unit, ...]) -> Unit | None:
        """One of these units."""
        text = self.text(name)
        if text is None:
            return None
        if text not in known:
            raise InvalidParameter(f"{name} is {quoted(text)}. Write one of {', '.join(known)}.")
        return Unit(text)

    def number(self, name: str, largest: int) -> int | None:
        """A whole number from 1 to the largest."""
        text = self.text(name)
        if text is None:
            return None
        if _NUMBER.fullmatch(text) is None or not 1 <= int(text) <= largest:
            raise InvalidParameter(f"{name} is {quoted(text)}. Write a whole number from 1 to {largest}.")
        return int(text)
