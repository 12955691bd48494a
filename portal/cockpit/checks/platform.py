"""What the Hub itself fixes: its domains, its bar, its roles. Sources: the vendor's developer documentation."""

from __future__ import annotations

import re

from portal.cockpit.rules import PLATFORM_DOMAINS

# The bar's script, and its version ("Insights Hub Bar v4").
BAR_SCRIPT = re.compile(r"https://static\.[a-z0-9.-]+/osbar/(?P<version>v\d+)/js/main\.min\.js")
BAR_VERSION = "v4"
BAR_HOST = "static.eu1.mindsphere.io"
# Paths that the gateway keeps for itself ("Gateway URL schemas").
RESERVED = ("/api", "/login")
# Cookies of the gateway on the application's address.
COOKIES = frozenset({"SESSION", "XSRF-TOKEN", "REGION-SESSION"})
CORE = "mdsp:core:"
# What a person needs to call a service: one of these roles. The bar asks Tenant Management.
SERVICE_ROLES = {
    "assetmanagement": ("assetmanagement.standarduser", "assetmanagement.admin"),
    "iottimeseries": ("iot.timUser", "iot.timAdmin"),
    "iottsaggregates": ("iot.timUser", "iot.timAdmin"),
    "iotfile": ("iot.filUser", "iot.filAdmin"),
    "eventmanagement": ("em.eventviewer", "em.eventcreator", "em.eventmanager"),
    "agentmanagement": ("mindconnect.fullaccess", "mindconnect.readonly"),
    "mindconnect": ("mindconnect.fullaccess", "mindconnect.readonly"),
    "tenantmanagement": ("tm.tenantUser",),
    "identitymanagement": ("im.meIamViewer",),
}


def is_below(host: str, domains: tuple[str, ...] = PLATFORM_DOMAINS) -> bool:
    """Whether a host is one of the domains or below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
