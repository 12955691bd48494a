"""Who may do what in Tenant Management."""

from __future__ import annotations

from portal.emulator.identity.groups import CORE_PREFIX, STANDARD_USER, TENANT_ADMIN

WRITE_ROLES = frozenset({"tm.t.w", TENANT_ADMIN})
READ_ROLES = WRITE_ROLES | {"tm.t.r", f"{CORE_PREFIX}tm.tenantUser", f"{CORE_PREFIX}TenantUser", STANDARD_USER}
