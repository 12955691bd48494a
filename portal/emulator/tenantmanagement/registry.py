"""The tenants as they are now: what each changed about itself, its logo, subtenants and legal information."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from portal.emulator.control.records import from_json, to_json
from portal.emulator.tenants import TENANTS, Tenant, World

WITHOUT_SUBTENANTS = frozenset({"globex"})
"""Who may not create any, so that a client meets both answers."""
LOGO_TYPES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
"""First bytes and media type of what a logo may be. Not SVG: it can carry scripts, and logos are shown on the
applications' own origins."""


@dataclass(frozen=True)
class Logo:
    """An uploaded picture; the media type is what its first bytes say."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Subtenant:
    """A part of a tenant; the id is the creator's choice, ``entity_id`` the Hub's."""

    id: str
    display_name: str
    description: str
    entity_id: str
    etag: int = 0


@dataclass(frozen=True)
class LinkText:
    """What a link is called and where it leads, in one language."""

    name: str
    value: str


@dataclass(frozen=True)
class Link:
    """A legal link in several languages; ``type`` is www, phone or mail, and low ``sorting`` comes first."""

    id: str
    type: str
    sorting: int
    languages: dict[str, LinkText]


@dataclass(frozen=True)
class Region:
    """The legal links for some countries, or for all if none is named."""

    region_id: str
    name: str
    countries: tuple[str, ...]
    links: tuple[Link, ...]
    etag: int = 0


@dataclass(frozen=True)
class TenantRecord:
    """A tenant's present state; ``etag`` counts the changes of its names."""

    name: str
    numeric_id: str
    world: World
    display_name: str
    company_name: str
    country: str
    kind: str
    allowed_to_create_subtenant: bool
    etag: int = 0
    logo: Logo | None = None
    subtenants: tuple[Subtenant, ...] = ()
    regions: tuple[Region, ...] = ()

    def with_subtenant(self, subtenant: Subtenant) -> TenantRecord:
        """A copy with a subtenant added, or replaced in its place."""
        by_id = {known.id: known for known in self.subtenants}
        return replace(self, subtenants=tuple({**by_id, subtenant.id: subtenant}.values()))

    def without_subtenant(self, subtenant_id: str) -> TenantRecord:
        """A copy without one subtenant."""
        return replace(self, subtenants=tuple(known for known in self.subtenants if known.id != subtenant_id))

    def with_region(self, region: Region) -> TenantRecord:
        """A copy with the region of this id replaced."""
        return replace(
            self, regions=tuple(region if known.region_id == region.region_id else known for known in self.regions)
        )


class TenantRegistry:
    """The records of all tenants by name. Whoever writes holds the Hub's lock."""

    def __init__(self) -> None:
        self._by_name = {tenant.name: _seeded(tenant) for tenant in TENANTS.values()}

    def __iter__(self) -> Iterator[TenantRecord]:
        return iter(list(self._by_name.values()))

    def get(self, tenant: str) -> TenantRecord:
        """The record of a tenant.

        :raises KeyError: there is no such tenant.
        """
        return self._by_name[tenant]

    def put(self, record: TenantRecord) -> None:
        """Replace the record of a tenant."""
        self._by_name[record.name] = record

    def subtenant(self, tenant: str, subtenant_id: str) -> Subtenant | None:
        """The subtenant of a tenant with this id."""
        return next((known for known in self.get(tenant).subtenants if known.id == subtenant_id), None)

    def dump(self) -> dict[str, Any]:
        """Everything as plain JSON values, for :meth:`load`; pictures in base64."""
        return {name: to_json(record) for name, record in self._by_name.copy().items()}

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Replace everything by what :meth:`dump` gave.

        :raises ValueError: it did not come from there; nothing is changed then.
        """
        if not isinstance(dumped, Mapping) or dumped.keys() != TENANTS.keys():
            raise ValueError(f"the tenants {', '.join(TENANTS)} are expected, nothing else")
        records = {name: from_json(dumped[name], TenantRecord) for name in TENANTS}
        for name, record in records.items():
            if (record.name, record.numeric_id, record.world) != _identity(TENANTS[name]):
                raise ValueError(f"{name} has another name, number or world")
            if record.logo is not None and record.logo.media_type not in LOGO_TYPES.values():
                raise ValueError(f"the logo of {name} is no picture")
        self._by_name = records


def _identity(tenant: Tenant) -> tuple[str, str, World]:
    """What a tenant never changes."""
    return tenant.name, tenant.numeric_id, tenant.world


def _seeded(tenant: Tenant) -> TenantRecord:
    return TenantRecord(
        name=tenant.name,
        numeric_id=tenant.numeric_id,
        world=tenant.world,
        display_name=tenant.display_name,
        company_name=tenant.company_name,
        country=tenant.country,
        kind=tenant.kind,
        allowed_to_create_subtenant=tenant.name not in WITHOUT_SUBTENANTS,
    )
