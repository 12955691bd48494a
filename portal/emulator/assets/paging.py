"""Pages of a list: parameters, sorting, and the HAL envelope with its links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.emulator.assets.links import Link, encoded_filter, link
from portal.emulator.gateway.errors import InvalidParameter
from portal.emulator.web import EmulatorRequest

DEFAULT_SIZE = 10
MAX_SIZE = 200
"""Since 1 July 2024; before, a page could have 2000 entries."""
DEFAULT_SORT = "name,asc"
SORT = re.compile(r"(?P<field>[A-Za-z]+)(,(?P<direction>asc|desc))?", re.IGNORECASE)
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")

Json = dict[str, Any]


@dataclass(frozen=True)
class PageRequest:
    """Which page of a list, in which order."""

    number: int
    size: int
    sort_field: str
    descending: bool
    filter: str | None

    @classmethod
    def read(cls, request: EmulatorRequest) -> PageRequest:
        """Read ``page`` (from 0), ``size`` (1 to 200), ``sort`` (``name,asc``) and ``filter``.

        :raises InvalidParameter: a value is out of range.
        """
        size = _whole_number(request, "size", DEFAULT_SIZE)
        if not 1 <= size <= MAX_SIZE:
            raise InvalidParameter(f"size has to be 1 to {MAX_SIZE}, not {size}.")
        sort = SORT.fullmatch(request.args.get("sort", DEFAULT_SORT))
        if sort is None:
            raise InvalidParameter("sort has to be a field and asc or desc, for example name,asc.")
        return cls(
            number=_whole_number(request, "page", 0),
            size=size,
            sort_field=sort["field"],
            descending=(sort["direction"] or "asc").lower() == "desc",
            filter=request.args.get("filter") or None,
        )


def page_of(entries: Sequence[Json], key: str, base: str, asked: PageRequest) -> Json:
    """The envelope of one page; ``key`` is the name under ``_embedded``, ``base`` the list's address.

    :raises InvalidParameter: the entries cannot be sorted by the field.
    """
    ordered = _sorted(entries, asked)
    first = asked.number * asked.size
    total_pages = -(-len(ordered) // asked.size)
    return {
        "_embedded": {key: ordered[first : first + asked.size]},
        "_links": _links(base, asked, total_pages),
        "page": {
            "size": asked.size,
            "totalElements": len(ordered),
            "totalPages": total_pages,
            "number": asked.number,
        },
    }


def _sorted(entries: Sequence[Json], asked: PageRequest) -> list[Json]:
    field = asked.sort_field
    if any(not isinstance(entry.get(field), str | int | None) for entry in entries) or (
        entries and field not in entries[0]
    ):
        raise InvalidParameter(f"Lists cannot be sorted by {field}.")
    # Null values come first, as in an ascending database index.
    return sorted(
        entries,
        key=lambda entry: (
            entry[field] is not None,
            entry[field] if entry[field] is not None else "",
        ),
        reverse=asked.descending,
    )


def _links(base: str, asked: PageRequest, total_pages: int) -> dict[str, Link]:
    """``self`` always; ``first``, ``prev``, ``next``, ``last`` only if there is more than one page."""
    links = {"self": _address(base, asked, asked.number)}
    if total_pages > 1:
        links["first"] = _address(base, asked, 0)
        if 0 < asked.number < total_pages:
            links["prev"] = _address(base, asked, asked.number - 1)
        if asked.number < total_pages - 1:
            links["next"] = _address(base, asked, asked.number + 1)
        links["last"] = _address(base, asked, total_pages - 1)
    return links


def _address(base: str, asked: PageRequest, number: int) -> Link:
    direction = "desc" if asked.descending else "asc"
    filter_part = f"filter={encoded_filter(asked.filter)}&" if asked.filter else ""
    return link(f"{base}?{filter_part}page={number}&size={asked.size}&sort={asked.sort_field},{direction}")


def _whole_number(request: EmulatorRequest, name: str, default: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if WHOLE_NUMBER.fullmatch(text) is None:
        raise InvalidParameter(f"{name} has to be a whole number, not {text!r}.")
    return int(text)
