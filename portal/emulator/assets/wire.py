"""Types as JSON, in the recorded key order, with nulls kept.

Source: recorded answers of Asset Management v3 and its published definitions. On read an aspect of an
asset type carries the full ``aspectType``; on write it has only ``aspectTypeId``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.emulator.assets.inventory import DeclaredAspect, DeclaredFile, DeclaredVariable
from portal.emulator.assets.links import Links
from portal.emulator.assets.model import (
    AspectType,
    AssetType,
    Variable,
)

Json = dict[str, Any]


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
    kind: AssetType,
    aspects: Iterable[DeclaredAspect],
    variables: Iterable[DeclaredVariable],
    files: Iterable[DeclaredFile],
    links: Links,
) -> Json:
    """An asset type with the given aspects, variables and files, own or exploded; each names its origin."""
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
        "fileAssignments": [_declared_file(declared, links) for declared in files],
        "sharing": {"modes": []},
        "_links": own_links,
    }


def _declared_aspect(declared: DeclaredAspect, links: Links) -> Json:
    return {
        "name": declared.aspect.name,
        "aspectType": aspect_type(declared.aspect_type, links),
        "_links": _origin(declared.declared_by, links),
    }


def _declared_file(declared: DeclaredFile, links: Links) -> Json:
    return {
        "key": declared.key,
        "fileId": declared.file_id,
        "_links": {
            "download": links.file(declared.file_id, "file"),
            "metadata": links.file(declared.file_id),
            **_origin(declared.declared_by, links),
        },
    }


def _origin(declared_by: AssetType, links: Links) -> Json:
    return {"origin": links.asset_type(declared_by.id)}
