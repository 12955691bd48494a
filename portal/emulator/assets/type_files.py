"""The files of an asset type: which file stands under which key, for the type and all assets of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from portal.emulator.assets.asset_rules import FILE_KEY, find_file
from portal.emulator.assets.endpoint import Answer, AssetCall, NewEtag, asset_writer
from portal.emulator.assets.properties import Properties
from portal.emulator.assets.type_access import present_asset_type, require_changeable
from portal.emulator.assets.variables import require_unique
from portal.emulator.gateway.bodies import json_object
from portal.emulator.gateway.errors import InvalidParameter, NoMatch
from portal.emulator.gateway.parameters import flag


@asset_writer
def put_file_assignment(call: AssetCall, type_id: str, key: str) -> Answer:
    """Put a file under a key of a type, in place of the one that stands there."""
    flag(call.request, "includeShared")
    present = present_asset_type(call, type_id)
    require_changeable(call, present)
    broken = FILE_KEY.broken_by(key)
    if broken:
        raise InvalidParameter(f"The key of a file {broken}.")
    file_id = find_file(call, Properties(json_object(call.request))).file_id
    kind = replace(present, file_assignments={**present.file_assignments, key: file_id}, etag=present.etag + 1)
    call.inventory.put_asset_type(kind)
    return call.types.asset_type(kind, exploded=False)


@asset_writer
def delete_file_assignment(call: AssetCall, type_id: str, key: str) -> NewEtag:
    """Take a key off a type; one that it inherits is visible again."""
    flag(call.request, "includeShared")
    present = present_asset_type(call, type_id)
    require_changeable(call, present)
    if key not in present.file_assignments:
        raise NoMatch(f"{present.id} has no file under the key {key}.")
    left = {name: file_id for name, file_id in present.file_assignments.items() if name != key}
    kind = replace(present, file_assignments=left, etag=present.etag + 1)
    call.inventory.put_asset_type(kind)
    return NewEtag(kind.etag)


def read_file_assignments(call: AssetCall, properties: Properties) -> Mapping[str, str]:
    """The whole ``fileAssignments`` of a body: an array of keys and file ids.

    :raises InvalidBody: a key is written twice or breaks the rule, or the tenant has no such file.
    """
    parts = properties.objects("fileAssignments") or []
    keys = [part.text("key", FILE_KEY) for part in parts]
    require_unique("file assignment", keys)
    return {key: find_file(call, part).file_id for key, part in zip(keys, parts, strict=True)}
