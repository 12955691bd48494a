"""Assets and files as JSON, in the recorded key order, with nulls kept.

Source: recorded answers of Asset Management v3 and its published definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portal.emulator.assets.files import FileRecord
from portal.emulator.assets.inventory import DeclaredAspect, DeclaredFile, DeclaredVariable, Inventory
from portal.emulator.assets.links import Links
from portal.emulator.assets.locations import location_to_json
from portal.emulator.assets.model import Asset, AssetLock, Category, Location, Variable
from portal.emulator.assets.type_wire import Json, aspect_variable, file_assignment, type_variable
from portal.emulator.control.clock import utc_text


class AssetJson:
    """Writes assets; ``basic`` leaves out the values that come from their types (``basicFieldsOnly``)."""

    def __init__(self, inventory: Inventory, links: Links, basic: bool = False) -> None:
        self._inventory = inventory
        self._links = links
        self._basic = basic

    def listed(self, record: Asset) -> Json:
        """An asset as it stands in a list; values are text, whatever the data type."""
        holder = self._inventory.located(record)
        place = holder.location if holder is not None else None
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
            "location": location_to_json(place or Location()),
            "fileAssignments": [*self._own_files(record), *self._inherited_files(record)],
            "variables": _values(self._variables(record)),
            "aspects": [
                {"name": name, "variables": _values(values)} for name, values in self._aspects(record).items() if values
            ],
            "locks": [_lock(lock, record, self._links) for lock in record.locks],
            "deleted": None if record.deleted is None else utc_text(record.deleted),
            "sharing": {"modes": _modes(record)},
            "_links": self._asset_links(record, holder or record),
        }

    def single(self, record: Asset) -> Json:
        """An asset on its own: as in a list, plus ``hierarchyPath`` from the root to the parent."""
        body = self.listed(record)
        own_links = body.pop("_links")
        path = [{"assetId": above.asset_id, "name": above.name} for above in self._inventory.ancestors(record)]
        return {**body, "hierarchyPath": path, "_links": own_links}

    def _own_files(self, record: Asset) -> list[Json]:
        return [file_assignment(key, file_id, self._links) for key, file_id in record.file_assignments.items()]

    def _inherited_files(self, record: Asset) -> list[Json]:
        return [
            inherited_file_assignment(declared, self._links)
            for declared in self._inventory.files_of(record.type_id)
            if declared.key not in record.file_assignments
        ]

    def _variables(self, record: Asset) -> Mapping[str, str]:
        if self._basic:
            return record.variables
        declared = self._inventory.variables_of(record.type_id)
        return {**_defaults(entry.variable for entry in declared), **record.variables}

    def _aspects(self, record: Asset) -> Mapping[str, Mapping[str, str]]:
        if self._basic:
            return record.aspects
        defaults = {
            entry.aspect.name: _defaults(entry.aspect_type.variables)
            for entry in self._inventory.aspects_of(record.type_id)
            if entry.aspect_type.category is Category.STATIC
        }
        return {
            name: {**defaults.get(name, {}), **record.aspects.get(name, {})} for name in {**defaults, **record.aspects}
        }

    def _asset_links(self, record: Asset, located: Asset) -> Json:
        links = self._links
        found = {
            "self": links.asset(record.asset_id),
            "aspects": links.asset(record.asset_id, "aspects"),
            "variables": links.asset(record.asset_id, "variables"),
            # An inherited location is changed where it stands.
            "location": links.asset(located.asset_id, "location"),
            "children": links.children(record.asset_id),
        }
        if record.parent_id:
            found["parent"] = links.asset(record.parent_id)
        return found


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


def inherited_file_assignment(declared: DeclaredFile, links: Links) -> Json:
    """A file assignment of a type as its descendants and assets show it: with the type it comes from."""
    body = file_assignment(declared.key, declared.file_id, links)
    origin = links.asset_type(declared.declared_by.id, f"fileAssignments/{declared.key}")
    return {**body, "_links": {**body["_links"], "origin": origin}}


def file(record: FileRecord, assigned: bool, links: Links) -> Json:
    """What is known of a file, without its content."""
    return {
        "id": record.file_id,
        "tenantId": record.tenant_id,
        "subTenant": None,
        "name": record.name,
        "originalFileName": record.original_file_name,
        "description": record.description,
        "uploaded": utc_text(record.uploaded),
        "lastModified": utc_text(record.last_modified),
        "isAssigned": assigned,
        "scope": record.scope,
        "etag": record.etag,
        "_links": {"self": links.file(record.file_id), "download": links.file(record.file_id, "file")},
    }


def _lock(lock: AssetLock, record: Asset, links: Links) -> Json:
    return {
        "id": lock.id,
        "service": lock.service,
        "reason": lock.reason,
        "reasonCode": lock.reason_code,
        "_links": {"self": links.asset(record.asset_id, f"locks/{lock.id}")},
    }


def _modes(record: Asset) -> list[str]:
    if record.received_from is not None:
        return ["RECEIVER"]
    return ["SHARER"] if record.shared_with else []


def _defaults(variables: Iterable[Variable]) -> dict[str, str]:
    return {variable.name: variable.default_value for variable in variables if variable.default_value is not None}


def _values(values: Mapping[str, str]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in values.items()]
