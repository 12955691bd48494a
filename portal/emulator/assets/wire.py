"""Assets and types as JSON, in the recorded key order, with nulls kept.

Source: recorded answers of Asset Management v3 and its published definitions. On read an aspect of an
asset type carries the full ``aspectType``; on write it has only ``aspectTypeId``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.emulator.assets.inventory import DeclaredAspect, DeclaredVariable
from portal.emulator.assets.links import Links
from portal.emulator.assets.model import (
    AspectType,
    Asset,
    AssetType,
    Location,
    Variable,
)

Json = dict[str, Any]


def asset(record: Asset, links: Links) -> Json:
    """An asset as it stands in a list; values are text, whatever the data type."""
    return {
        "assetId": record.asset_id,
        "tenantId": record.tenant_id,
        "name": record.name,
        "etag": record.etag,
        "externalId": record.external_id,
        "t2Tenant": None,
        "subTenant": None,
        "description": record.description,
        "timezone": record.timezone,
        "twinType": record.twin_type,
        "parentId": record.parent_id,
        "typeId": record.type_id,
        "location": _location(record.location),
        "fileAssignments": [],
        "variables": _values(record.variables.items()),
        "aspects": [{"name": name, "variables": _values(values.items())} for name, values in record.aspects.items()],
        "locks": [],
        "deleted": None,
        "sharing": {"modes": []},
        "_links": _asset_links(record, links),
    }


def single_asset(record: Asset, ancestors: Iterable[Asset], links: Links) -> Json:
    """An asset on its own: as in a list, plus ``hierarchyPath`` from the root to the parent."""
    body = asset(record, links)
    path = [{"assetId": above.asset_id, "name": above.name} for above in ancestors]
    return {**_until_links(body), "hierarchyPath": path, "_links": body["_links"]}


def asset_aspect(holder: Asset, declared: DeclaredAspect, links: Links) -> Json:
    """One entry of an asset's aspects."""
    kind = declared.aspect_type
    return {
        "name": declared.aspect.name,
        "holderAssetId": holder.asset_id,
        "aspectTypeId": kind.id,
        "aspectTypeName": kind.name,
        "category": kind.category,
        "description": kind.description,
        "variables": [aspect_variable(variable) for variable in kind.variables],
        "_links": {
            "self": links.asset(holder.asset_id, f"aspects/{declared.aspect.name}"),
            "asset": links.asset(holder.asset_id),
            "aspectType": links.aspect_type(kind.id),
        },
    }


def asset_variable(holder: Asset, declared: DeclaredVariable, links: Links) -> Json:
    """One entry of an asset's variables."""
    return {
        **type_variable(declared.variable),
        "_links": {
            "self": links.asset(holder.asset_id, "variables"),
            "asset": links.asset(holder.asset_id),
        },
    }


def aspect_variable(variable: Variable) -> Json:
    """A variable of an aspect type."""
    return {
        "name": variable.name,
        "dataType": variable.data_type,
        "unit": variable.unit,
        "searchable": variable.searchable,
        "length": variable.length,
        "qualityCode": variable.quality_code,
        "defaultValue": variable.default_value,
    }


def type_variable(variable: Variable) -> Json:
    """A variable of an asset type: static, so without quality code."""
    body = aspect_variable(variable)
    del body["qualityCode"]
    return body


def aspect_type(kind: AspectType, links: Links) -> Json:
    """An aspect type with its variables."""
    return {
        "id": kind.id,
        "tenantId": kind.tenant_id,
        "name": kind.name,
        "category": kind.category,
        "scope": kind.scope,
        "description": kind.description,
        "variables": [aspect_variable(variable) for variable in kind.variables],
        "etag": kind.etag,
        "sharing": {"modes": []},
        "_links": {"self": links.aspect_type(kind.id)},
    }


def asset_type(
    kind: AssetType, aspects: Iterable[DeclaredAspect], variables: Iterable[DeclaredVariable], links: Links
) -> Json:
    """An asset type with the given aspects and variables, own or exploded; each names its origin."""
    own_links = {"self": links.asset_type(kind.id)}
    if kind.parent_type_id is not None:
        own_links["parent"] = links.asset_type(kind.parent_type_id)
    return {
        "id": kind.id,
        "tenantId": kind.tenant_id,
        "name": kind.name,
        "description": kind.description,
        "parentTypeId": kind.parent_type_id,
        "instantiable": kind.instantiable,
        "scope": kind.scope,
        "etag": kind.etag,
        "aspects": [_declared_aspect(declared, links) for declared in aspects],
        "variables": [
            {**type_variable(declared.variable), "_links": _origin(declared.declared_by, links)}
            for declared in variables
        ],
        "fileAssignments": [],
        "sharing": {"modes": []},
        "_links": own_links,
    }


def _declared_aspect(declared: DeclaredAspect, links: Links) -> Json:
    return {
        "name": declared.aspect.name,
        "aspectType": aspect_type(declared.aspect_type, links),
        "_links": _origin(declared.declared_by, links),
    }


def _origin(declared_by: AssetType, links: Links) -> Json:
    return {"origin": links.asset_type(declared_by.id)}


def _asset_links(record: Asset, links: Links) -> Json:
    found = {
        "self": links.asset(record.asset_id),
        "aspects": links.asset(record.asset_id, "aspects"),
        "variables": links.asset(record.asset_id, "variables"),
        "location": links.asset(record.asset_id, "location"),
        "children": links.children(record.asset_id),
    }
    if record.parent_id:
        found["parent"] = links.asset(record.parent_id)
    return found


def _location(place: Location) -> Json:
    return {
        "country": place.country,
        "region": place.region,
        "locality": place.locality,
        "streetAddress": place.street_address,
        "postalCode": place.postal_code,
        "longitude": place.longitude,
        "latitude": place.latitude,
    }


def _values(items: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in items]


def _until_links(body: Json) -> Json:
    return {name: value for name, value in body.items() if name != "_links"}
