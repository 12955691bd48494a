"""The data of initech: a maker of drives in Detroit, in the Xcelerator world."""

from __future__ import annotations

from portal.emulator.assets.core_types import DEVICE, SITE, root_asset
from portal.emulator.assets.model import Aspect, AspectType, Asset, AssetType, Category, DataType, Location, Variable
from portal.emulator.seeding import stable_hex_id

TENANT = "initech"

DRIVE_TRAIN = AspectType(
    id="initech.DriveTrain",
    tenant_id=TENANT,
    name="DriveTrain",
    category=Category.DYNAMIC,
    description="Speed, torque and temperature of a drive.",
    variables=(
        Variable("speed", DataType.DOUBLE, unit="1/min", quality_code=True),
        Variable("torque", DataType.DOUBLE, unit="Nm"),
        Variable("temperature", DataType.DOUBLE, unit="°C"),
    ),
)
ASPECT_TYPES = (DRIVE_TRAIN,)

DRIVE = AssetType(
    id="initech.Drive",
    tenant_id=TENANT,
    name="Drive",
    description="A frequency-controlled drive.",
    parent_type_id=DEVICE,
    aspects=(Aspect("DriveTrain", DRIVE_TRAIN.id),),
)
ASSET_TYPES = (DRIVE,)

_DETROIT = Location("USA", "Michigan", "Detroit", None, "48226", -83.0458, 42.3314)


def assets(seed: str) -> list[Asset]:
    """Root, site and two drives."""

    def asset_id(name: str) -> str:
        return stable_hex_id(seed, "asset", f"{TENANT}/{name}")

    root, site = asset_id(TENANT), asset_id("Detroit Plant")
    return [
        root_asset(root, TENANT),
        Asset(site, TENANT, "Detroit Plant", SITE, root, location=_DETROIT, timezone="America/New_York"),
        *(
            Asset(asset_id(name), TENANT, name, DRIVE.id, site, location=_DETROIT, timezone="America/New_York")
            for name in ("Drive D-1", "Drive D-2")
        ),
    ]
