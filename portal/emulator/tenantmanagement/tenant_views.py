"""What a tenant says about itself."""

from __future__ import annotations

from dataclasses import replace

from werkzeug import Response

from portal.emulator.gateway.calls import Call
from portal.emulator.gateway.conditions import require_match
from portal.emulator.tenantmanagement.access import READ_ROLES, WRITE_ROLES
from portal.emulator.tenantmanagement.bodies import Fields, read_patch
from portal.emulator.tenantmanagement.errors import tenant_endpoint
from portal.emulator.tenantmanagement.wire import tenant_json
from portal.emulator.web import json_response


@tenant_endpoint(READ_ROLES)
def tenant_info(call: Call) -> Response:
    """The caller's tenant."""
    return json_response(tenant_json(call.hub.tenants.get(call.tenant)))


@tenant_endpoint(WRITE_ROLES)
def change_tenant_info(call: Call) -> Response:
    """Change the company's name or the display name; answers with the tenant, which clients read."""
    patch = Fields(read_patch(call.request), ("companyName", "displayName"))
    with call.hub.lock:
        present = call.hub.tenants.get(call.tenant)
        changed = replace(
            present,
            company_name=patch.text("companyName", default=present.company_name),
            display_name=patch.text("displayName", default=present.display_name),
        )
        patch.check()
        require_match(call.request, call.hub.switches, present.etag)
        if changed != present:
            changed = replace(changed, etag=present.etag + 1)
            call.hub.tenants.put(changed)
    return json_response(tenant_json(changed))
