"""Writing asset types: ``PUT``, ``PATCH`` and ``DELETE /api/assetmanagement/v3/assettypes/{id}``."""

from __future__ import annotations

from portal.emulator.assets.asset_type_rules import changed_asset_type, new_asset_type
from portal.emulator.assets.endpoint import Answer, AssetCall, asset_writer
from portal.emulator.assets.model import AssetType
from portal.emulator.assets.type_access import present_asset_type, require_changeable, require_creatable
from portal.emulator.assets.type_family import require_childless
from portal.emulator.assets.type_wire import written_asset_type
from portal.emulator.gateway.bodies import MERGE_PATCH, Json, json_object, merged
from portal.emulator.gateway.parameters import flag


@asset_writer
def put_asset_type(call: AssetCall, type_id: str) -> Answer | tuple[Answer, int]:
    """Create an asset type (201) or change one (200); its id is the client's choice."""
    exploded = _flags(call)
    present = call.inventory.asset_type(call.tenant, type_id)
    if present is not None:
        require_changeable(call, present)
        return _change(call, present, json_object(call.request), exploded)

    require_creatable(call, type_id)
    kind = new_asset_type(call, type_id, json_object(call.request))
    call.inventory.put_asset_type(kind)
    return call.types.asset_type(kind, exploded), 201


@asset_writer
def patch_asset_type(call: AssetCall, type_id: str) -> Answer:
    """Change some properties of an asset type; an array has to have all present aspects or variables.

    File assignments that are missing in an array of them are taken off.
    """
    exploded = _flags(call)
    present = present_asset_type(call, type_id)
    require_changeable(call, present)
    patch = json_object(call.request, MERGE_PATCH)
    return _change(call, present, merged(written_asset_type(present), patch), exploded)


@asset_writer
def delete_asset_type(call: AssetCall, type_id: str) -> None:
    """Delete an asset type that has neither types below it nor assets."""
    flag(call.request, "includeShared")
    present = present_asset_type(call, type_id)
    require_changeable(call, present)
    require_childless(call.inventory, present)
    call.inventory.remove_asset_type(present.id)


def _change(call: AssetCall, present: AssetType, body: Json, exploded: bool) -> Answer:
    kind = changed_asset_type(call, present, body)
    call.inventory.put_asset_type(kind)
    return call.types.asset_type(kind, exploded)


def _flags(call: AssetCall) -> bool:
    """Whether the answer is wanted exploded."""
    flag(call.request, "includeShared")
    return flag(call.request, "exploded")
