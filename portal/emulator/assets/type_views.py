"""Reading types: ``/api/assetmanagement/v3/assettypes…`` and ``…/aspecttypes…``."""

from __future__ import annotations

from portal.emulator.assets import wire
from portal.emulator.assets.endpoint import Answer, AssetCall, asset_endpoint
from portal.emulator.assets.filtering import FieldValues, parse_filter
from portal.emulator.assets.model import AspectType, AssetType
from portal.emulator.assets.paging import PageRequest, page_of
from portal.emulator.gateway.errors import InvalidParameter, NoMatch


@asset_endpoint
def asset_types(call: AssetCall) -> Answer:
    """A page of the tenant's and the core asset types; ``exploded=true`` adds what they inherit."""
    asked = PageRequest.read(call.request)
    matches = parse_filter(asked.filter)
    exploded = _exploded(call)
    found = [
        _asset_type(call, kind, exploded)
        for kind in call.inventory.asset_types(call.tenant)
        if matches(_asset_type_fields(kind))
    ]
    return page_of(found, "assetTypes", f"{call.links.base}/assettypes", asked)


@asset_endpoint
def asset_type(call: AssetCall, type_id: str) -> Answer:
    """One asset type."""
    kind = call.inventory.asset_type(call.tenant, type_id)
    if kind is None:
        raise NoMatch(f"Asset type with id {type_id} does not exist.")
    return _asset_type(call, kind, _exploded(call))


@asset_endpoint
def aspect_types(call: AssetCall) -> Answer:
    """A page of the tenant's and the core aspect types."""
    asked = PageRequest.read(call.request)
    matches = parse_filter(asked.filter)
    found = [
        wire.aspect_type(kind, call.links)
        for kind in call.inventory.aspect_types(call.tenant)
        if matches(_aspect_type_fields(kind))
    ]
    return page_of(found, "aspectTypes", f"{call.links.base}/aspecttypes", asked)


@asset_endpoint
def aspect_type(call: AssetCall, type_id: str) -> Answer:
    """One aspect type."""
    kind = call.inventory.aspect_type(call.tenant, type_id)
    if kind is None:
        raise NoMatch(f"Aspect type with id {type_id} does not exist.")
    return wire.aspect_type(kind, call.links)


def _asset_type(call: AssetCall, kind: AssetType, exploded: bool) -> Answer:
    aspects = call.inventory.aspects_of(kind.id, inherited=exploded)
    variables = call.inventory.variables_of(kind.id, inherited=exploded)
    return wire.asset_type(kind, aspects, variables, call.links)


def _exploded(call: AssetCall) -> bool:
    text = call.request.args.get("exploded", "false").lower()
    if text not in ("true", "false"):
        raise InvalidParameter("exploded has to be true or false.")
    return text == "true"


def _asset_type_fields(kind: AssetType) -> FieldValues:
    return {
        "id": (kind.id,),
        "tenantid": (kind.tenant_id,),
        "name": (kind.name,),
        "description": (kind.description,),
        "parenttypeid": (kind.parent_type_id,),
        "instantiable": ("true" if kind.instantiable else "false",),
        "scope": (kind.scope,),
    }


def _aspect_type_fields(kind: AspectType) -> FieldValues:
    return {
        "id": (kind.id,),
        "tenantid": (kind.tenant_id,),
        "name": (kind.name,),
        "description": (kind.description,),
        "category": (kind.category,),
        "scope": (kind.scope,),
    }
