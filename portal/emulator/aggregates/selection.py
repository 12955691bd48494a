"""The parameter ``select``: which variables, and which fields of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.emulator.aggregates.errors import quoted
from portal.emulator.gateway.errors import InvalidParameter

FIELDS = (
    "countgood",
    "countuncertain",
    "countbad",
    "sum",
    "average",
    "mintime",
    "minvalue",
    "maxtime",
    "maxvalue",
    "firsttime",
    "firstvalue",
    "lasttime",
    "lastvalue",
    "sd",
)
"""Of an aggregate in v4, in the order in which they are written."""
FIELDS_V3 = FIELDS[:-1]
"""v3 has no standard deviation."""
_ENTRY = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]{0,63})(?:\.([a-z]+))?")


@dataclass(frozen=True)
class Selection:
    """The wanted fields by variable; all of every variable if ``variables`` is nothing."""

    fields: tuple[str, ...]
    variables: Mapping[str, frozenset[str]] | None = None

    @classmethod
    def read(cls, text: str | None, fields: tuple[str, ...]) -> Selection:
        """Read ``rpm,temperature`` or ``rpm.sum,rpm.sd``; a name alone stands for all fields.

        :raises InvalidParameter: an entry is no name, or its field is not one of these.
        """
        if text is None:
            return cls(fields)
        wanted: dict[str, set[str]] = {}
        for entry in text.split(","):
            found = _ENTRY.fullmatch(entry)
            if found is None:
                raise InvalidParameter(f"select has the entry {quoted(entry)}. Write variables, or variable.field.")
            name, field = found.groups()
            if field is not None and field not in fields:
                raise InvalidParameter(f"select asks for the field {quoted(field)}. Write one of {', '.join(fields)}.")
            wanted.setdefault(name, set()).update(fields if field is None else {field})
        return cls(fields, {name: frozenset(chosen) for name, chosen in wanted.items()})

    def of(self, variable: str) -> Sequence[str]:
        """The wanted fields of a variable, in the order of the answer; none if it was not selected."""
        if self.variables is None:
            return self.fields
        chosen = self.variables.get(variable, frozenset())
        return [field for field in self.fields if field in chosen]
