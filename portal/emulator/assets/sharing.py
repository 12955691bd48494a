"""Sharing an asset with another tenant: a copy of its static data with the same id.

Sources: the cross-tenancy pages of the developer documentation. Later changes reach neither side, inherited static
data and files are not copied, time series stay where they are and are read there (``Inventory.origin``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.model import Asset
from portal.emulator.gateway.errors import GatewayError, InvalidParameter, NoMatch
from portal.emulator.tenants import TENANTS


@dataclass(frozen=True)
class Sharing:
    """One asset that one tenant shares with another."""

    asset_id: str
    sharer: str
    receiver: str


def sharings(inventory: Inventory) -> list[Sharing]:
    """All sharings of the region."""
    return [
        Sharing(asset.asset_id, tenant, receiver)
        for tenant in TENANTS
        for asset in inventory.records(tenant)
        for receiver in asset.shared_with
    ]


def share(inventory: Inventory, asset_id: str, receiver: str) -> Sharing:
    """Share an asset; the receiver's copy stands below its root asset. The receiver's approval is taken for granted.

    :raises NoMatch: no tenant has such an asset of its own.
    :raises InvalidParameter: the receiver is no tenant, or not one of the same region and world.
    :raises GatewayError: 409, the receiver has it already.
    """
    original = _original(inventory, asset_id)
    _require_neighbour(original.tenant_id, receiver)
    if receiver in original.shared_with:
        raise GatewayError(409, "conflict", f"The asset is already shared with {receiver}.")
    copy = replace(
        original,
        tenant_id=receiver,
        parent_id=inventory.root(receiver).asset_id,
        file_assignments={},
        locks=(),
        shared_with=(),
        received_from=original.tenant_id,
        etag=0,
    )
    inventory.put_asset(copy)
    inventory.put_asset(replace(original, shared_with=(*original.shared_with, receiver)))
    return Sharing(original.asset_id, original.tenant_id, receiver)


def end_sharing(inventory: Inventory, asset_id: str, receiver: str) -> None:
    """End a sharing, as either side may at any time: the copy is gone at once.

    :raises NoMatch: there is no such sharing.
    """
    copy = inventory.record(receiver, asset_id)
    original = inventory.record(copy.received_from, asset_id) if copy is not None and copy.received_from else None
    if copy is None or original is None:
        raise NoMatch(f"The asset {asset_id} is not shared with {receiver}.")
    inventory.remove_asset(copy)
    others = tuple(tenant for tenant in original.shared_with if tenant != receiver)
    inventory.put_asset(replace(original, shared_with=others))


def _original(inventory: Inventory, asset_id: str) -> Asset:
    owned = (inventory.asset(tenant, asset_id) for tenant in TENANTS)
    original = next((asset for asset in owned if asset is not None), None)
    if original is None:
        raise NoMatch(f"Asset with id {asset_id} does not exist.")
    return original


def _require_neighbour(sharer: str, receiver: str) -> None:
    if receiver not in TENANTS:
        raise InvalidParameter(f"receiver has to be one of {', '.join(TENANTS)}, not {receiver!r}.")
    ours, theirs = TENANTS[sharer], TENANTS[receiver]
    if ours == theirs or (ours.region, ours.world) != (theirs.region, theirs.world):
        raise InvalidParameter(
            f"{sharer} can share with another tenant of its region and world only, not with {receiver}."
        )
