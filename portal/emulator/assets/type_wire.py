"""Types as JSON, in the recorded key order, with nulls kept.

Source: recorded answers of Asset Management v3 and its published definitions. On read an aspect of an
asset type carries the full ``aspectType``; on write it has only ``aspectTypeId``.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from portal.emulator.assets.inventory import DeclaredAspect, DeclaredFile, DeclaredVariable, Inventory, SharedTypes
from portal.emulator.assets.links import Links
from portal.emulator.assets.model import CORE_TENANT, AspectType, AssetType, Variable

Json = dict[str, Any]


class TypeJson:
    """Writes types as a tenant sees them."""

    def __init__(self, inventory: Inventory, links: Links, tenant: str) -> None:
        self._inventory = inventory
        self._links = links
        self._tenant = tenant

    def aspect_type(self, kind: AspectType) -> Json:
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
            "sharing": {"modes": self._modes(kind.tenant_id, kind.id in self._offered.aspect_types)},
            "_links": {"self": self._links.aspect_type(kind.id)},
        }

    def asset_type(self, kind: AssetType, exploded: bool) -> Json:
        """An asset type; exploded, it has the aspects, variables and files of the types above as well."""
        inventory = self._inventory
        files = inventory.files_of(kind.id) if exploded else _own_files(kind)
        own_links = {"self": self._links.asset_type(kind.id)}
        if kind.parent_type_id is not None:
            own_links["parent"] = self._links.asset_type(kind.parent_type_id)
        return {
            "id": kind.id,
            "tenantId": kind.tenant_id,
            "name": kind.name,
            "description": kind.description,
            "parentTypeId": kind.parent_type_id,
            "instantiable": kind.instantiable,
            "scope": kind.scope,
            "etag": kind.etag,
            "aspects": [self._aspect(declared) for declared in inventory.aspects_of(kind.id, inherited=exploded)],
            "variables": [self._variable(declared) for declared in inventory.variables_of(kind.id, inherited=exploded)],
            "fileAssignments": [self._file(declared) for declared in files],
            "sharing": {"modes": self._modes(kind.tenant_id, kind.id in self._offered.asset_types)},
            "_links": own_links,
        }

    @cached_property
    def _offered(self) -> SharedTypes:
        return self._inventory.offered_types(self._tenant)

    def _modes(self, owner: str, is_offered: bool) -> list[str]:
        """How a type is shared: along with assets. Core types are everybody's anyway."""
        if owner == CORE_TENANT:
            return []
        if owner != self._tenant:
            return ["RECEIVER"]
        return ["SHARER"] if is_offered else []

    def _aspect(self, declared: DeclaredAspect) -> Json:
        return {
            "name": declared.aspect.name,
            "aspectType": self.aspect_type(declared.aspect_type),
            "_links": self._origin(declared.declared_by),
        }

    def _variable(self, declared: DeclaredVariable) -> Json:
        return {**type_variable(declared.variable), "_links": self._origin(declared.declared_by)}

    def _file(self, declared: DeclaredFile) -> Json:
        body = file_assignment(declared.key, declared.file_id, self._links)
        return {**body, "_links": {**body["_links"], **self._origin(declared.declared_by)}}

    def _origin(self, declared_by: AssetType) -> Json:
        return {"origin": self._links.asset_type(declared_by.id)}


def written_asset_type(kind: AssetType) -> Json:
    """An asset type in the shape of a write: its own things only, and an aspect has only the id of its type."""
    return {
        "name": kind.name,
        "description": kind.description,
        "parentTypeId": kind.parent_type_id,
        "instantiable": kind.instantiable,
        "scope": kind.scope,
        "aspects": [{"name": aspect.name, "aspectTypeId": aspect.aspect_type_id} for aspect in kind.aspects],
        "variables": [type_variable(variable) for variable in kind.variables],
        "fileAssignments": [{"key": key, "fileId": file_id} for key, file_id in kind.file_assignments.items()],
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


def file_assignment(key: str, file_id: str, links: Links) -> Json:
    """A file under the key that an asset or asset type gives it."""
    found = {"download": links.file(file_id, "file"), "metadata": links.file(file_id)}
    return {"key": key, "fileId": file_id, "_links": found}


def _own_files(kind: AssetType) -> list[DeclaredFile]:
    return [DeclaredFile(key, file_id, kind) for key, file_id in kind.file_assignments.items()]
