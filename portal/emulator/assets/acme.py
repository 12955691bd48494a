"""The data of acme: a pump maker with a pump station and two gas turbines in Augsburg."""

from __future__ import annotations

from portal.emulator.assets.core_types import AREA, DEVICE, SITE, root_asset
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

TENANT = "acme"

VIBRATION = AspectType(
    id="acme.Vibration",
    tenant_id=TENANT,
    name="Vibration",
    category=Category.DYNAMIC,
    description="Vibration and temperature of a bearing.",
    variables=(
        Variable("velocity", DataType.DOUBLE, unit="mm/s", quality_code=True),
        Variable("acceleration", DataType.DOUBLE, unit="m/s²"),
        Variable("bearingTemperature", DataType.DOUBLE, unit="°C"),
    ),
)
HYDRAULICS = AspectType(
    id="acme.Hydraulics",
    tenant_id=TENANT,
    name="Hydraulics",
    category=Category.DYNAMIC,
    description="What the pump moves.",
    variables=(
        Variable("flow", DataType.DOUBLE, unit="m³/h"),
        Variable("suctionPressure", DataType.DOUBLE, unit="bar"),
        Variable("dischargePressure", DataType.DOUBLE, unit="bar"),
    ),
)
MOTOR = AspectType(
    id="acme.Motor",
    tenant_id=TENANT,
    name="Motor",
    category=Category.DYNAMIC,
    description="The electric motor of a pump.",
    variables=(
        Variable("power", DataType.DOUBLE, unit="kW", quality_code=True),
        Variable("current", DataType.DOUBLE, unit="A"),
        Variable("speed", DataType.INT, unit="1/min"),
        Variable("windingTemperature", DataType.DOUBLE, unit="°C"),
        Variable("running", DataType.BOOLEAN),
    ),
)
POWER_CONSUMPTION = AspectType(
    id="acme.PowerConsumption",
    tenant_id=TENANT,
    name="PowerConsumption",
    category=Category.DYNAMIC,
    description="Electric power drawn by a motor.",
    variables=(
        Variable("power", DataType.DOUBLE, unit="kW"),
        Variable("current", DataType.DOUBLE, unit="A"),
        Variable("powerFactor", DataType.DOUBLE, unit=""),
    ),
)
NAME_PLATE = AspectType(
    id="acme.NamePlate",
    tenant_id=TENANT,
    name="NamePlate",
    category=Category.STATIC,
    description="What is written on the machine.",
    variables=(
        Variable("manufacturer", DataType.STRING, length=255, searchable=True),
        Variable("serialNumber", DataType.STRING, length=64, searchable=True),
        Variable("ratedPower", DataType.DOUBLE, unit="kW"),
    ),
)
ASPECT_TYPES = (VIBRATION, HYDRAULICS, MOTOR, POWER_CONSUMPTION, NAME_PLATE)

CENTRIFUGAL_PUMP = AssetType(
    id="acme.CentrifugalPump",
    tenant_id=TENANT,
    name="CentrifugalPump",
    description="A single-stage centrifugal pump with an electric motor.",
    parent_type_id=DEVICE,
    aspects=(
        Aspect("Vibration", VIBRATION.id),
        Aspect("Hydraulics", HYDRAULICS.id),
        Aspect("Motor", MOTOR.id),
        Aspect("NamePlate", NAME_PLATE.id),
    ),
    variables=(Variable("ratedFlow", DataType.DOUBLE, unit="m³/h", searchable=True),),
)
CNG_TURBINE = AssetType(
    id="acme.CNGTurbine",
    tenant_id=TENANT,
    name="CNGTurbine",
    description="A turbine for compressed natural gas.",
    parent_type_id=DEVICE,
    aspects=(Aspect("PrimaryMotor", POWER_CONSUMPTION.id),),
)
LPG_TURBINE = AssetType(
    id="acme.LPGTurbine",
    tenant_id=TENANT,
    name="LPGTurbine",
    description="A turbine for liquefied petroleum gas.",
    parent_type_id=CNG_TURBINE.id,
    aspects=(Aspect("Bearing_A", VIBRATION.id),),
)
ASSET_TYPES = (CENTRIFUGAL_PUMP, CNG_TURBINE, LPG_TURBINE)

_AUGSBURG = Location("Germany", "Bavaria", "Augsburg", "Pumpenweg 1", "86153", 10.8978, 48.3705)
# Name, area, rated flow in m³/h, rated power in kW.
_PUMPS = (
    ("Pump P-101", "Pump Station", "120.0", "18.5"),
    ("Pump P-102", "Pump Station", "120.0", "18.5"),
    ("Pump P-103", "Pump Station", "120.0", "18.5"),
    ("Pump P-201", "Boiler House", "80.0", "11.0"),
    ("Pump P-202", "Boiler House", "80.0", "11.0"),
    ("Pump P-203", "Boiler House", "80.0", "11.0"),
)
SHARED_ASSET = "Turbine T-302"
"""What globex, its operator, may watch."""
_AREAS = ("Pump Station", "Boiler House")
_TURBINES = (("Turbine T-301", CNG_TURBINE.id), ("Turbine T-302", LPG_TURBINE.id))
_NAMES = (
    TENANT,
    "Augsburg Works",
    *_AREAS,
    *(name for name, *_ in _PUMPS),
    *(name for name, _ in _TURBINES),
)


def assets(seed: str) -> list[Asset]:
    """Root, site, two areas, six pumps and two turbines."""
    ids = {name: stable_hex_id(seed, "asset", f"{TENANT}/{name}") for name in _NAMES}
    root, site, boiler_house = ids[TENANT], ids["Augsburg Works"], ids["Boiler House"]
    return [
        root_asset(root, TENANT),
        Asset(
            site,
            TENANT,
            "Augsburg Works",
            SITE,
            root,
            "Pump works in Augsburg",
            location=_AUGSBURG,
        ),
        *(Asset(ids[area], TENANT, area, AREA, site) for area in _AREAS),
        *(_pump(ids[name], ids[area], name, flow, power) for name, area, flow, power in _PUMPS),
        *(Asset(ids[name], TENANT, name, type_id, boiler_house, location=_AUGSBURG) for name, type_id in _TURBINES),
    ]


def _pump(asset_id: str, area_id: str, name: str, flow: str, power: str) -> Asset:
    return Asset(
        asset_id,
        TENANT,
        name,
        CENTRIFUGAL_PUMP.id,
        area_id,
        external_id=name.removeprefix("Pump "),
        location=_AUGSBURG,
        variables={"ratedFlow": flow},
        aspects={"NamePlate": _name_plate(name, power)},
    )


def _name_plate(name: str, power: str) -> dict[str, str]:
    serial = "AP-2019-" + name[-3:]
    return {
        "manufacturer": "Acme Pumps GmbH",
        "serialNumber": serial,
        "ratedPower": power,
    }
