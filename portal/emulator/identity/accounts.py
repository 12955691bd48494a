"""The people who can sign in. They have no passwords: the sign-in page asks who you want to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.emulator.seeding import stable_uuid
from portal.emulator.tenants import serves

STANDARD_USER = "mdsp:core:StandardUser"


@dataclass(frozen=True)
class Account:
    """A person of one tenant; ``scope`` holds the platform and application roles."""

    user_id: str
    given_name: str
    family_name: str
    email: str
    tenant: str
    role: str
    scope: tuple[str, ...]

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def label(self) -> str:
        """Who this is in one phrase: "Alice Adler, tenant admin of acme"."""
        return f"{self.name}, {self.role} of {self.tenant}"


_PEOPLE: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    (
        "Alice",
        "Adler",
        "alice@acme.example",
        "tenant admin",
        ("mdsp:core:TenantAdmin",),
    ),
    ("Dev", "Dietrich", "dev@acme.example", "developer", ("mdsp:core:Developer",)),
    (
        "Dana",
        "Dorn",
        "dana@acme.example",
        "developer admin",
        ("mdsp:core:DeveloperAdmin", "mdsp:core:Developer"),
    ),
    ("Audrey", "Auer", "audrey@acme.example", "auditor", ("bindery.auditor",)),
    ("Olga", "Olsen", "olga@acme.example", "operator", ("bindery.operator",)),
    (
        "Charlie",
        "Chen",
        "charlie@globex.example",
        "tenant admin",
        ("mdsp:core:TenantAdmin",),
    ),
    (
        "Iris",
        "Ibarra",
        "iris@initech.example",
        "tenant admin",
        ("mdsp:core:TenantAdmin",),
    ),
)


class Directory:
    """All accounts, by id and by identity host."""

    def __init__(self, seed: str) -> None:
        accounts = [_account(seed, *person) for person in _PEOPLE]
        self._by_id = {account.user_id: account for account in accounts}

    def __iter__(self) -> Iterator[Account]:
        return iter(self._by_id.values())

    def at_host(self, host: str) -> list[Account]:
        """Who may sign in at this host: all of the classic world at the core host, else the tenant's people."""
        return [account for account in self if serves(host, account.tenant)]

    def get(self, user_id: str) -> Account | None:
        """The account with this id."""
        return self._by_id.get(user_id)

    def by_email(self, email: str) -> Account:
        """The account with this address.

        :raises KeyError: nobody has it.
        """
        for account in self:
            if account.email == email:
                return account
        raise KeyError(email)


def _account(seed: str, given: str, family: str, email: str, role: str, roles: tuple[str, ...]) -> Account:
    return Account(
        user_id=str(stable_uuid(seed, "account", email)),
        given_name=given,
        family_name=family,
        email=email,
        tenant=email.partition("@")[2].partition(".")[0],
        role=role,
        scope=(*roles, STANDARD_USER),
    )
