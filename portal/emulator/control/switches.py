"""What no public text says about the Hub, or what it does differently in different years: a value for each.

A switch is set at the start (``--switch name=value``, ``EMULATOR_SWITCHES="name=value name=value"``) or while
running (``POST /_emulator/switches``). ``--loose`` starts with :data:`LOOSE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any


class UnknownSwitch(ValueError):
    """There is no switch of this name, or the value is not of its kind; the message says what to write."""


def _switch(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Switches:
    """All switches with their defaults; ``meaning`` in the metadata of a field is what the documentation prints."""

    max_page_size: int = _switch(200, "largest page of Asset Management; 2000 before 1 July 2024")
    plain_json_accepted: bool = _switch(False, "whether `Accept: application/json` alone is served instead of 500")
    missing_if_match_status: int = _switch(428, "answer to a write without `If-Match`; 0 does not require the header")
    wrong_if_match_status: int = _switch(412, "answer to a write whose `If-Match` is not the present etag")
    technical_users_read_types: bool = _switch(
        False, "whether a technical user without an asset management role of its own may read types"
    )
    unknown_variable_status: int = _switch(
        400, "answer to a record with an unknown variable or a value of the wrong type; 0 drops the value"
    )
    delete_series_status: int = _switch(204, "answer to a deleted time range; one client documents 200")
    misaligned_aggregates_status: int = _switch(400, "answer of aggregates v3 to a range that does not fit")
    latest_value: bool = _switch(True, "whether `latestValue` has an effect; a tester saw none in 2026")
    body_limit: int = _switch(10 * 1024 * 1024, "largest body of a request in bytes; documented for Xcelerator only")
    header_limit: int = _switch(
        10 * 1024, "largest sum of a request's headers in bytes; documented for Xcelerator only"
    )
    requests_per_30_seconds: int = _switch(0, "rate limit per tenant and service, 429 beyond; 0 is no limit")
    application_timeout: float = _switch(60.0, "seconds the application gateway waits for an application")
    xsrf_required: bool = _switch(True, "whether the application gateway refuses a write without `x-xsrf-token`")

    def changed(self, values: Mapping[str, Any]) -> Switches:
        """A copy with other values, given as text or as themselves.

        :raises UnknownSwitch: no such switch, or a value of another kind.
        """
        kinds = {switch.name: type(switch.default) for switch in fields(self)}
        for name in values:
            if name not in kinds:
                raise UnknownSwitch(f"There is no switch {name}. Write one of {', '.join(sorted(kinds))}.")
        return replace(self, **{name: _value(name, kinds[name], value) for name, value in values.items()})

    @classmethod
    def read(cls, words: str, start: Switches | None = None) -> Switches:
        """The switches written as ``name=value`` words, parted by blanks.

        :raises UnknownSwitch: a word that is none.
        """
        pairs: dict[str, str] = {}
        for word in words.split():
            name, equals, value = word.partition("=")
            if not equals:
                raise UnknownSwitch(f"{word!r} is not a switch. Write name=value, for example max_page_size=2000.")
            pairs[name] = value
        return (start or cls()).changed(pairs)


LOOSE = Switches(
    max_page_size=2000,
    plain_json_accepted=True,
    technical_users_read_types=True,
    missing_if_match_status=0,
    unknown_variable_status=0,
    xsrf_required=False,
)
"""For a first try with a client that is not ready for the Hub yet; it hides what the Hub will refuse."""


def _value(name: str, kind: type, value: Any) -> Any:
    if kind is bool:
        words = {"true": True, "false": False}
        if isinstance(value, bool):
            return value
        if str(value).lower() in words:
            return words[str(value).lower()]
        raise UnknownSwitch(f"{name} is {value!r}. Write true or false.")
    try:
        number = kind(str(value))
    except ValueError:
        number = -1
    if not 0 <= number < 10**12 or (name.endswith("_status") and number and not 200 <= number <= 599):
        raise UnknownSwitch(f"{name} is {value!r}. Write a number that makes sense, for example {_example(name)}.")
    return number


def _example(name: str) -> Any:
    return next(switch.default for switch in fields(Switches) if switch.name == name)
