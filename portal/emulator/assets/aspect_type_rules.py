"""What an aspect type may be, and what of it may change later.

Source: the published definitions of Asset Management v3.
"""

from __future__ import annotations

from dataclasses import replace

from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.model import AspectType, AssetType, Category
from portal.emulator.assets.properties import Properties, TextRule
from portal.emulator.assets.variables import read_variables
from portal.emulator.gateway.bodies import InvalidBody, Json
from portal.emulator.gateway.errors import GatewayError

NAME = TextRule(128, 1, "[a-zA-Z0-9_]+", "letters a-z and A-Z, digits and _")
DESCRIPTION = TextRule(255, pattern="[^']*", characters="other characters than '")


def new_aspect_type(tenant: str, type_id: str, body: Json) -> AspectType:
    """The aspect type that a body describes.

    :raises GatewayError: 400, the body breaks a rule.
    """
    properties = Properties(body)
    category = Category(properties.required("category", properties.choice("category", *Category)))
    require_private(properties)
    kind = AspectType(
        id=type_id,
        tenant_id=tenant,
        name=properties.text("name", NAME),
        category=category,
        variables=read_variables(properties.required("variables", properties.objects("variables")), category),
        description=properties.optional_text("description", DESCRIPTION) or "",
        etag=0,
    )
    if not kind.variables:
        raise InvalidBody("variables has to have at least one variable.")
    return kind


def changed_aspect_type(present: AspectType, body: Json) -> AspectType:
    """The aspect type after a change to what a body describes; its etag counts up, whether or not anything differs.

    :raises GatewayError: 400, the body breaks a rule or changes what cannot change.
    """
    properties = Properties(body)
    require_private(properties)
    require_same(properties, "name", properties.text("name", NAME), present.name)
    category = properties.required("category", properties.choice("category", *Category))
    require_same(properties, "category", category, present.category)
    parts = properties.required("variables", properties.objects("variables"))
    return replace(
        present,
        variables=read_variables(parts, present.category, present.variables),
        description=properties.optional_text("description", DESCRIPTION) or "",
        etag=present.etag + 1,
    )


def require_private(properties: Properties) -> None:
    """Refuse a type for all tenants: only the platform has public ones.

    :raises InvalidBody: the scope is not private.
    """
    if properties.choice("scope", "private", "public") == "public":
        raise properties.broken("scope", "has to be private. Public types cannot be created")


def require_same(properties: Properties, name: str, wanted: object, present: object) -> None:
    """Refuse to change what never changes.

    :raises InvalidBody: it would.
    """
    if wanted != present:
        raise properties.broken(name, f"cannot be changed. It is {present}")


def require_free_name(inventory: Inventory, kind: AspectType) -> None:
    """Refuse a name that another aspect type of the tenant has.

    :raises GatewayError: 409.
    """
    for other in inventory.aspect_types(kind.tenant_id):
        if (other.tenant_id, other.name) == (kind.tenant_id, kind.name) and other.id != kind.id:
            raise GatewayError(409, "conflict", f"The aspect type {other.id} has the name {kind.name} already.")


def require_unused(inventory: Inventory, kind: AspectType) -> None:
    """Refuse to delete an aspect type that an asset type has.

    :raises GatewayError: 409.
    """
    using = [other.id for other in inventory.asset_types(kind.tenant_id) if has_aspect_type(other, kind.id)]
    if using:
        raise GatewayError(409, "conflict", f"{kind.id} is used by the asset type {using[0]}. Delete that one first.")


def has_aspect_type(kind: AssetType, aspect_type_id: str) -> bool:
    """Whether one of the asset type's own aspects is of this aspect type."""
    return any(aspect.aspect_type_id == aspect_type_id for aspect in kind.aspects)
