"""Groups of people and of groups. A group is a role: who is a member, directly or through another group, has it.

Names say what kind of group it is:

| name | kind |
|---|---|
| ``mdsp:core:TenantAdmin`` | a role of the platform; it exists in every tenant and stays |
| ``mdsp:<tenant>:<application>.<role>`` | a role of an application |
| ``mdsp_customrole:<name>`` | a role that the tenant put together |
| ``<application>.<scope>`` | a scope of an application |
| ``mdsp_usergroup:<name>`` | a user group: no role itself, but it may be a member of roles |
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

CORE_PREFIX = "mdsp:core:"
USER_GROUP_PREFIX = "mdsp_usergroup:"
CUSTOM_ROLE_PREFIX = "mdsp_customrole:"
TENANT_ADMIN = f"{CORE_PREFIX}TenantAdmin"
STANDARD_USER = f"{CORE_PREFIX}StandardUser"
LATEST = 253_402_300_799
"""The last second that can be written as a date."""
_APPLICATION_SCOPE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\.[A-Za-z0-9_.-]+")


class GroupNameRefused(ValueError):
    """A group cannot have this name; the message says what to write instead."""


class MemberKind(StrEnum):
    """What a member of a group is."""

    USER = "USER"
    GROUP = "GROUP"


@dataclass(frozen=True)
class Member:
    """A member of a group: the id of a person or of a group of the same tenant."""

    kind: MemberKind
    id: str


@dataclass(frozen=True)
class Meta:
    """When a record was made and last changed (seconds since the epoch), and how often it was changed."""

    created: float
    last_modified: float
    version: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.created <= LATEST and 0 <= self.last_modified <= LATEST):
            raise ValueError("A time is before 1970 or after the year 9999.")

    def touched(self, at: float) -> Meta:
        """The same after one more change."""
        return replace(self, last_modified=at, version=self.version + 1)


@dataclass(frozen=True)
class Group:
    """A group of one tenant; ``name`` is what the Hub calls its display name."""

    group_id: str
    tenant: str
    name: str
    meta: Meta
    description: str = ""
    members: tuple[Member, ...] = ()

    @property
    def is_core(self) -> bool:
        """Whether it is a role of the platform itself, which nobody renames or removes."""
        return self.name.startswith(CORE_PREFIX)

    @property
    def is_role(self) -> bool:
        """Whether its name stands in the tokens of its members."""
        return not self.name.startswith(USER_GROUP_PREFIX)

    def without(self, member_id: str) -> Group:
        """A copy without one member."""
        return replace(self, members=tuple(member for member in self.members if member.id != member_id))


def group_name(tenant: str, name: str) -> str:
    """The name under which a tenant's own group is kept: a role's as it is, any other one as a user group's.

    :raises GroupNameRefused: the name belongs to the platform or to another tenant.
    """
    if name.startswith("mdsp:"):
        if not name.startswith(f"mdsp:{tenant}:"):
            raise GroupNameRefused(f"Names that start with mdsp: have to start with mdsp:{tenant}: in this tenant.")
        return name
    is_named = name.startswith((USER_GROUP_PREFIX, CUSTOM_ROLE_PREFIX))
    if is_named and not name.partition(":")[2].strip():
        raise GroupNameRefused("The name is empty after its prefix.")
    if is_named or _APPLICATION_SCOPE.fullmatch(name):
        return name
    return USER_GROUP_PREFIX + name


@dataclass(frozen=True)
class Membership:
    """A group that a person belongs to: as a member (direct), or as a member of a member."""

    group: Group
    direct: bool


@dataclass(frozen=True)
class Memberships:
    """Who belongs to which groups of one tenant."""

    groups: Mapping[str, Group]
    _parents: Mapping[str, list[str]] = field(repr=False)

    @classmethod
    def of(cls, groups: Iterable[Group]) -> Memberships:
        """The memberships that follow from these groups; the order of groups is the order of every answer."""
        by_id = {group.group_id: group for group in groups}
        parents: dict[str, list[str]] = {}
        for group in by_id.values():
            for member in group.members:
                parents.setdefault(member.id, []).append(group.group_id)
        return cls(by_id, parents)

    def of_member(self, member_id: str) -> list[Membership]:
        """All groups of a person (or of a group), each once; a direct membership counts more than an indirect one."""
        direct = set(self._parents.get(member_id, ()))
        reached = set(self._above(member_id))
        return [
            Membership(group, group.group_id in direct) for group in self.groups.values() if group.group_id in reached
        ]

    def roles_of(self, user_id: str) -> tuple[str, ...]:
        """The names of all roles of a person."""
        return tuple(membership.group.name for membership in self.of_member(user_id) if membership.group.is_role)

    def is_circular(self, group_id: str) -> bool:
        """Whether a group is a member of itself, directly or through others."""
        return group_id in self._above(group_id)

    def _above(self, member_id: str) -> Iterator[str]:
        """The ids of the groups above a member, found without recursion: groups may be nested as deep as one likes."""
        seen: set[str] = set()
        waiting = list(self._parents.get(member_id, ()))
        while waiting:
            group_id = waiting.pop()
            if group_id not in seen:
                seen.add(group_id)
                yield group_id
                waiting.extend(self._parents.get(group_id, ()))
