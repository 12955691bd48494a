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


class Inventory:
    """Types and assets by id. What a tenant may see is decided here: its own things and core types.

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

    def assets(self, tenant: str) -> list[Asset]:
        """The tenant's assets."""
        return [asset for asset in list(self._assets.values()) if asset.tenant_id == tenant]

    def asset(self, tenant: str, asset_id: str) -> Asset | None:
        """The tenant's asset with this id, in any letter case; nothing for another tenant's."""
        return self._assets.get((tenant, asset_id.lower()))

    def root(self, tenant: str) -> Asset:
        """The tenant's root asset."""
        return next(asset for asset in self.assets(tenant) if not asset.parent_id)

    def ancestors(self, asset: Asset) -> list[Asset]:
        """From the tenant's root down to the asset's parent; empty for the root."""
        above: list[Asset] = []
        while asset.parent_id:
            asset = self._assets[asset.tenant_id, asset.parent_id]
            above.insert(0, asset)
        return above

    def asset_types(self, tenant: str) -> list[AssetType]:
        """The tenant's asset types and the core ones."""
        return [kind for kind in list(self._asset_types.values()) if kind.tenant_id in (tenant, CORE_TENANT)]

    def asset_type(self, tenant: str, type_id: str) -> AssetType | None:
        """The asset type with this id, if the tenant may see it."""
        kind = self._asset_types.get(type_id)
        return kind if kind is not None and kind.tenant_id in (tenant, CORE_TENANT) else None

    def aspect_types(self, tenant: str) -> list[AspectType]:
        """The tenant's aspect types and the core ones."""
        return [kind for kind in list(self._aspect_types.values()) if kind.tenant_id in (tenant, CORE_TENANT)]

    def aspect_type(self, tenant: str, type_id: str) -> AspectType | None:
        """The aspect type with this id, if the tenant may see it."""
        kind = self._aspect_types.get(type_id)
        return kind if kind is not None and kind.tenant_id in (tenant, CORE_TENANT) else None

    def family(self, type_id: str) -> Iterator[AssetType]:
        """The type itself, its parent, and so on up to the top."""
        following: str | None = type_id
        while following is not None:
            kind = self._asset_types[following]
            yield kind
            following = kind.parent_type_id

    def aspects_of(self, type_id: str, inherited: bool = True) -> list[DeclaredAspect]:
        """The aspects of a type, inherited ones first."""
        return [
            DeclaredAspect(aspect, self._aspect_types[aspect.aspect_type_id], kind)
            for kind in self._lineage(type_id, inherited)
            for aspect in kind.aspects
        ]

    def variables_of(self, type_id: str, inherited: bool = True) -> list[DeclaredVariable]:
        """The variables of a type, inherited ones first."""
        return [
            DeclaredVariable(variable, kind)
            for kind in self._lineage(type_id, inherited)
            for variable in kind.variables
        ]

    def dynamic_aspect(self, asset: Asset, name: str) -> AspectType | None:
        """The type of the asset's dynamic aspect with this name; static aspects have no time series."""
        for aspect, aspect_type, _ in self.aspects_of(asset.type_id):
            if aspect.name == name and aspect_type.category is Category.DYNAMIC:
                return aspect_type
        return None

    def example(self, tenant: str) -> tuple[Asset, str, str]:
        """An asset of the tenant with a dynamic aspect, that aspect's name and one of its variables."""
        for asset in sorted(self.assets(tenant), key=lambda asset: asset.name):
            for aspect, aspect_type, _ in self.aspects_of(asset.type_id):
                if aspect_type.category is Category.DYNAMIC:
                    return asset, aspect.name, aspect_type.variables[0].name
        raise LookupError(f"No asset of {tenant} has a dynamic aspect.")

    def _lineage(self, type_id: str, inherited: bool) -> list[AssetType]:
        family = list(self.family(type_id))
        return family[::-1] if inherited else family[:1]
