"""What may be written into an asset.

Source: the published definitions of Asset Management v3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from portal.emulator.assets.endpoint import AssetCall
from portal.emulator.assets.files import FileRecord
from portal.emulator.assets.locations import location_to_json, read_location
from portal.emulator.assets.model import Asset, AssetType
from portal.emulator.assets.properties import DESCRIPTION, Properties, TextRule
from portal.emulator.assets.static_values import Values, read_aspects, read_variables
from portal.emulator.assets.timezones import require_timezone
from portal.emulator.gateway.bodies import InvalidBody, Json
from portal.emulator.gateway.parameters import flag
from portal.emulator.tenants import TENANTS

NAME = TextRule(128, 1, r"[^/\\]*", "other characters than / and \\")
EXTERNAL_ID = TextRule(255)
ID = TextRule(32, 32, "[0-9a-fA-F]+", "hex digits")
TYPE_ID = TextRule(128, 1)
TIMEZONE = TextRule(64, 1)
FILE_KEY = TextRule(64, 1, "[A-Za-z0-9_]+", "letters a-z and A-Z, digits and _")
TWIN_TYPES = ("performance", "simulation")


def new_asset(call: AssetCall, body: Json, asset_id: str) -> Asset:
    """The asset that a body describes.

    :raises MissingProperty: name, typeId or parentId is missing.
    :raises InvalidBody: a property breaks a rule, or names what does not exist.
    """
    properties = Properties(body)
    name = properties.text("name", NAME)
    kind = _instantiable_type(call, properties)
    parent = find_parent(call, properties, "parentId")
    timezone = properties.optional_text("timezone", TIMEZONE) or TENANTS[call.tenant].timezone
    require_timezone(timezone, call.hub.clock.now_datetime())
    bare = Asset(
        asset_id,
        call.tenant,
        name,
        kind.id,
        parent.asset_id,
        timezone=timezone,
        twin_type=properties.choice("twinType", *TWIN_TYPES) or TWIN_TYPES[0],
        etag=0,
    )
    return with_content(call, bare, body)


def with_content(call: AssetCall, asset: Asset, body: Json) -> Asset:
    """The asset with everything that can change taken from the body.

    :raises MissingProperty: the name is missing.
    :raises InvalidBody: a property breaks a rule.
    """
    properties = Properties(body)
    return replace(
        asset,
        name=properties.text("name", NAME),
        external_id=properties.optional_text("externalId", EXTERNAL_ID),
        description=properties.optional_text("description", DESCRIPTION),
        location=read_location(body.get("location")),
        variables=read_variables(properties.objects("variables") or [], asset.type_id, call.inventory),
        aspects=read_aspects(properties.objects("aspects") or [], asset.type_id, call.inventory),
        file_assignments=_file_assignments(call, properties.objects("fileAssignments") or []),
    )


def content_to_json(asset: Asset) -> Json:
    """What :func:`with_content` reads, as it is now: the target of a merge patch."""
    return {
        "name": asset.name,
        "externalId": asset.external_id,
        "description": asset.description,
        "location": location_to_json(asset.location) if asset.location is not None else None,
        "variables": _named_values(asset.variables),
        "aspects": [{"name": name, "variables": _named_values(values)} for name, values in asset.aspects.items()],
        "fileAssignments": [{"key": key, "fileId": file_id} for key, file_id in asset.file_assignments.items()],
    }


def require_unchanged(asset: Asset, body: Json) -> None:
    """Refuse a body that changes what is fixed since the creation; a client may send it back as it was.

    :raises InvalidBody: it changes typeId, timezone, twinType or parentId.
    """
    fixed = (("typeId", asset.type_id), ("timezone", asset.timezone), ("twinType", asset.twin_type))
    for name, present in fixed:
        if body.get(name) not in (None, present):
            raise InvalidBody(f"{name} cannot be changed; it is {present}.")
    parent = body.get("parentId")
    if parent is not None and (not isinstance(parent, str) or parent.lower() != asset.parent_id):
        raise InvalidBody("parentId cannot be changed here. Use POST /assets/{id}/move.")


def require_all_kept(before: Asset, after: Asset, patch: Json) -> None:
    """Refuse a merge patch whose arrays leave out variables or aspects that have values.

    :raises InvalidBody: it does; an array replaces the present one, so all entries have to be in it.
    """
    if "variables" in patch:
        _require_kept("variables", before.variables, after.variables)
    if "aspects" in patch:
        _require_kept("aspects", before.aspects, after.aspects)
        for name, values in before.aspects.items():
            _require_kept(f"aspects: variables of {name}", values, after.aspects[name])


def find_parent(call: AssetCall, properties: Properties, name: str) -> Asset:
    """The asset that a property names as a parent.

    :raises MissingProperty: the property is missing.
    :raises InvalidBody: there is no such asset of the tenant's own.
    """
    # Another tenant's copy is no place for own assets: it goes when the sharing ends.
    parent = call.inventory.asset(call.tenant, properties.text(name, ID))
    if parent is None:
        raise properties.broken(name, "has to be the id of an existing asset of your tenant")
    return parent


def find_file(call: AssetCall, properties: Properties) -> FileRecord:
    """The file that the property ``fileId`` names.

    :raises MissingProperty: the property is missing.
    :raises InvalidBody: there is no such file.
    """
    record = call.hub.files.find(call.tenant, properties.text("fileId", ID))
    if record is None:
        raise properties.broken("fileId", "has to be the id of an uploaded file")
    return record


def _instantiable_type(call: AssetCall, properties: Properties) -> AssetType:
    type_id = properties.text("typeId", TYPE_ID)
    kind = call.inventory.asset_type(call.tenant, type_id, flag(call.request, "includeShared"))
    if kind is None:
        raise InvalidBody(f"typeId has to be the id of an asset type; there is no {type_id!r}.")
    if not kind.instantiable:
        raise InvalidBody(f"The type {kind.id} is not instantiable. Choose a type below it.")
    return kind


def _file_assignments(call: AssetCall, parts: list[Properties]) -> Values:
    assignments: Values = {}
    for part in parts:
        key = part.text("key", FILE_KEY)
        if key in assignments:
            raise part.broken("key", f"is {key} for the second time")
        assignments[key] = find_file(call, part).file_id
    return assignments


def _named_values(values: Mapping[str, str]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _require_kept(what: str, before: Mapping[str, object], after: Mapping[str, object]) -> None:
    missing = [name for name in before if name not in after]
    if missing:
        raise InvalidBody(f"{what} has to contain all existing entries. Send {', '.join(missing)} as well.")
