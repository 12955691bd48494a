"""The data of globex: an energy company with two wind turbines and their transformer."""

from __future__ import annotations

from portal.emulator.assets.core_types import DEVICE, SITE, root_asset
from portal.emulator.assets.model import (
    Aspect,
    AspectType,
    Asset,
    AssetType,
    Category,
    DataType,
    Location,
    Variable,
)
from portal.emulator.seeding import stable_hex_id

TENANT = "globex"

ROTOR = AspectType(
    id="globex.Rotor",
    tenant_id=TENANT,
    name="Rotor",
    category=Category.DYNAMIC,
    description="Wind, rotor and the power they give.",
    variables=(
        Variable("power", DataType.DOUBLE, unit="kW", quality_code=True),
        Variable("windSpeed", DataType.DOUBLE, unit="m/s"),
        Variable("rotorSpeed", DataType.DOUBLE, unit="1/min"),
    ),
)
OIL = AspectType(
    id="globex.Oil",
    tenant_id=TENANT,
    name="Oil",
    category=Category.DYNAMIC,
    description="The insulating oil of a transformer.",
    variables=(
        Variable("temperature", DataType.DOUBLE, unit="°C"),
        Variable("level", DataType.DOUBLE, unit="%"),
    ),
)
ASPECT_TYPES = (ROTOR, OIL)

WIND_TURBINE = AssetType(
    id="globex.WindTurbine",
    tenant_id=TENANT,
    name="WindTurbine",
    description="A wind turbine of the 3 MW class.",
    parent_type_id=DEVICE,
    aspects=(Aspect("Rotor", ROTOR.id),),
)
TRANSFORMER = AssetType(
    id="globex.Transformer",
    tenant_id=TENANT,
    name="Transformer",
    description="The transformer between wind park and grid.",
    parent_type_id=DEVICE,
    aspects=(Aspect("Oil", OIL.id),),
)
ASSET_TYPES = (WIND_TURBINE, TRANSFORMER)

_HUSUM = Location("Germany", "Schleswig-Holstein", "Husum", None, "25813", 9.0544, 54.4768)


def assets(seed: str) -> list[Asset]:
    """Root, site, two wind turbines and a transformer."""

    def asset_id(name: str) -> str:
        return stable_hex_id(seed, "asset", f"{TENANT}/{name}")

    root, site = asset_id(TENANT), asset_id("Wind Park North")
    return [
        root_asset(root, TENANT),
        Asset(site, TENANT, "Wind Park North", SITE, root, location=_HUSUM),
        *(
            Asset(asset_id(name), TENANT, name, type_id, site, location=_HUSUM)
            for name, type_id in (
                ("Wind Turbine W-1", WIND_TURBINE.id),
                ("Wind Turbine W-2", WIND_TURBINE.id),
                ("Transformer X-1", TRANSFORMER.id),
            )
        ),
    ]
