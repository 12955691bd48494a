"""Reading types: ``/api/assetmanagement/v3/assettypes…`` and ``…/aspecttypes…``.

Readers hold the Hub's lock: what a type inherits must not be deleted while it is put together.
"""

from __future__ import annotations

from portal.emulator.assets.endpoint import Answer, AssetCall, asset_endpoint
from portal.emulator.assets.filtering import FieldValues, parse_filter
from portal.emulator.assets.model import AspectType, AssetType
from portal.emulator.assets.paging import PageRequest, page_of
from portal.emulator.assets.type_access import present_aspect_type, present_asset_type, require_type_reader
from portal.emulator.gateway.parameters import flag


@asset_endpoint
def asset_types(call: AssetCall) -> Answer:
    """A page of the tenant's and the core asset types; ``exploded=true`` adds what they inherit."""
    shared = require_type_reader(call)
    asked = PageRequest.read(call.request, call.hub.switches)
    matches = parse_filter(asked.filter)
    exploded = _exploded(call)
    with call.hub.lock:
        found = [
            call.types.asset_type(kind, exploded)
            for kind in call.inventory.asset_types(call.tenant, shared)
            if matches(_asset_type_fields(kind))
        ]
    return page_of(found, "assetTypes", f"{call.links.base}/assettypes", asked)


@asset_endpoint
def asset_type(call: AssetCall, type_id: str) -> Answer:
    """One asset type."""
    shared = require_type_reader(call)
    exploded = _exploded(call)
    with call.hub.lock:
        return call.types.asset_type(present_asset_type(call, type_id, shared), exploded)


@asset_endpoint
def aspect_types(call: AssetCall) -> Answer:
    """A page of the tenant's and the core aspect types."""
    shared = require_type_reader(call)
    asked = PageRequest.read(call.request, call.hub.switches)
    matches = parse_filter(asked.filter)
    found = [
        call.types.aspect_type(kind)
        for kind in call.inventory.aspect_types(call.tenant, shared)
        if matches(_aspect_type_fields(kind))
    ]
    return page_of(found, "aspectTypes", f"{call.links.base}/aspecttypes", asked)


@asset_endpoint
def aspect_type(call: AssetCall, type_id: str) -> Answer:
    """One aspect type."""
    shared = require_type_reader(call)
    return call.types.aspect_type(present_aspect_type(call, type_id, shared))


def _exploded(call: AssetCall) -> bool:
    """Whether inherited aspects and variables are wanted; ``basicFieldsOnly=true`` leaves them out in any case."""
    basic_only = flag(call.request, "basicFieldsOnly")
    return flag(call.request, "exploded") and not basic_only


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
