"""Pages of a list: parameters, sorting, and the HAL envelope with its links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

from portal.emulator.assets.links import Link, encoded_filter, link
from portal.emulator.control.switches import Switches
from portal.emulator.gateway.errors import InvalidParameter
from portal.emulator.gateway.parameters import whole_number
from portal.emulator.web import EmulatorRequest

DEFAULT_SIZE = 10
DEFAULT_SORT = "name,asc"
SORT = re.compile(r"(?P<field>[A-Za-z]+)(,(?P<direction>asc|desc))?", re.IGNORECASE)
KEPT_PARAMETERS = ("includeShared", "exploded", "basicFieldsOnly")
"""What else decides about the entries of a list; its links keep them."""

Json = dict[str, Any]
SortValue = str | int | None
Record = TypeVar("Record")


@dataclass(frozen=True)
class PageRequest:
    """Which page of a list, in which order."""

    number: int
    size: int
    sort_field: str
    descending: bool
    filter: str | None
    kept: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, request: EmulatorRequest, switches: Switches) -> PageRequest:
        """Read ``page`` (from 0), ``size`` (1 to the switch ``max_page_size``), ``sort`` (``name,asc``), ``filter``.

        :raises InvalidParameter: a value is out of range.
        """
        size = whole_number(request, "size", DEFAULT_SIZE)
        largest = switches.max_page_size
        if not 1 <= size <= largest:
            request.limit = f"{largest} entries per page"
            raise InvalidParameter(f"size has to be 1 to {largest}, not {size}.")
        sort = SORT.fullmatch(request.args.get("sort", DEFAULT_SORT))
        if sort is None:
            raise InvalidParameter("sort has to be a field and asc or desc, for example name,asc.")
        return cls(
            number=whole_number(request, "page", 0),
            size=size,
            sort_field=sort["field"],
            descending=(sort["direction"] or "asc").lower() == "desc",
            filter=request.args.get("filter") or None,
            kept={name: request.args[name] for name in KEPT_PARAMETERS if name in request.args},
        )


def page_of(entries: Iterable[Json], key: str, base: str, asked: PageRequest) -> Json:
    """The envelope of one page; ``key`` is the name under ``_embedded``, ``base`` the list's address.

    :raises InvalidParameter: the entries cannot be sorted by the field.
    """
    return page_of_records(entries, _member_of, lambda entry: entry, key, base, asked)


def page_of_records(
    records: Iterable[Record],
    sort_value: Callable[[Record, str], SortValue],
    to_json: Callable[[Record], Json],
    key: str,
    base: str,
    asked: PageRequest,
) -> Json:
    """Like :func:`page_of` for a long list: only the records of the page become JSON.

    ``sort_value`` gives the value of a field, and raises KeyError if there is no such field to sort by.
    """
    ordered = _sorted(records, sort_value, asked)
    first = asked.number * asked.size
    total_pages = -(-len(ordered) // asked.size)
    return {
        "_embedded": {key: [to_json(record) for record in ordered[first : first + asked.size]]},
        "_links": _links(base, asked, total_pages),
        "page": {
            "size": asked.size,
            "totalElements": len(ordered),
            "totalPages": total_pages,
            "number": asked.number,
        },
    }


def _member_of(entry: Json, name: str) -> SortValue:
    value = entry[name]
    if not isinstance(value, str | int | None):
        raise KeyError(name)
    return value


def _sorted(
    records: Iterable[Record], sort_value: Callable[[Record, str], SortValue], asked: PageRequest
) -> list[Record]:
    def place(record: Record) -> tuple[bool, str | int]:
        value = sort_value(record, asked.sort_field)
        # Null values come first, as in an ascending database index.
        return (value is not None, "" if value is None else value)

    try:
        return sorted(records, key=place, reverse=asked.descending)
    except KeyError as error:
        raise InvalidParameter(f"Lists cannot be sorted by {asked.sort_field}.") from error


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
    kept_part = "".join(f"{name}={quote(value)}&" for name, value in asked.kept.items())
    return link(f"{base}?{filter_part}{kept_part}page={number}&size={asked.size}&sort={asked.sort_field},{direction}")
