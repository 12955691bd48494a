"""What the Hub itself fixes: its domains, its bar, its roles. Sources: the vendor's developer documentation."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from portal.cockpit.rules import PLATFORM_DOMAINS

# The path of the bar's script on a region's static host, and its version ("Insights Hub Bar v4").
_BAR_PATH = re.compile(r"/osbar/(?P<version>v\d{1,3})/js/main\.min\.js")
BAR_VERSION = "v4"
BAR_HOST = "static.eu1.mindsphere.io"
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


def bar_version(url: str, own: str = "") -> str | None:
    """The version of the bar whose script this is; None for any other script.

    `own` is where a deployment has the bar of its Hub, which may be an emulated one.
    """
    if own and url.partition("?")[0] == own.partition("?")[0]:
        return BAR_VERSION
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    match = _BAR_PATH.fullmatch(parts.path)
    known = parts.scheme == "https" and host.startswith("static.") and is_below(host)
    return match["version"] if match and known else None
