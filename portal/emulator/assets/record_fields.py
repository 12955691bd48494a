"""The fields by which lists of assets and files are filtered and sorted.

They are computed when a filter asks for them: a tenant may have many thousand assets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from portal.emulator.assets.files import FileRecord
from portal.emulator.assets.filter_functions import FieldValue
from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.model import Asset
from portal.emulator.assets.paging import SortValue

DELETED = "deleted"

_ASSET_FILTERS: dict[str, Callable[[Asset], FieldValue]] = {
    "assetid": lambda asset: asset.asset_id,
    "tenantid": lambda asset: asset.tenant_id,
    "name": lambda asset: asset.name,
    "externalid": lambda asset: asset.external_id,
    "t2tenant": lambda asset: None,
    "subtenant": lambda asset: None,
    "timezone": lambda asset: asset.timezone,
    "twintype": lambda asset: asset.twin_type,
    DELETED: lambda asset: asset.deleted,
    "parentid": lambda asset: asset.parent_id,
    "typeid": lambda asset: asset.type_id,
}
_ASSET_SORTS: dict[str, Callable[[Asset], SortValue]] = {
    "assetId": lambda asset: asset.asset_id,
    "tenantId": lambda asset: asset.tenant_id,
    "name": lambda asset: asset.name,
    "etag": lambda asset: asset.etag,
    "externalId": lambda asset: asset.external_id,
    "subTenant": lambda asset: None,
    "description": lambda asset: asset.description,
    "timezone": lambda asset: asset.timezone,
    "twinType": lambda asset: asset.twin_type,
    "parentId": lambda asset: asset.parent_id,
    "typeId": lambda asset: asset.type_id,
    "deleted": lambda asset: asset.deleted.isoformat() if asset.deleted is not None else None,
}
_FILE_SORTS: dict[str, Callable[[FileRecord], SortValue]] = {
    "id": lambda record: record.file_id,
    "name": lambda record: record.name,
    "originalFileName": lambda record: record.original_file_name,
    "description": lambda record: record.description,
    "scope": lambda record: record.scope,
    "uploaded": lambda record: record.uploaded.isoformat(),
    "lastModified": lambda record: record.last_modified.isoformat(),
}


class AssetFields(Mapping[str, tuple[FieldValue, ...]]):
    """The documented filter fields of an asset; ``hasType`` holds its type and all types above."""

    def __init__(self, record: Asset, inventory: Inventory) -> None:
        self._record = record
        self._inventory = inventory

    def __getitem__(self, name: str) -> tuple[FieldValue, ...]:
        if name == "hastype":
            return tuple(kind.id for kind in self._inventory.family(self._record.type_id))
        if name == "fileid":
            inherited = (declared.file_id for declared in self._inventory.files_of(self._record.type_id))
            return (*self._record.file_assignments.values(), *inherited)
        return (_ASSET_FILTERS[name](self._record),)

    def __iter__(self) -> Iterator[str]:
        return iter((*_ASSET_FILTERS, "fileid", "hastype"))

    def __len__(self) -> int:
        return len(_ASSET_FILTERS) + 2


def asset_sort_value(record: Asset, name: str) -> SortValue:
    """The value by which assets are sorted.

    :raises KeyError: there is no such field, or it is no single value.
    """
    return _ASSET_SORTS[name](record)


def file_fields(record: FileRecord) -> Mapping[str, tuple[FieldValue, ...]]:
    """The filter fields of a file."""
    return {
        "id": (record.file_id,),
        "tenantid": (record.tenant_id,),
        "subtenant": (None,),
        "name": (record.name,),
        "originalfilename": (record.original_file_name,),
        "description": (record.description,),
        "uploaded": (record.uploaded,),
        "lastmodified": (record.last_modified,),
        "scope": (record.scope,),
    }


def file_sort_value(record: FileRecord, name: str) -> SortValue:
    """The value by which files are sorted.

    :raises KeyError: there is no such field.
    """
    return _FILE_SORTS[name](record)
