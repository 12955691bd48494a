"""The files of Asset Management: pictures and documents that assets and asset types refer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FileRecord:
    """An uploaded file with its content; times are in UTC."""

    file_id: str
    tenant_id: str
    name: str
    original_file_name: str
    description: str
    scope: str
    media_type: str
    content: bytes
    uploaded: datetime
    last_modified: datetime
    etag: int = 0


class Files:
    """The files of all tenants by id. Whoever writes holds the Hub's lock."""

    def __init__(self) -> None:
        self._by_id: dict[str, FileRecord] = {}

    def __iter__(self) -> Iterator[FileRecord]:
        return iter(list(self._by_id.values()))

    def find(self, tenant: str, file_id: str) -> FileRecord | None:
        """The tenant's file with this id, in any letter case; nothing for another tenant's."""
        record = self._by_id.get(file_id.lower())
        return record if record is not None and record.tenant_id == tenant else None

    def of_tenant(self, tenant: str) -> list[FileRecord]:
        """The tenant's files."""
        return [record for record in list(self._by_id.values()) if record.tenant_id == tenant]

    def put(self, record: FileRecord) -> None:
        """Add a file or replace one."""
        self._by_id[record.file_id] = record

    def remove(self, file_id: str) -> None:
        """Forget a file; whoever calls has seen that nothing refers to it."""
        del self._by_id[file_id]
