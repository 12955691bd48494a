"""Files: ``/api/assetmanagement/v3/files…``."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from urllib.parse import quote

from werkzeug import Response

from portal.emulator.assets import asset_wire
from portal.emulator.assets.endpoint import READ_ROLES, Answer, AssetCall, Written, asset_endpoint, asset_writer
from portal.emulator.assets.files import FileRecord
from portal.emulator.assets.filtering import parse_filter
from portal.emulator.assets.paging import PageRequest, page_of_records
from portal.emulator.assets.record_fields import file_fields, file_sort_value
from portal.emulator.assets.uploads import Upload, read_upload
from portal.emulator.gateway.calls import Call, platform_endpoint
from portal.emulator.gateway.conditions import require_match
from portal.emulator.gateway.errors import GatewayError, NoMatch


@asset_endpoint
def files(call: AssetCall) -> Answer:
    """A page of the tenant's files that match the filter."""
    asked = PageRequest.read(call.request, call.hub.switches)
    matches = parse_filter(asked.filter)
    found = [record for record in call.hub.files.of_tenant(call.tenant) if matches(file_fields(record))]
    assigned = call.inventory.assigned_files()

    def to_json(record: FileRecord) -> Answer:
        return asset_wire.file(record, record.file_id in assigned, call.links)

    return page_of_records(found, file_sort_value, to_json, "files", f"{call.links.base}/files", asked)


@asset_endpoint
def file(call: AssetCall, file_id: str) -> Answer:
    """What is known of a file."""
    return _json(call, _find(call, file_id))


@platform_endpoint(READ_ROLES)
def file_content(call: Call, file_id: str) -> Response:
    """The content of a file. It is somebody's upload: a browser stores it and never runs it."""
    record = _find(call, file_id)
    response = Response(record.content, content_type=record.media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(record.name, safe='')}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.set_etag(hashlib.sha256(record.content).hexdigest())
    response.make_conditional(call.request)
    # The server that runs the application writes the date.
    response.headers.pop("Date", None)
    return response


@asset_writer
def upload_file(call: AssetCall) -> Written:
    """A new file, private to the tenant."""
    now = call.hub.clock.now_datetime()
    record = _record(call, uuid.uuid4().hex, read_upload(call.request), uploaded=now, etag=0)
    call.hub.files.put(record)
    return _json(call, record), 201


@asset_writer
def replace_file(call: AssetCall, file_id: str) -> Written:
    """Another content and description under the same id; assignments show it at once."""
    present = _find(call, file_id)
    require_match(call.request, call.hub.switches, present.etag)
    upload = read_upload(call.request)
    record = _record(call, present.file_id, upload, uploaded=present.uploaded, etag=present.etag + 1)
    call.hub.files.put(record)
    return _json(call, record)


@asset_writer
def delete_file(call: AssetCall, file_id: str) -> Written:
    """The file is gone for good."""
    present = _find(call, file_id)
    require_match(call.request, call.hub.switches, present.etag)
    holder = call.inventory.assigned_files().get(present.file_id)
    if holder is not None:
        raise GatewayError(409, "conflict", f"The file is assigned to {holder}. Delete the assignment first.")
    call.hub.files.remove(present.file_id)
    return None


def _find(call: Call, file_id: str) -> FileRecord:
    record = call.hub.files.find(call.tenant, file_id)
    if record is None:
        raise NoMatch(f"File with id {file_id} does not exist.")
    return record


def _record(call: AssetCall, file_id: str, upload: Upload, uploaded: datetime, etag: int) -> FileRecord:
    return FileRecord(
        file_id=file_id,
        tenant_id=call.tenant,
        name=upload.name,
        original_file_name=upload.original_file_name,
        description=upload.description,
        scope=upload.scope,
        media_type=upload.media_type,
        content=upload.content,
        uploaded=uploaded,
        last_modified=call.hub.clock.now_datetime(),
        etag=etag,
    )


def _json(call: AssetCall, record: FileRecord) -> Answer:
    return asset_wire.file(record, record.file_id in call.inventory.assigned_files(), call.links)
