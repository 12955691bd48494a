"""The inventory at start."""

from __future__ import annotations

from portal.emulator.assets import acme, globex, initech
from portal.emulator.assets.core_types import CORE_ASPECT_TYPES, CORE_ASSET_TYPES
from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.sharing import share
from portal.emulator.seeding import stable_hex_id


def seed_inventory(seed: str) -> Inventory:
    """Core types plus the types and assets of all tenants; the same for the same seed. One asset is shared."""
    inventory = Inventory(
        aspect_types=[*CORE_ASPECT_TYPES, *acme.ASPECT_TYPES, *globex.ASPECT_TYPES, *initech.ASPECT_TYPES],
        asset_types=[*CORE_ASSET_TYPES, *acme.ASSET_TYPES, *globex.ASSET_TYPES, *initech.ASSET_TYPES],
        assets=[*acme.assets(seed), *globex.assets(seed), *initech.assets(seed)],
    )
    share(inventory, stable_hex_id(seed, "asset", f"{acme.TENANT}/{acme.SHARED_ASSET}"), globex.TENANT)
    return inventory
