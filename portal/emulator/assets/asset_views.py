"""Reading assets: ``/api/assetmanagement/v3/assets…`` and the billboard."""

from __future__ import annotations

from portal.emulator.assets import wire
from portal.emulator.assets.endpoint import Answer, AssetCall, asset_endpoint
from portal.emulator.assets.filtering import FieldValues, parse_filter
from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.model import Asset
from portal.emulator.assets.paging import PageRequest, page_of
from portal.emulator.gateway.errors import NoMatch


@asset_endpoint
def billboard(call: AssetCall) -> Answer:
    """Where everything is."""
    return call.links.billboard()


@asset_endpoint
def assets(call: AssetCall) -> Answer:
    """A page of the tenant's assets that match the filter."""
    asked = PageRequest.read(call.request)
    matches = parse_filter(asked.filter)
    found = [
        wire.asset(record, call.links)
        for record in call.inventory.assets(call.tenant)
        if matches(_fields(record, call.inventory))
    ]
    return page_of(found, "assets", f"{call.links.base}/assets", asked)


@asset_endpoint
def asset(call: AssetCall, asset_id: str) -> Answer:
    """One asset with its path from the root."""
    return _single(call, _find(call, asset_id))


@asset_endpoint
def root_asset(call: AssetCall) -> Answer:
    """The tenant's root asset."""
    return _single(call, call.inventory.root(call.tenant))


@asset_endpoint
def asset_aspects(call: AssetCall, asset_id: str) -> Answer:
    """A page of the aspects of an asset, inherited ones included."""
    asked = PageRequest.read(call.request)
    record = _find(call, asset_id)
    entries = [
        wire.asset_aspect(record, declared, call.links) for declared in call.inventory.aspects_of(record.type_id)
    ]
    return page_of(entries, "aspects", call.links.asset(record.asset_id, "aspects")["href"], asked)


@asset_endpoint
def asset_variables(call: AssetCall, asset_id: str) -> Answer:
    """A page of the variables of an asset, inherited ones included."""
    asked = PageRequest.read(call.request)
    record = _find(call, asset_id)
    entries = [
        wire.asset_variable(record, declared, call.links) for declared in call.inventory.variables_of(record.type_id)
    ]
    return page_of(
        entries,
        "variables",
        call.links.asset(record.asset_id, "variables")["href"],
        asked,
    )


def _find(call: AssetCall, asset_id: str) -> Asset:
    record = call.inventory.asset(call.tenant, asset_id)
    if record is None:
        raise NoMatch(f"Asset with id {asset_id} does not exist.")
    return record


def _single(call: AssetCall, record: Asset) -> Answer:
    return wire.single_asset(record, call.inventory.ancestors(record), call.links)


def _fields(record: Asset, inventory: Inventory) -> FieldValues:
    """The documented filter fields of an asset; ``hasType`` holds its type and all types above."""
    return {
        "assetid": (record.asset_id,),
        "tenantid": (record.tenant_id,),
        "name": (record.name,),
        "externalid": (record.external_id,),
        "t2tenant": (None,),
        "subtenant": (None,),
        "timezone": (record.timezone,),
        "twintype": (record.twin_type,),
        "deleted": (None,),
        "parentid": (record.parent_id,),
        "typeid": (record.type_id,),
        "fileid": (None,),
        "hastype": tuple(kind.id for kind in inventory.family(record.type_id)),
    }
