"""The people of all tenants and their groups. Nobody has a password: the sign-in page asks who you want to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from portal.emulator.control.records import list_from_json, list_to_json
from portal.emulator.identity.groups import (
    STANDARD_USER,
    TENANT_ADMIN,
    Group,
    Member,
    MemberKind,
    Memberships,
    Meta,
)
from portal.emulator.identity.people import PEOPLE, SEEDED, seed_groups
from portal.emulator.tenants import TENANTS, serves

_TITLES = {
    TENANT_ADMIN: "tenant admin",
    "mdsp:core:DeveloperAdmin": "developer admin",
    "mdsp:core:Developer": "developer",
    "bindery.auditor": "auditor",
    "bindery.operator": "operator",
}


@dataclass(frozen=True)
class Account:
    """A person of one tenant.

    ``scope`` holds the platform and application roles; the directory derives it from the groups at each change, so a
    token issued later carries the new roles. Who is not ``active`` was removed softly: listed, but not signed in.
    """

    user_id: str
    given_name: str
    family_name: str
    email: str
    tenant: str
    scope: tuple[str, ...] = ()
    active: bool = True
    subtenants: tuple[str, ...] = ()
    meta: Meta = SEEDED

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def role(self) -> str:
        """The most telling role in words."""
        return next((title for scope, title in _TITLES.items() if scope in self.scope), "user")

    @property
    def label(self) -> str:
        """Who this is in one phrase: "Alice Adler, tenant admin of acme"."""
        return f"{self.name}, {self.role} of {self.tenant}"


class DirectoryRefused(ValueError):
    """A change of people or groups is not possible; the message says why."""


class NameTaken(DirectoryRefused):
    """Another account of the tenant has the e-mail, or another group the name."""


class LastAdmin(DirectoryRefused):
    """Nobody would be left to administer the tenant."""


class WrongMember(DirectoryRefused):
    """A member does not exist in the tenant, or a group would contain itself."""


class Directory:
    """All accounts and groups. Whoever writes holds the Hub's lock.

    A change is checked as a whole before anything of it is kept. Iteration, :meth:`at_host`, :meth:`get` and
    :meth:`by_email` know only people who can sign in; :meth:`people` and :meth:`person` also who was removed softly.
    """

    def __init__(self, seed: str) -> None:
        accounts = [
            Account(person.user_id(seed), person.given_name, person.family_name, person.email, person.tenant)
            for person in PEOPLE
        ]
        self._keep(accounts, seed_groups(seed))

    def __iter__(self) -> Iterator[Account]:
        return iter([account for account in self._by_id.copy().values() if account.active])

    def at_host(self, host: str) -> list[Account]:
        """Who may sign in at this host: all of the classic world at the core host, else the tenant's people."""
        return [account for account in self if serves(host, account.tenant)]

    def get(self, user_id: str) -> Account | None:
        """The account with this id, if it can sign in."""
        account = self._by_id.get(user_id)
        return account if account is not None and account.active else None

    def by_email(self, email: str) -> Account:
        """The account with this address; the first one if it has accounts in several tenants.

        :raises KeyError: nobody who can sign in has it.
        """
        for account in self:
            if account.email == email:
                return account
        raise KeyError(email)

    def people(self, tenant: str) -> list[Account]:
        """All accounts of a tenant, in the order in which they were made."""
        return [account for account in self._by_id.copy().values() if account.tenant == tenant]

    def person(self, tenant: str, user_id: str) -> Account | None:
        """The tenant's account with this id, active or not."""
        account = self._by_id.get(user_id)
        return account if account is not None and account.tenant == tenant else None

    def groups(self, tenant: str) -> list[Group]:
        """All groups of a tenant, in the order in which they were made."""
        return [group for group in self._groups.copy().values() if group.tenant == tenant]

    def group(self, tenant: str, group_id: str) -> Group | None:
        """The tenant's group with this id."""
        found = self._groups.get(group_id)
        return found if found is not None and found.tenant == tenant else None

    def memberships(self, tenant: str) -> Memberships:
        """Who belongs to which groups of a tenant."""
        return Memberships.of(self.groups(tenant))

    def add(self, account: Account, at: float) -> None:
        """Add a person as a standard user of the tenant.

        :raises NameTaken: an account of the tenant has this e-mail, active or not.
        """
        joined = [
            replace(
                group, members=(*group.members, Member(MemberKind.USER, account.user_id)), meta=group.meta.touched(at)
            )
            for group in self.groups(account.tenant)
            if group.name == STANDARD_USER
        ]
        self._change(account.tenant, {**self._by_id, account.user_id: account}, self._with(joined))

    def replace(self, account: Account) -> None:
        """Replace the record of a person; not ``active`` means that no sign-in is possible from now on.

        :raises NameTaken: another account of the tenant has this e-mail.
        :raises LastAdmin: it was the last one to administer the tenant.
        """
        self._change(account.tenant, {**self._by_id, account.user_id: account}, self._groups)

    def remove(self, account: Account, at: float) -> None:
        """Forget a person and all memberships.

        :raises LastAdmin: it was the last one to administer the tenant.
        """
        rest = {user_id: other for user_id, other in self._by_id.items() if user_id != account.user_id}
        self._change(account.tenant, rest, self._with(self._left_by(account.tenant, account.user_id, at)))

    def put_group(self, group: Group) -> None:
        """Add a group or replace the record of one; the roles of its members change at once, their tokens do not.

        :raises NameTaken: another group of the tenant has this name.
        :raises WrongMember: a member does not exist, or the group would contain itself.
        :raises LastAdmin: nobody would be left to administer the tenant.
        """
        self._check_members(group)
        self._change(group.tenant, self._by_id, self._with([group]))

    def put_groups(self, tenant: str, groups: Iterable[Group]) -> None:
        """Replace the records of several groups of a tenant, all or none of them; their members are known.

        :raises LastAdmin: nobody would be left to administer the tenant.
        """
        self._change(tenant, self._by_id, self._with(groups))

    def remove_group(self, group: Group, at: float) -> None:
        """Forget a group and its memberships in others.

        :raises LastAdmin: nobody would be left to administer the tenant.
        """
        rest = self._with(self._left_by(group.tenant, group.group_id, at))
        del rest[group.group_id]
        self._change(group.tenant, self._by_id, rest)

    def dump(self) -> dict[str, Any]:
        """Everything as plain JSON values, for :meth:`load`."""
        return {
            "accounts": list_to_json(self._by_id.copy().values()),
            "groups": list_to_json(self._groups.copy().values()),
        }

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Replace everything by what :meth:`dump` gave.

        :raises ValueError: it did not come from there; nothing is changed then.
        """
        if not isinstance(dumped, Mapping) or dumped.keys() != {"accounts", "groups"}:
            raise ValueError("accounts and groups are expected, nothing else")
        accounts = list_from_json(dumped["accounts"], Account)
        groups = list_from_json(dumped["groups"], Group)
        _check_loaded(accounts, groups)
        self._keep(accounts, groups)

    def _change(self, tenant: str, accounts: Mapping[str, Account], groups: Mapping[str, Group]) -> None:
        """Keep a new state of one tenant if it is one that may exist."""
        _check_unique(account.email for account in accounts.values() if account.tenant == tenant)
        _check_unique(group.name for group in groups.values() if group.tenant == tenant)
        memberships = Memberships.of(group for group in groups.values() if group.tenant == tenant)
        had_admin = any(TENANT_ADMIN in account.scope for account in self if account.tenant == tenant)
        if had_admin and not any(
            TENANT_ADMIN in memberships.roles_of(account.user_id)
            for account in accounts.values()
            if account.tenant == tenant and account.active
        ):
            raise LastAdmin(f"Nobody would be left to administer {tenant}. Make somebody else {TENANT_ADMIN} first.")
        self._keep(accounts.values(), groups.values())

    def _keep(self, accounts: Iterable[Account], groups: Iterable[Group]) -> None:
        """Replace everything; each account gets the roles that follow from the groups."""
        kept = {group.group_id: group for group in groups}
        of_tenant = {
            tenant: Memberships.of(group for group in kept.values() if group.tenant == tenant) for tenant in TENANTS
        }
        self._by_id = {
            account.user_id: replace(account, scope=of_tenant[account.tenant].roles_of(account.user_id))
            for account in accounts
        }
        self._groups = kept

    def _with(self, changed: Iterable[Group]) -> dict[str, Group]:
        return {**self._groups, **{group.group_id: group for group in changed}}

    def _left_by(self, tenant: str, member_id: str, at: float) -> list[Group]:
        """The groups that have this member, without it."""
        return [
            replace(group.without(member_id), meta=group.meta.touched(at))
            for group in self.groups(tenant)
            if any(member.id == member_id for member in group.members)
        ]

    def _check_members(self, group: Group) -> None:
        for member in group.members:
            known = self.person if member.kind is MemberKind.USER else self.group
            if known(group.tenant, member.id) is None:
                raise WrongMember(f"There is no {member.kind} {member.id!r} in this tenant.")
        if Memberships.of(self._with([group]).values()).is_circular(group.group_id):
            raise WrongMember("A group cannot be a member of itself, neither directly nor through another group.")


def _check_unique(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        # Neither e-mail addresses nor the names of groups differ only in case.
        if name.casefold() in seen:
            raise NameTaken(f"{name} exists already.")
        seen.add(name.casefold())


def _check_loaded(accounts: list[Account], groups: list[Group]) -> None:
    """Refuse people and groups that no change could have made."""
    unknown = ({account.tenant for account in accounts} | {group.tenant for group in groups}) - TENANTS.keys()
    if unknown:
        raise DirectoryRefused(f"There is no tenant {unknown.pop()!a}.")
    if not all(account.given_name and account.family_name for account in accounts):
        raise DirectoryRefused("Everybody needs a given and a family name.")
    _check_unique(account.user_id for account in accounts)
    _check_unique(group.group_id for group in groups)
    for tenant in TENANTS:
        _check_unique(account.email for account in accounts if account.tenant == tenant)
        _check_unique(group.name for group in groups if group.tenant == tenant)
