"""What every tenant has: the platform's own types (``tenantId`` core, scope public) and a root asset of them."""

from __future__ import annotations

from portal.emulator.assets.model import (
    CORE_TENANT,
    Aspect,
    AspectType,
    Asset,
    AssetType,
    Category,
    DataType,
    Variable,
)
from portal.emulator.tenants import TENANTS

ENTERPRISE = "core.basicenterprise"
SITE = "core.basicsite"
AREA = "core.basicarea"
DEVICE = "core.basicdevice"

ASSET_STATUS = AspectType(
    id="core.assetstatus",
    tenant_id=CORE_TENANT,
    name="DeviceAssetStatus",
    category=Category.STATIC,
    description="Status of a device typed asset.",
    scope="public",
    variables=(
        Variable("connection", DataType.INT, searchable=True),
        Variable("connection_timestamp", DataType.TIMESTAMP, searchable=True),
        Variable("health", DataType.INT, searchable=True),
        Variable("health_timestamp", DataType.TIMESTAMP, searchable=True),
        Variable("health_unconfirmed", DataType.INT, searchable=True),
        Variable("health_unconfirmed_timestamp", DataType.TIMESTAMP, searchable=True),
    ),
)


def _core_type(
    name: str,
    parent: str | None,
    instantiable: bool = True,
    aspects: tuple[Aspect, ...] = (),
    variables: tuple[Variable, ...] = (),
) -> AssetType:
    return AssetType(
        id=f"core.{name}",
        tenant_id=CORE_TENANT,
        name=name,
        parent_type_id=parent,
        instantiable=instantiable,
        scope="public",
        aspects=aspects,
        variables=variables,
    )


def root_asset(asset_id: str, tenant: str) -> Asset:
    """The asset that every tenant has from its beginning, above all others."""
    return Asset(
        asset_id,
        tenant,
        tenant,
        ENTERPRISE,
        parent_id="",
        description=f"Root Asset for {tenant} tenant",
        variables={"tenantFlag": "true"},
        timezone=TENANTS[tenant].timezone,
    )


CORE_ASPECT_TYPES = (ASSET_STATUS,)
CORE_ASSET_TYPES = (
    _core_type(
        "basicasset",
        None,
        instantiable=False,
        variables=(Variable("externalId", DataType.STRING, length=255, searchable=True),),
    ),
    _core_type("basichierarchy", "core.basicasset", instantiable=False),
    _core_type(
        "basicenterprise",
        "core.basichierarchy",
        variables=(Variable("tenantFlag", DataType.BOOLEAN, searchable=True),),
    ),
    _core_type("basicsite", "core.basichierarchy"),
    _core_type("basicarea", "core.basichierarchy"),
    _core_type("basicdevice", "core.basicasset", aspects=(Aspect("status", ASSET_STATUS.id),)),
    _core_type("basicagent", "core.basicasset"),
    _core_type("basicsubtenant", "core.basichierarchy"),
)
