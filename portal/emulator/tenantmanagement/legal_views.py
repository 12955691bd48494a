"""The legal configuration of a tenant, and what of it is shown."""

from __future__ import annotations

from dataclasses import replace

from werkzeug import Response

from portal.emulator.gateway.calls import Call
from portal.emulator.gateway.conditions import require_match
from portal.emulator.gateway.errors import NoMatch
from portal.emulator.tenantmanagement.access import READ_ROLES, WRITE_ROLES
from portal.emulator.tenantmanagement.bodies import Fields, read_object
from portal.emulator.tenantmanagement.errors import BodyRefused, ErrorType, FieldErrorType, tenant_endpoint
from portal.emulator.tenantmanagement.legal import PLATFORM_LINKS, links_for, read_region
from portal.emulator.tenantmanagement.registry import Region, TenantRecord
from portal.emulator.tenantmanagement.wire import legal_info_json, region_json
from portal.emulator.web import json_response


@tenant_endpoint(READ_ROLES)
def regions(call: Call) -> Response:
    """The whole legal configuration; empty if the tenant has none."""
    return _answer(call.hub.tenants.get(call.tenant).regions)


@tenant_endpoint(WRITE_ROLES)
def create_regions(call: Call) -> Response:
    """Create the legal configuration. Who has one changes its regions, or deletes it before."""
    body = Fields(read_object(call.request), ("regions",))
    if "regions" not in body:
        body.wrong("regions", "This is required.", FieldErrorType.VALIDATION_ERROR)
    created: dict[str, Region] = {}
    for number, entry in enumerate(body.entries("regions")):
        region, fields = read_region(entry, f"regions[{number}].")
        body.include(fields)
        if region.region_id in created:
            body.wrong(
                f"regions[{number}].regionId", "Two regions have this id.", FieldErrorType.UNIQUE_CONSTRAINT_ERROR
            )
        created[region.region_id] = region
    body.check()
    with call.hub.lock:
        record = call.hub.tenants.get(call.tenant)
        if record.regions:
            message = "The tenant has a legal configuration already. Change its regions, or delete it first."
            raise BodyRefused(ErrorType.INVALID_STATE, message, status=409)
        call.hub.tenants.put(replace(record, regions=tuple(created.values())))
    return _answer(tuple(created.values()), 201)


@tenant_endpoint(WRITE_ROLES)
def replace_region(call: Call, region_id: str) -> Response:
    """Replace one region of the legal configuration."""
    body = read_object(call.request)
    with call.hub.lock:
        record = call.hub.tenants.get(call.tenant)
        present = next((known for known in record.regions if known.region_id == region_id), None)
        if present is None:
            raise NoMatch(f"The legal configuration has no region {region_id!a}.")
        changed, fields = read_region(body, region_id=region_id, etag=present.etag + 1)
        fields.check()
        require_match(call.request, call.hub.switches, present.etag)
        call.hub.tenants.put(record.with_region(changed))
    return json_response(region_json(changed))


@tenant_endpoint(WRITE_ROLES)
def delete_regions(call: Call) -> Response:
    """Delete the whole legal configuration; applications show the platform's from now on."""
    with call.hub.lock:
        call.hub.tenants.put(replace(call.hub.tenants.get(call.tenant), regions=()))
    return Response(status=204)


@tenant_endpoint(READ_ROLES)
def legal_info(call: Call, tenant_id: str = "") -> Response:
    """The links to show for a tenant, by language: its own, or the platform's if it has none."""
    return json_response(legal_info_json(links_for(_own(call, tenant_id)) or PLATFORM_LINKS))


@tenant_endpoint(READ_ROLES)
def own_legal_info(call: Call, tenant_id: str) -> Response:
    """The tenant's own links alone, by language."""
    return json_response(legal_info_json(links_for(_own(call, tenant_id))))


def _own(call: Call, tenant_id: str) -> TenantRecord:
    """The caller's tenant, which is the only one it may ask for."""
    if tenant_id not in ("", call.tenant):
        raise NoMatch(f"There is no tenant {tenant_id!a} for this caller.")
    return call.hub.tenants.get(call.tenant)


def _answer(found: tuple[Region, ...], status: int = 200) -> Response:
    return json_response({"regions": [region_json(region) for region in found]}, status)
