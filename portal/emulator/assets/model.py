"""Types and assets as the Hub keeps them; frozen, because a write replaces the whole record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

CORE_TENANT = "core"


class DataType(StrEnum):
    """The data types of variables (BIG_STRING only in dynamic aspects)."""

    BOOLEAN = "BOOLEAN"
    INT = "INT"
    LONG = "LONG"
    DOUBLE = "DOUBLE"
    STRING = "STRING"
    TIMESTAMP = "TIMESTAMP"
    BIG_STRING = "BIG_STRING"


class Category(StrEnum):
    """Static aspects carry values of the asset itself, dynamic ones carry time series."""

    STATIC = "static"
    DYNAMIC = "dynamic"


@dataclass(frozen=True)
class Variable:
    """One variable of an aspect type or of an asset type."""

    name: str
    data_type: DataType
    unit: str | None = None
    length: int | None = None
    quality_code: bool = False
    searchable: bool = False
    default_value: str | None = None


@dataclass(frozen=True)
class AspectType:
    """A named group of variables, for example ``acme.Vibration``."""

    id: str
    tenant_id: str
    name: str
    category: Category
    variables: tuple[Variable, ...]
    description: str = ""
    scope: str = "private"
    etag: int = 1


@dataclass(frozen=True)
class Aspect:
    """An aspect type under the name it has in an asset type."""

    name: str
    aspect_type_id: str


@dataclass(frozen=True)
class AssetType:
    """A type of assets; it inherits aspects, variables and file assignments (key -> id of the file) of its parent."""

    id: str
    tenant_id: str
    name: str
    parent_type_id: str | None
    description: str = ""
    instantiable: bool = True
    scope: str = "private"
    aspects: tuple[Aspect, ...] = ()
    variables: tuple[Variable, ...] = ()
    file_assignments: Mapping[str, str] = field(default_factory=dict)
    etag: int = 1


@dataclass(frozen=True)
class Location:
    """Where an asset stands; longitude and latitude in degrees."""

    country: str | None = None
    region: str | None = None
    locality: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True)
class AssetLock:
    """What another service holds an asset by; such an asset cannot be deleted."""

    id: str
    service: str
    reason: str
    reason_code: str


@dataclass(frozen=True)
class Asset:
    """One asset. ``parent_id`` is empty for a tenant's root; all values are text, as at the Hub.

    ``variables`` maps names to values, ``aspects`` maps names of static aspects to such maps, ``file_assignments``
    maps keys to ids of files; they hold what was written for this asset, not what it inherits. ``deleted`` is the
    time of its deletion. ``shared_with`` names tenants that received a copy, ``received_from`` the one it came from.
    """

    asset_id: str
    tenant_id: str
    name: str
    type_id: str
    parent_id: str
    description: str | None = None
    external_id: str | None = None
    timezone: str = "Europe/Berlin"
    twin_type: str = "performance"
    location: Location | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    aspects: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    file_assignments: Mapping[str, str] = field(default_factory=dict)
    locks: tuple[AssetLock, ...] = ()
    deleted: datetime | None = None
    shared_with: tuple[str, ...] = ()
    received_from: str | None = None
    etag: int = 1
