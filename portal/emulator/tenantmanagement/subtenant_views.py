"""Subtenants: parts of a tenant to which users can belong."""

from __future__ import annotations

import uuid
from dataclasses import replace

from werkzeug import Response

from portal.emulator.gateway.calls import Call
from portal.emulator.gateway.conditions import require_match
from portal.emulator.gateway.errors import GatewayError, InvalidParameter, NoMatch
from portal.emulator.gateway.parameters import whole_number
from portal.emulator.tenantmanagement.access import READ_ROLES, WRITE_ROLES
from portal.emulator.tenantmanagement.bodies import MAX_DESCRIPTION, Fields, Json, read_object
from portal.emulator.tenantmanagement.errors import (
    BodyRefused,
    ErrorType,
    FieldError,
    FieldErrorType,
    tenant_endpoint,
)
from portal.emulator.tenantmanagement.registry import Subtenant
from portal.emulator.tenantmanagement.wire import page_json, subtenant_json
from portal.emulator.web import json_response

DEFAULT_SIZE = 20
MAX_SIZE = 2000
SORT_FIELDS = ("id", "displayName", "description")


@tenant_endpoint(READ_ROLES)
def subtenants(call: Call) -> Response:
    """One page of the subtenants: ``page`` from 0, ``size``, ``sort`` as ``displayName,desc``."""
    number, size = whole_number(call.request, "page", 0), whole_number(call.request, "size", DEFAULT_SIZE)
    if not 1 <= size <= MAX_SIZE:
        raise InvalidParameter(f"size has to be 1 to {MAX_SIZE}, not {size}.")
    entries = [subtenant_json(known) for known in call.hub.tenants.get(call.tenant).subtenants]
    sort = call.request.args.get("sort", "")
    return json_response(page_json(_sorted(entries, sort) if sort else entries, number, size, bool(sort)))


@tenant_endpoint(READ_ROLES)
def subtenant(call: Call, subtenant_id: str) -> Response:
    """One subtenant."""
    return json_response(subtenant_json(_subtenant(call, subtenant_id)))


@tenant_endpoint(WRITE_ROLES)
def create_subtenant(call: Call) -> Response:
    """Add a subtenant under the id that the caller chose."""
    body = Fields(read_object(call.request), ("id", "displayName", "description"))
    added = Subtenant(
        id=body.identifier("id"),
        display_name=body.text("displayName"),
        description=body.text("description", MAX_DESCRIPTION, least=0),
        entity_id=uuid.uuid4().hex,
    )
    body.check()
    with call.hub.lock:
        record = call.hub.tenants.get(call.tenant)
        if not record.allowed_to_create_subtenant:
            raise GatewayError(403, "forbidden", f"{record.name} is not allowed to create subtenants.")
        if call.hub.tenants.subtenant(call.tenant, added.id) is not None:
            taken = FieldError("id", FieldErrorType.UNIQUE_CONSTRAINT_ERROR, f"{added.id} exists already.")
            raise BodyRefused(ErrorType.FIELD_ERROR, "The subtenant exists already.", [taken], 409)
        call.hub.tenants.put(record.with_subtenant(added))
    return json_response(subtenant_json(added), 201)


@tenant_endpoint(WRITE_ROLES)
def change_subtenant(call: Call, subtenant_id: str) -> Response:
    """Change name or description; what is left out stays as it is."""
    body = Fields(read_object(call.request), ("displayName", "description"))
    with call.hub.lock:
        present = _subtenant(call, subtenant_id)
        changed = replace(
            present,
            display_name=body.text("displayName", default=present.display_name),
            description=body.text("description", MAX_DESCRIPTION, least=0, default=present.description),
            etag=present.etag + 1,
        )
        body.check()
        require_match(call.request, call.hub.switches, present.etag)
        call.hub.tenants.put(call.hub.tenants.get(call.tenant).with_subtenant(changed))
    return json_response(subtenant_json(changed))


@tenant_endpoint(WRITE_ROLES)
def delete_subtenant(call: Call, subtenant_id: str) -> Response:
    """Forget a subtenant that nobody belongs to: its users would become users of the whole tenant."""
    with call.hub.lock:
        present = _subtenant(call, subtenant_id)
        users = sum(present.id in account.subtenants for account in call.hub.directory.people(call.tenant))
        if users:
            raise GatewayError(409, "conflict", f"{users} users belong to {present.id}. Move or delete them first.")
        call.hub.tenants.put(call.hub.tenants.get(call.tenant).without_subtenant(present.id))
    return Response(status=204)


def _subtenant(call: Call, subtenant_id: str) -> Subtenant:
    found = call.hub.tenants.subtenant(call.tenant, subtenant_id)
    if found is None:
        raise NoMatch(f"There is no subtenant {subtenant_id!a} in this tenant.")
    return found


def _sorted(entries: list[Json], sort: str) -> list[Json]:
    field, _, direction = sort.partition(",")
    if field not in SORT_FIELDS or direction.lower() not in ("", "asc", "desc"):
        fields = ", ".join(SORT_FIELDS)
        raise InvalidParameter(f"sort is {sort!a}. Write one of {fields} and asc or desc, for example displayName,asc.")
    return sorted(entries, key=lambda entry: str(entry[field]).casefold(), reverse=direction.lower() == "desc")
