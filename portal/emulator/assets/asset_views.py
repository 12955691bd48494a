"""Reading assets: ``/api/assetmanagement/v3/assets…`` and the billboard."""

from __future__ import annotations

from portal.emulator.assets.asset_wire import AssetJson, asset_aspect, asset_variable
from portal.emulator.assets.endpoint import WRITE_ROLES, Answer, AssetCall, asset_endpoint
from portal.emulator.assets.filtering import Filter, parse_filter
from portal.emulator.assets.model import Asset
from portal.emulator.assets.paging import PageRequest, page_of, page_of_records
from portal.emulator.assets.record_fields import DELETED, AssetFields, asset_sort_value
from portal.emulator.gateway.errors import NoMatch
from portal.emulator.gateway.parameters import flag


@asset_endpoint
def billboard(call: AssetCall) -> Answer:
    """Where everything is."""
    return call.links.billboard()


@asset_endpoint
def assets(call: AssetCall) -> Answer:
    """A page of the tenant's assets that match the filter."""
    asked = PageRequest.read(call.request, call.hub.switches)
    matches = parse_filter(asked.filter)
    inventory = call.inventory
    found = [record for record in _visible(call, matches) if matches(AssetFields(record, inventory))]
    to_json = asset_json(call).listed
    return page_of_records(found, asset_sort_value, to_json, "assets", f"{call.links.base}/assets", asked)


@asset_endpoint
def asset(call: AssetCall, asset_id: str) -> Answer:
    """One asset with its path from the root; who may write may also read a deleted one."""
    record = call.inventory.record(call.tenant, asset_id)
    if record is None or record.deleted is None or not _reads_deleted(call):
        record = find_asset(call, asset_id)
    return asset_json(call).single(record)


@asset_endpoint
def root_asset(call: AssetCall) -> Answer:
    """The tenant's root asset."""
    return asset_json(call).single(call.inventory.root(call.tenant))


@asset_endpoint
def asset_aspects(call: AssetCall, asset_id: str) -> Answer:
    """A page of the aspects of an asset, inherited ones included."""
    asked = PageRequest.read(call.request, call.hub.switches)
    record = find_asset(call, asset_id)
    entries = [asset_aspect(record, declared, call.links) for declared in call.inventory.aspects_of(record.type_id)]
    return page_of(entries, "aspects", call.links.asset(record.asset_id, "aspects")["href"], asked)


@asset_endpoint
def asset_variables(call: AssetCall, asset_id: str) -> Answer:
    """A page of the variables of an asset, inherited ones included."""
    asked = PageRequest.read(call.request, call.hub.switches)
    record = find_asset(call, asset_id)
    entries = [asset_variable(record, declared, call.links) for declared in call.inventory.variables_of(record.type_id)]
    return page_of(entries, "variables", call.links.asset(record.asset_id, "variables")["href"], asked)


def find_asset(call: AssetCall, asset_id: str) -> Asset:
    """The asset that a path names; a received one only with ``includeShared=true``.

    :raises NoMatch: it does not exist for this tenant, or it is deleted.
    """
    record = call.inventory.asset(call.tenant, asset_id, flag(call.request, "includeShared"))
    if record is None:
        raise NoMatch(f"Asset with id {asset_id} does not exist.")
    return record


def asset_json(call: AssetCall) -> AssetJson:
    """How this call wants to have assets written."""
    return AssetJson(call.inventory, call.links, basic=flag(call.request, "basicFieldsOnly"))


def _visible(call: AssetCall, asked: Filter) -> list[Asset]:
    """The assets among which a list is filtered: deleted ones only if the filter is about the deletion."""
    include_shared = flag(call.request, "includeShared")
    if DELETED not in asked.fields or not _reads_deleted(call):
        return call.inventory.assets(call.tenant, include_shared)
    records = call.inventory.records(call.tenant)
    return [record for record in records if include_shared or record.received_from is None]


def _reads_deleted(call: AssetCall) -> bool:
    return call.caller.has_any(WRITE_ROLES)
