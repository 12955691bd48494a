"""What an asset type may be, and what of it may change later.

Source: the published definitions of Asset Management v3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from portal.emulator.assets.aspect_type_rules import require_private, require_same
from portal.emulator.assets.endpoint import AssetCall
from portal.emulator.assets.model import Aspect, AssetType, Category
from portal.emulator.assets.properties import DESCRIPTION, Properties, TextRule
from portal.emulator.assets.type_family import require_unique_names
from portal.emulator.assets.type_files import read_file_assignments
from portal.emulator.assets.variables import read_name, read_variables, require_unique
from portal.emulator.gateway.bodies import InvalidBody, Json

NAME = TextRule(128, 1)
ASPECT_NAME = TextRule(64, 1, "[a-zA-Z0-9_]+", "letters a-z and A-Z, digits and _")
TYPE_ID = TextRule(128, 1)
TOP = "core.basicasset"
"""The parent of a type that is written without one."""


def new_asset_type(call: AssetCall, type_id: str, body: Json) -> AssetType:
    """The asset type that a body describes.

    :raises GatewayError: 400, the body breaks a rule.
    """
    properties = Properties(body)
    require_private(properties)
    parent = properties.optional_text("parentTypeId", TYPE_ID) or TOP
    if call.inventory.asset_type(call.tenant, parent) is None:
        raise properties.broken("parentTypeId", f"is {parent}, but there is no such asset type")
    kind = AssetType(
        id=type_id,
        tenant_id=call.tenant,
        name=_name(properties),
        parent_type_id=parent,
        description=properties.optional_text("description", DESCRIPTION) or "",
        instantiable=properties.flag("instantiable", default=True),
        aspects=_aspects(call, properties),
        variables=read_variables(properties.objects("variables") or [], Category.STATIC),
        file_assignments=read_file_assignments(call, properties),
        etag=0,
    )
    require_unique_names(call.inventory, kind)
    return kind


def changed_asset_type(call: AssetCall, present: AssetType, body: Json) -> AssetType:
    """The asset type after a change to what a body describes; its etag counts up, whether or not anything differs.

    :raises GatewayError: 400, the body breaks a rule or changes what cannot change.
    """
    properties = Properties(body)
    require_private(properties)
    parent = properties.optional_text("parentTypeId", TYPE_ID) or present.parent_type_id
    require_same(properties, "parentTypeId", parent, present.parent_type_id)
    instantiable = properties.flag("instantiable", default=present.instantiable)
    if present.instantiable and not instantiable:
        raise properties.broken("instantiable", "cannot be changed from true to false")
    kind = replace(
        present,
        name=_name(properties),
        description=properties.optional_text("description", DESCRIPTION) or "",
        instantiable=instantiable,
        aspects=_aspects(call, properties, present.aspects),
        variables=read_variables(properties.objects("variables") or [], Category.STATIC, present.variables),
        file_assignments=read_file_assignments(call, properties),
        etag=present.etag + 1,
    )
    require_unique_names(call.inventory, kind)
    return kind


def _name(properties: Properties) -> str:
    name = properties.text("name", NAME)
    # isalpha() is exactly \p{L} of the definition.
    if not all(character.isalpha() or character in "0123456789_. -" for character in name):
        raise properties.broken("name", "may have only letters, digits 0-9, blanks and _ . -")
    return name


def _aspects(call: AssetCall, properties: Properties, present: Iterable[Aspect] = ()) -> tuple[Aspect, ...]:
    """The aspects of a body, each written as ``{"name", "aspectTypeId"}``; the present ones have to be among them."""
    aspects = tuple(_aspect(call, part) for part in properties.objects("aspects") or [])
    require_unique("aspect", [aspect.name for aspect in aspects])
    type_ids = {aspect.name: aspect.aspect_type_id for aspect in aspects}
    for aspect in present:
        if aspect.name not in type_ids:
            raise InvalidBody(f"Aspects can be neither removed nor renamed. Send {aspect.name} as well.")
        if type_ids[aspect.name] != aspect.aspect_type_id:
            raise InvalidBody(f"The aspect type of {aspect.name} cannot be changed. It is {aspect.aspect_type_id}.")
    return aspects


def _aspect(call: AssetCall, part: Properties) -> Aspect:
    aspect = Aspect(read_name(part, ASPECT_NAME), part.text("aspectTypeId", TYPE_ID))
    if call.inventory.aspect_type(call.tenant, aspect.aspect_type_id) is None:
        raise part.broken("aspectTypeId", f"is {aspect.aspect_type_id}, but there is no such aspect type")
    return aspect
