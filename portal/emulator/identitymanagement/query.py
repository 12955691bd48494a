"""The query of a list: filter, order, page and attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.emulator.gateway.errors import InvalidParameter
from portal.emulator.gateway.parameters import whole_number
from portal.emulator.identitymanagement.filtering import (
    GROUPS_DISPLAY,
    Attributes,
    Predicate,
    parse_filter,
    values_at,
)
from portal.emulator.identitymanagement.wire import Json, list_json
from portal.emulator.web import EmulatorRequest

DEFAULT_COUNT = 100
MAX_COUNT = 500
"""What UAA, on which the platform's identity builds, gives at most; who asks for more gets this."""

_META = {
    "id": "id",
    "created": "meta.created",
    "meta.created": "meta.created",
    "lastmodified": "meta.lastModified",
    "meta.lastmodified": "meta.lastModified",
    "version": "meta.version",
    "meta.version": "meta.version",
}
USER_ATTRIBUTES: Attributes = {
    **_META,
    "username": "userName",
    "email": "emails.value",
    "emails.value": "emails.value",
    "givenname": "name.givenName",
    "name.givenname": "name.givenName",
    "familyname": "name.familyName",
    "name.familyname": "name.familyName",
    "active": "active",
    GROUPS_DISPLAY: GROUPS_DISPLAY,
}
GROUP_ATTRIBUTES: Attributes = {**_META, "displayname": "displayName", "groupname": "displayName"}
USER_FIELDS = ("schemas", "id", "userName", "name", "groups", "emails", "active", "meta")
"""What ``attributes`` may name; not ``subtenants``, as documented."""
GROUP_FIELDS = ("id", "displayName", "description", "members", "meta")


@dataclass(frozen=True)
class ListQuery:
    """Which part of a list was asked for; ``fields`` of None means all."""

    start_index: int
    count: int
    sort_path: str | None
    descending: bool
    matches: Predicate | None
    fields: frozenset[str] | None

    @classmethod
    def read(cls, request: EmulatorRequest, attributes: Attributes, fields: Sequence[str]) -> ListQuery:
        """Read ``filter``, ``sortBy``, ``sortOrder``, ``count``, ``startIndex`` (from 1) and ``attributes``.

        :raises InvalidParameter: a value is not possible.
        """
        start_index = whole_number(request, "startIndex", 1)
        if start_index < 1:
            raise InvalidParameter("startIndex has to be 1 or more: the first entry has the number 1.")
        text = request.args.get("filter", "")
        return cls(
            start_index=start_index,
            count=min(whole_number(request, "count", DEFAULT_COUNT), MAX_COUNT),
            sort_path=_sort_path(request.args.get("sortBy", ""), attributes),
            descending=_descending(request.args.get("sortOrder", "")),
            matches=parse_filter(text, attributes) if text.strip() else None,
            fields=_fields(request.args.get("attributes", ""), fields),
        )

    def page_of(self, resources: Sequence[Json]) -> Json:
        """The answer: one page of the resources that match, in the order asked for."""
        found = [resource for resource in resources if self.matches is None or self.matches(resource)]
        if self.sort_path is not None:
            path = self.sort_path
            found.sort(key=lambda resource: [_sort_key(value) for value in values_at(resource, path)])
        if self.descending:
            found.reverse()
        first = self.start_index - 1
        page = [self._chosen(resource) for resource in found[first : first + self.count]]
        return list_json(page, len(found), self.start_index, self.count)

    def _chosen(self, resource: Mapping[str, object]) -> Json:
        return {name: value for name, value in resource.items() if self.fields is None or name in self.fields}


def _sort_key(value: str) -> str:
    """Text without regard to case, whole numbers by their size."""
    return value.zfill(20) if value.isdecimal() else value.casefold()


def _sort_path(name: str, attributes: Attributes) -> str | None:
    if not name:
        return None
    path = attributes.get(name.lower())
    if path is None or path == GROUPS_DISPLAY:
        possible = ", ".join(sorted(attributes.keys() - {GROUPS_DISPLAY}))
        raise InvalidParameter(f"Lists cannot be sorted by {name!a}. Write one of {possible}.")
    return path


def _descending(order: str) -> bool:
    if order.lower() not in ("", "ascending", "descending"):
        raise InvalidParameter(f"sortOrder is {order!a}. Write ascending or descending.")
    return order.lower() == "descending"


def _fields(names: str, known: Sequence[str]) -> frozenset[str] | None:
    if not names:
        return None
    by_lower = {name.lower(): name for name in known}
    asked = [name.strip() for name in names.split(",")]
    for name in asked:
        if name.lower() not in by_lower:
            raise InvalidParameter(f"attributes cannot have {name!a}. Write some of {','.join(known)}.")
    return frozenset(by_lower[name.lower()] for name in asked)
