"""The family of an asset type: the types above and below it, and the names that have to differ in it."""

from __future__ import annotations

from collections.abc import Iterable

from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.model import Asset, AssetType
from portal.emulator.gateway.bodies import InvalidBody
from portal.emulator.gateway.errors import GatewayError


def descendants(inventory: Inventory, kind: AssetType) -> list[AssetType]:
    """All types below a type of a tenant: its children, theirs, and so on."""
    others = inventory.asset_types(kind.tenant_id)
    found: list[AssetType] = []
    above = {kind.id}
    while above:
        children = [other for other in others if other.parent_type_id in above]
        found += children
        above = {child.id for child in children}
    return found


def assets_below(inventory: Inventory, kind: AssetType) -> list[Asset]:
    """The assets of a type or of one below it, the tenant's own and those that others received."""
    family = [kind, *descendants(inventory, kind)]
    return [asset for member in family for asset in inventory.instances(member.id)]


def require_unique_names(inventory: Inventory, kind: AssetType) -> None:
    """Refuse a type with an aspect or a variable whose name a type above or below it has.

    :raises InvalidBody: names are unique in the family; types beside each other are no family.
    """
    relatives = descendants(inventory, kind)
    if kind.parent_type_id is not None:
        relatives += inventory.family(kind.parent_type_id)
    for relative in relatives:
        _require_distinct("aspect", kind, relative, _aspect_names(kind), _aspect_names(relative))
        _require_distinct("variable", kind, relative, _variable_names(kind), _variable_names(relative))


def require_childless(inventory: Inventory, kind: AssetType) -> None:
    """Refuse to delete a type that has a type below it or an asset; deleted assets do not count.

    :raises GatewayError: 409.
    """
    below = descendants(inventory, kind)
    if below:
        raise GatewayError(409, "conflict", f"{kind.id} is the parent of {below[0].id}. Delete that one first.")
    assets = inventory.instances(kind.id)
    if assets:
        raise GatewayError(409, "conflict", f"{kind.id} has the asset {assets[0].asset_id}. Delete that one first.")


def _require_distinct(what: str, kind: AssetType, relative: AssetType, own: Iterable[str], others: set[str]) -> None:
    for name in own:
        if name in others:
            raise InvalidBody(f"{relative.id}, of the same family, has {what} {name} already. Use another name.")


def _aspect_names(kind: AssetType) -> set[str]:
    return {aspect.name for aspect in kind.aspects}


def _variable_names(kind: AssetType) -> set[str]:
    return {variable.name for variable in kind.variables}
