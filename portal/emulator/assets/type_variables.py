"""Changing variables of an asset type in place: ``PATCH /assettypes/{id}/variables``, the only way to rename one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from portal.emulator.assets.endpoint import AssetCall, NewEtag, asset_writer
from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.model import AssetType, Category, Variable
from portal.emulator.assets.properties import Properties
from portal.emulator.assets.type_access import present_asset_type, require_changeable
from portal.emulator.assets.type_family import assets_below, require_unique_names
from portal.emulator.assets.type_wire import type_variable
from portal.emulator.assets.variables import read_variable, require_change_allowed, require_unique
from portal.emulator.gateway.bodies import MERGE_PATCH, InvalidBody, json_object, merged
from portal.emulator.gateway.parameters import flag


@asset_writer
def patch_variables(call: AssetCall, type_id: str) -> NewEtag:
    """Change name, unit, length or default value of variables: ``{"<present name>": {"name": "<new name>"}}``.

    The values that assets have for a renamed variable go with it.
    """
    flag(call.request, "includeShared")
    present = present_asset_type(call, type_id)
    require_changeable(call, present)
    changes = json_object(call.request, MERGE_PATCH)
    unknown = changes.keys() - {variable.name for variable in present.variables}
    if unknown:
        raise InvalidBody(f"{present.id} declares no variable {min(unknown)} itself.")
    variables = tuple(_changed(variable, changes.get(variable.name, {})) for variable in present.variables)
    require_unique("variable", [variable.name for variable in variables])
    kind = replace(present, variables=variables, etag=present.etag + 1)
    require_unique_names(call.inventory, kind)
    call.inventory.put_asset_type(kind)
    _carry_values(call.inventory, present, kind)
    return NewEtag(kind.etag)


def _changed(variable: Variable, change: Any) -> Variable:
    if not isinstance(change, dict):
        raise InvalidBody(f"{variable.name} has to be an object. Variables cannot be removed here.")
    wanted = Properties(merged(type_variable(variable), change), f"{variable.name}.")
    after = read_variable(wanted, Category.STATIC, variable)
    require_change_allowed(variable, after, Category.STATIC)
    return after


def _carry_values(inventory: Inventory, before: AssetType, after: AssetType) -> None:
    """Keep the values of the assets under the new names."""
    new_names = {old.name: new.name for old, new in zip(before.variables, after.variables, strict=True)}
    if all(old == new for old, new in new_names.items()):
        return
    for asset in assets_below(inventory, after):
        values = {new_names.get(name, name): value for name, value in asset.variables.items()}
        inventory.put_asset(replace(asset, variables=values))
