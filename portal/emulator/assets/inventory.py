"""All types and assets of the region, and the questions that the APIs ask about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from portal.emulator.assets.model import (
    CORE_TENANT,
    Aspect,
    AspectType,
    Asset,
    AssetType,
    Category,
    Variable,
)


class DeclaredAspect(NamedTuple):
    """An aspect of an asset type, its aspect type, and the type in the family that declares it."""

    aspect: Aspect
    aspect_type: AspectType
    declared_by: AssetType


class DeclaredVariable(NamedTuple):
    """A variable of an asset type and the type in the family that declares it."""

    variable: Variable
    declared_by: AssetType


class DeclaredFile(NamedTuple):
    """A file assignment of an asset type and the type in the family that declares it."""

    key: str
    file_id: str
    declared_by: AssetType


class SharedTypes(NamedTuple):
    """The ids of the types that come along with shared assets."""

    asset_types: frozenset[str]
    aspect_types: frozenset[str]


class Inventory:
    """Types and assets by id. What a tenant may see is decided here: its own things and core types, and
    what it received from others if it asks for that (``include_shared``).

    Whoever writes holds the Hub's lock; the records are frozen, so a reader never sees half of a change. An asset is
    found by tenant and id, because a shared asset has the same id in both tenants.
    """

    def __init__(
        self,
        aspect_types: Iterable[AspectType],
        asset_types: Iterable[AssetType],
        assets: Iterable[Asset],
    ) -> None:
        self._aspect_types = {kind.id: kind for kind in aspect_types}
        self._asset_types = {kind.id: kind for kind in asset_types}
        self._assets = {(asset.tenant_id, asset.asset_id): asset for asset in assets}

    def all_assets(self) -> list[Asset]:
        """The assets of all tenants."""
        return list(self._assets.values())

    def all_asset_types(self) -> list[AssetType]:
        """The asset types of all tenants and the core ones."""
        return list(self._asset_types.values())

    def all_aspect_types(self) -> list[AspectType]:
        """The aspect types of all tenants and the core ones."""
        return list(self._aspect_types.values())

    def put_asset(self, asset: Asset) -> None:
        """Add an asset or replace the record of one."""
        self._assets[asset.tenant_id, asset.asset_id] = asset

    def put_asset_type(self, kind: AssetType) -> None:
        """Add an asset type or replace the record of one."""
        self._asset_types[kind.id] = kind

    def remove_asset_type(self, type_id: str) -> None:
        """Forget an asset type; whoever calls has seen that nothing uses it."""
        del self._asset_types[type_id]

    def put_aspect_type(self, kind: AspectType) -> None:
        """Add an aspect type or replace the record of one."""
        self._aspect_types[kind.id] = kind

    def remove_aspect_type(self, type_id: str) -> None:
        """Forget an aspect type; whoever calls has seen that nothing uses it."""
        del self._aspect_types[type_id]

    def remove_asset(self, asset: Asset) -> None:
        """Forget a record altogether; for received copies only, a deleted asset keeps its record."""
        del self._assets[asset.tenant_id, asset.asset_id]

    def records(self, tenant: str) -> list[Asset]:
        """All assets of the tenant, deleted and received ones too."""
        return [asset for (owner, _), asset in list(self._assets.items()) if owner == tenant]

    def assets(self, tenant: str, include_shared: bool = False) -> list[Asset]:
        """The tenant's assets; with ``include_shared`` those that it received from others, too."""
        return [asset for asset in self.records(tenant) if _exists(asset, include_shared)]

    def record(self, tenant: str, asset_id: str) -> Asset | None:
        """The tenant's asset with this id, in any letter case, even if it is deleted or received."""
        return self._assets.get((tenant, asset_id.lower()))

    def asset(self, tenant: str, asset_id: str, include_shared: bool = False) -> Asset | None:
        """The tenant's asset with this id, in any letter case; nothing for another tenant's or a deleted one.

        A received asset does not exist either, unless ``include_shared``.
        """
        asset = self.record(tenant, asset_id)
        return asset if asset is not None and _exists(asset, include_shared) else None

    def origin(self, tenant: str, asset_id: str) -> Asset | None:
        """The asset whose time series are meant: the tenant's own one, or the original of one that it received."""
        asset = self.asset(tenant, asset_id, include_shared=True)
        if asset is None or asset.received_from is None:
            return asset
        return self.asset(asset.received_from, asset_id)

    def root(self, tenant: str) -> Asset:
        """The tenant's root asset."""
        return next(asset for asset in self.assets(tenant) if not asset.parent_id)

    def has_children(self, asset: Asset) -> bool:
        """Whether anything that is not deleted stands below the asset."""
        below = self.assets(asset.tenant_id, include_shared=True)
        return any(child.parent_id == asset.asset_id for child in below)

    def ancestors(self, asset: Asset) -> list[Asset]:
        """From the tenant's root down to the asset's parent; empty for the root."""
        above: list[Asset] = []
        while asset.parent_id:
            asset = self._assets[asset.tenant_id, asset.parent_id]
            above.insert(0, asset)
        return above

    def located(self, asset: Asset) -> Asset | None:
        """The asset itself or the nearest one above that has a location."""
        nearest_first = (asset, *reversed(self.ancestors(asset)))
        return next((holder for holder in nearest_first if holder.location is not None), None)

    def asset_types(self, tenant: str, include_shared: bool = False) -> list[AssetType]:
        """The tenant's asset types and the core ones; with ``include_shared`` those of received assets, too."""
        shared = self._received_types(tenant).asset_types if include_shared else frozenset()
        return [
            kind
            for kind in list(self._asset_types.values())
            if kind.tenant_id in (tenant, CORE_TENANT) or kind.id in shared
        ]

    def asset_type(self, tenant: str, type_id: str, include_shared: bool = False) -> AssetType | None:
        """The asset type with this id, if the tenant may see it."""
        kind = self._asset_types.get(type_id)
        if kind is None or kind.tenant_id in (tenant, CORE_TENANT):
            return kind
        return kind if include_shared and type_id in self._received_types(tenant).asset_types else None

    def aspect_types(self, tenant: str, include_shared: bool = False) -> list[AspectType]:
        """The tenant's aspect types and the core ones; with ``include_shared`` those of received assets, too."""
        shared = self._received_types(tenant).aspect_types if include_shared else frozenset()
        return [
            kind
            for kind in list(self._aspect_types.values())
            if kind.tenant_id in (tenant, CORE_TENANT) or kind.id in shared
        ]

    def aspect_type(self, tenant: str, type_id: str, include_shared: bool = False) -> AspectType | None:
        """The aspect type with this id, if the tenant may see it."""
        kind = self._aspect_types.get(type_id)
        if kind is None or kind.tenant_id in (tenant, CORE_TENANT):
            return kind
        return kind if include_shared and type_id in self._received_types(tenant).aspect_types else None

    def offered_types(self, tenant: str) -> SharedTypes:
        """The types that others see because the tenant shares assets of them, core types included."""
        return self._types_of(asset for asset in self.assets(tenant) if asset.shared_with)

    def instances(self, type_id: str) -> list[Asset]:
        """All assets of exactly this type that are not deleted, whoever's."""
        return [asset for asset in list(self._assets.values()) if asset.type_id == type_id and asset.deleted is None]

    def family(self, type_id: str) -> Iterator[AssetType]:
        """The type itself, its parent, and so on up to the top; nothing for a type that is gone."""
        kind = self._asset_types.get(type_id)
        while kind is not None:
            yield kind
            kind = self._asset_types.get(kind.parent_type_id or "")

    def aspects_of(self, type_id: str, inherited: bool = True) -> list[DeclaredAspect]:
        """The aspects of a type, inherited ones first."""
        # An aspect type can be gone: who reads without the lock may hold an asset type that was deleted before it.
        return [
            DeclaredAspect(aspect, aspect_type, kind)
            for kind in self._lineage(type_id, inherited)
            for aspect in kind.aspects
            if (aspect_type := self._aspect_types.get(aspect.aspect_type_id)) is not None
        ]

    def variables_of(self, type_id: str, inherited: bool = True) -> list[DeclaredVariable]:
        """The variables of a type, inherited ones first."""
        return [
            DeclaredVariable(variable, kind)
            for kind in self._lineage(type_id, inherited)
            for variable in kind.variables
        ]

    def files_of(self, type_id: str) -> list[DeclaredFile]:
        """The file assignments of a type; of the same key in a family, the nearest type's counts."""
        by_key = {
            key: DeclaredFile(key, file_id, kind)
            for kind in self._lineage(type_id, inherited=True)
            for key, file_id in kind.file_assignments.items()
        }
        return list(by_key.values())

    def assigned_files(self) -> dict[str, str]:
        """The ids of all files in use, with the name of an asset (none that is deleted) or asset type that uses it."""
        holders: list[Asset | AssetType] = [asset for asset in list(self._assets.values()) if asset.deleted is None]
        holders += list(self._asset_types.values())
        return {file_id: holder.name for holder in holders for file_id in holder.file_assignments.values()}

    def dynamic_aspect(self, asset: Asset, name: str) -> AspectType | None:
        """The type of the asset's dynamic aspect with this name; static aspects have no time series."""
        for aspect, aspect_type, _ in self.aspects_of(asset.type_id):
            if aspect.name == name and aspect_type.category is Category.DYNAMIC:
                return aspect_type
        return None

    def example(self, tenant: str) -> tuple[Asset, str, str] | None:
        """An asset of the tenant with a dynamic aspect, that aspect's name and one of its variables, if it has any."""
        for asset in sorted(self.assets(tenant), key=lambda asset: asset.name):
            for aspect, aspect_type, _ in self.aspects_of(asset.type_id):
                if aspect_type.category is Category.DYNAMIC:
                    return asset, aspect.name, aspect_type.variables[0].name
        return None

    def _lineage(self, type_id: str, inherited: bool) -> list[AssetType]:
        family = list(self.family(type_id))
        return family[::-1] if inherited else family[:1]

    def _received_types(self, tenant: str) -> SharedTypes:
        received = [asset for asset in self.assets(tenant, include_shared=True) if asset.received_from is not None]
        return self._types_of(received)

    def _types_of(self, assets: Iterable[Asset]) -> SharedTypes:
        kinds = [kind for type_id in {asset.type_id for asset in assets} for kind in self.family(type_id)]
        return SharedTypes(
            frozenset(kind.id for kind in kinds),
            frozenset(aspect.aspect_type_id for kind in kinds for aspect in kind.aspects),
        )


def _exists(asset: Asset, include_shared: bool) -> bool:
    return asset.deleted is None and (include_shared or asset.received_from is None)
