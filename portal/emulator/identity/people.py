"""The people and groups that are there at the start. People get their roles through the groups, as later ones do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from portal.emulator.identity.groups import CORE_PREFIX, STANDARD_USER, TENANT_ADMIN, Group, Member, MemberKind, Meta
from portal.emulator.seeding import stable_uuid
from portal.emulator.tenants import TENANTS

_SEEDED_AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC).timestamp()
SEEDED = Meta(_SEEDED_AT, _SEEDED_AT)
"""Of everything that is there at the start."""


class Person(NamedTuple):
    """Somebody who is there at the start; the domain of the e-mail starts with the tenant's name."""

    given_name: str
    family_name: str
    email: str
    roles: tuple[str, ...]

    @property
    def tenant(self) -> str:
        """The name of the tenant."""
        return self.email.partition("@")[2].partition(".")[0]

    def user_id(self, seed: str) -> str:
        """The same UUID in each run with this seed."""
        return str(stable_uuid(seed, "account", self.email))


PEOPLE = (
    Person("Alice", "Adler", "alice@acme.example", (TENANT_ADMIN,)),
    Person("Dev", "Dietrich", "dev@acme.example", (f"{CORE_PREFIX}Developer",)),
    Person("Dana", "Dorn", "dana@acme.example", (f"{CORE_PREFIX}DeveloperAdmin", f"{CORE_PREFIX}Developer")),
    Person("Audrey", "Auer", "audrey@acme.example", ("bindery.auditor",)),
    Person("Olga", "Olsen", "olga@acme.example", ("bindery.operator",)),
    Person("Charlie", "Chen", "charlie@globex.example", (TENANT_ADMIN,)),
    Person("Iris", "Ibarra", "iris@initech.example", (TENANT_ADMIN,)),
)

GROUPS = {
    TENANT_ADMIN: "Administers the tenant",
    f"{CORE_PREFIX}DeveloperAdmin": "Registers and approves applications",
    f"{CORE_PREFIX}Developer": "Develops applications",
    "bindery.auditor": "Reads the audit log of the portal",
    "bindery.operator": "Operates the portal",
    f"{CORE_PREFIX}assetmanagement.admin": "Asset Management: read and write",
    f"{CORE_PREFIX}assetmanagement.standarduser": "Asset Management: read",
    f"{CORE_PREFIX}assetmodeler.fullaccess": "Asset modeler",
    f"{CORE_PREFIX}iot.timAdmin": "Time series: read, write and delete",
    f"{CORE_PREFIX}iot.timUser": "Time series: read",
    f"{CORE_PREFIX}iot.tsaUser": "Aggregates: read",
    f"{CORE_PREFIX}iot.filAdmin": "Files: read, write and delete",
    f"{CORE_PREFIX}iot.filUser": "Files: read",
    f"{CORE_PREFIX}em.eventmanager": "Events: manage",
    f"{CORE_PREFIX}em.eventcreator": "Events: create",
    f"{CORE_PREFIX}em.eventviewer": "Events: read",
    f"{CORE_PREFIX}mindconnect.fullaccess": "Agents: read and write",
    f"{CORE_PREFIX}mindconnect.readonly": "Agents: read",
    f"{CORE_PREFIX}im.meIamViewer": "Reads the own memberships",
    f"{CORE_PREFIX}tm.tenantUser": "Reads the tenant's information",
    f"{CORE_PREFIX}tsm.full-access": "Token management: read and write",
    f"{CORE_PREFIX}tsm.read-only": "Token management: read",
    f"{CORE_PREFIX}TenantUser": "Belongs to the tenant",
    STANDARD_USER: "Uses the tenant's applications",
}
"""Each tenant has these groups, with what they are for. Roles stand in tokens in this order."""


def seed_groups(seed: str) -> list[Group]:
    """The groups of all tenants, with the people who are in them."""
    return [
        Group(
            group_id=str(stable_uuid(seed, "group", f"{tenant}:{name}")),
            tenant=tenant,
            name=name,
            meta=SEEDED,
            description=description,
            members=tuple(
                Member(MemberKind.USER, person.user_id(seed))
                for person in PEOPLE
                if person.tenant == tenant and name in (*person.roles, STANDARD_USER)
            ),
        )
        for tenant in TENANTS
        for name, description in GROUPS.items()
    ]
