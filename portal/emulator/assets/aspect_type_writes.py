"""Writing aspect types: ``PUT``, ``PATCH`` and ``DELETE /api/assetmanagement/v3/aspecttypes/{id}``."""

from __future__ import annotations

from portal.emulator.assets.aspect_type_rules import (
    changed_aspect_type,
    new_aspect_type,
    require_free_name,
    require_unused,
)
from portal.emulator.assets.endpoint import Answer, AssetCall, asset_writer
from portal.emulator.assets.type_access import present_aspect_type, require_changeable, require_creatable
from portal.emulator.gateway.bodies import MERGE_PATCH, json_object, merged
from portal.emulator.gateway.parameters import flag


@asset_writer
def put_aspect_type(call: AssetCall, type_id: str) -> Answer | tuple[Answer, int]:
    """Create an aspect type (201) or change one (200); its id is the client's choice."""
    flag(call.request, "includeShared")
    present = call.inventory.aspect_type(call.tenant, type_id)
    if present is not None:
        require_changeable(call, present)
        kind = changed_aspect_type(present, json_object(call.request))
        call.inventory.put_aspect_type(kind)
        return call.types.aspect_type(kind)

    require_creatable(call, type_id)
    kind = new_aspect_type(call.tenant, type_id, json_object(call.request))
    require_free_name(call.inventory, kind)
    call.inventory.put_aspect_type(kind)
    return call.types.aspect_type(kind), 201


@asset_writer
def patch_aspect_type(call: AssetCall, type_id: str) -> Answer:
    """Change some properties of an aspect type; an array of variables has to have the present ones too."""
    flag(call.request, "includeShared")
    present = present_aspect_type(call, type_id)
    require_changeable(call, present)
    patch = json_object(call.request, MERGE_PATCH)
    kind = changed_aspect_type(present, merged(call.types.aspect_type(present), patch))
    call.inventory.put_aspect_type(kind)
    return call.types.aspect_type(kind)


@asset_writer
def delete_aspect_type(call: AssetCall, type_id: str) -> None:
    """Delete an aspect type that no asset type uses."""
    flag(call.request, "includeShared")
    present = present_aspect_type(call, type_id)
    require_changeable(call, present)
    require_unused(call.inventory, present)
    call.inventory.remove_aspect_type(present.id)
