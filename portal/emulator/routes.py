"""The site map: the paths of each part, and what is behind them.

Paths stand for host names, so that plain localhost is enough (``addresses.py``). A handler is called with the hub,
the request and the path's arguments. The paths of the platform APIs are those of the classic gateway; calls at the
Xcelerator gateway are found under the same ones.
"""

from __future__ import annotations

from werkzeug.routing import Map

from portal.emulator.aggregates.routes import aggregate_rules
from portal.emulator.appgateway.routes import application_rules
from portal.emulator.assets.routes import asset_rules
from portal.emulator.cockpit.routes import cockpit_rules
from portal.emulator.control.routes import control_rules
from portal.emulator.hubpages.routes import hub_page_rules
from portal.emulator.identity.routes import identity_rules
from portal.emulator.identitymanagement.routes import identity_management_rules
from portal.emulator.tenantmanagement.routes import tenant_management_rules
from portal.emulator.timeseries.routes import time_series_rules
from portal.emulator.tokenmanager.routes import token_manager_rules


def url_map() -> Map:
    """All routes. Slashes matter, as at the Hub; only the billboard is found with and without one."""
    rules = [
        *identity_rules(),
        *asset_rules(),
        *time_series_rules(),
        *aggregate_rules(),
        *application_rules(),
        *hub_page_rules(),
        *cockpit_rules(),
        *token_manager_rules(),
        *identity_management_rules(),
        *tenant_management_rules(),
        *control_rules(),
    ]
    return Map(rules, strict_slashes=True, redirect_defaults=False, merge_slashes=False)
