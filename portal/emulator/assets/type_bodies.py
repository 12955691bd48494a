"""Asset types as they are read, with what they inherit, and as they are written."""

from __future__ import annotations

from portal.emulator.assets import wire
from portal.emulator.assets.bodies import Json
from portal.emulator.assets.endpoint import AssetCall
from portal.emulator.assets.inventory import DeclaredFile
from portal.emulator.assets.model import AssetType


def asset_type(call: AssetCall, kind: AssetType, exploded: bool) -> Json:
    """An asset type as it is read; exploded, it has the aspects, variables and files of the types above as well."""
    aspects = call.inventory.aspects_of(kind.id, inherited=exploded)
    variables = call.inventory.variables_of(kind.id, inherited=exploded)
    files = call.inventory.files_of(kind.id) if exploded else _own_files(kind)
    return wire.asset_type(kind, aspects, variables, files, call.links)


def written_asset_type(kind: AssetType) -> Json:
    """An asset type in the shape of a write: its own things only, and an aspect has only the id of its type."""
    return {
        "name": kind.name,
        "description": kind.description,
        "parentTypeId": kind.parent_type_id,
        "instantiable": kind.instantiable,
        "scope": kind.scope,
        "aspects": [{"name": aspect.name, "aspectTypeId": aspect.aspect_type_id} for aspect in kind.aspects],
        "variables": [wire.type_variable(variable) for variable in kind.variables],
        "fileAssignments": [{"key": key, "fileId": file_id} for key, file_id in kind.file_assignments.items()],
    }


def _own_files(kind: AssetType) -> list[DeclaredFile]:
    return [DeclaredFile(key, file_id, kind) for key, file_id in kind.file_assignments.items()]
