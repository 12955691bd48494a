"""Writing assets: ``/api/assetmanagement/v3/assets…``, with their locations and file assignments.

Each of these functions runs under the Hub's lock, so what it has seen is still true when it writes.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from portal.emulator.assets.asset_rules import (
    FILE_KEY,
    content_to_json,
    find_file,
    find_parent,
    new_asset,
    require_all_kept,
    require_unchanged,
    with_content,
)
from portal.emulator.assets.asset_views import asset_json, find_asset
from portal.emulator.assets.endpoint import Answer, AssetCall, Written, asset_writer
from portal.emulator.assets.locations import read_location
from portal.emulator.assets.model import Asset
from portal.emulator.assets.properties import Properties
from portal.emulator.gateway.bodies import MERGE_PATCH, json_object, merged
from portal.emulator.gateway.conditions import require_match
from portal.emulator.gateway.errors import GatewayError, InvalidParameter, NoMatch


@asset_writer
def create_asset(call: AssetCall) -> Written:
    """A new asset with an id of the Hub's choice."""
    record = new_asset(call, json_object(call.request), uuid.uuid4().hex)
    call.inventory.put_asset(record)
    return asset_json(call).single(record), 201


@asset_writer
def replace_asset(call: AssetCall, asset_id: str) -> Written:
    """The asset becomes what the body says; what the body leaves out is removed."""
    present = _to_change(call, asset_id)
    body = json_object(call.request)
    require_unchanged(present, body)
    return _changed(call, with_content(call, present, body))


@asset_writer
def patch_asset(call: AssetCall, asset_id: str) -> Written:
    """The asset changes where the merge patch says so."""
    present = _to_change(call, asset_id)
    patch = json_object(call.request, MERGE_PATCH)
    require_unchanged(present, patch)
    wanted = with_content(call, present, merged(content_to_json(present), patch))
    require_all_kept(present, wanted, patch)
    return _changed(call, wanted)


@asset_writer
def delete_asset(call: AssetCall, asset_id: str) -> Written:
    """The asset is marked as deleted; its time series can no longer be read."""
    present = _to_change(call, asset_id)
    _require_not_root(present, "deleted")
    if present.locks:
        raise GatewayError(409, "conflict", f"The asset is locked by {present.locks[0].service}.")
    if call.inventory.has_children(present):
        raise GatewayError(409, "conflict", "The asset has children. Delete or move them first.")
    now = call.hub.clock.now_datetime()
    _store(call, present, deleted=now.replace(microsecond=now.microsecond // 1000 * 1000))
    return None


@asset_writer
def move_asset(call: AssetCall, asset_id: str) -> Written:
    """The asset, with everything below it, gets another parent: ``{"newParentId"}``."""
    present = _to_change(call, asset_id)
    _require_not_root(present, "moved")
    properties = Properties(json_object(call.request))
    parent = find_parent(call, properties, "newParentId")
    if present.asset_id in [above.asset_id for above in (parent, *call.inventory.ancestors(parent))]:
        raise properties.broken("newParentId", "has to be another asset that is not below the moved one")
    return _changed(call, present, parent_id=parent.asset_id)


@asset_writer
def put_location(call: AssetCall, asset_id: str) -> Written:
    """The asset gets a location of its own, also if it inherited one."""
    present = _to_change(call, asset_id)
    return _changed(call, present, location=read_location(json_object(call.request)))


@asset_writer
def delete_location(call: AssetCall, asset_id: str) -> Written:
    """The asset loses its own location; the answer shows the one that it inherits then."""
    present = _to_change(call, asset_id)
    if present.location is None:
        raise NoMatch("The asset has no location of its own. An inherited one is deleted where it stands.")
    return _changed(call, present, location=None)


@asset_writer
def put_file_assignment(call: AssetCall, asset_id: str, key: str) -> Written:
    """A file is assigned to the asset under a key: ``{"fileId"}``."""
    present = _to_change(call, asset_id)
    broken = FILE_KEY.broken_by(key)
    if broken:
        raise InvalidParameter(f"The key {broken}.")
    record = find_file(call, Properties(json_object(call.request)))
    return _changed(call, present, file_assignments={**present.file_assignments, key: record.file_id})


@asset_writer
def delete_file_assignment(call: AssetCall, asset_id: str, key: str) -> Written:
    """The asset's own assignment goes; the one of its type with the same key, if any, shows again."""
    present = _to_change(call, asset_id)
    if key not in present.file_assignments:
        raise NoMatch(f"The asset has no file assignment of its own with the key {key!r}.")
    others = {name: file_id for name, file_id in present.file_assignments.items() if name != key}
    return _changed(call, present, file_assignments=others)


def _to_change(call: AssetCall, asset_id: str) -> Asset:
    """The asset that a path names, if the caller may write it and knows its present state."""
    present = find_asset(call, asset_id)
    if present.received_from is not None:
        raise GatewayError(403, "forbidden", f"The asset was received from {present.received_from}: it is read only.")
    require_match(call.request, call.hub.switches, present.etag)
    return present


def _changed(call: AssetCall, record: Asset, **changes: Any) -> Answer:
    return asset_json(call).single(_store(call, record, **changes))


def _store(call: AssetCall, record: Asset, **changes: Any) -> Asset:
    stored = replace(record, etag=record.etag + 1, **changes)
    call.inventory.put_asset(stored)
    return stored


def _require_not_root(record: Asset, what: str) -> None:
    if not record.parent_id:
        raise GatewayError(409, "conflict", f"The root asset cannot be {what}.")
