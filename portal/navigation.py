"""The areas of the portal, in one table: where they are, which right opens them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.permissions import Permission

if TYPE_CHECKING:
    from portal.tenants.models import Tenant


@dataclass(frozen=True)
class Area:
    """One entry of the side navigation; with a description it is also a tile on the home page."""

    label: str | Promise
    icon: str
    url_name: str
    permission: Permission
    description: str | Promise = ""
    url: str = ""
    current: bool = False
    at_end: bool = False
    # Addresses that belong to it and do not begin with its own.
    also: tuple[str, ...] = ()


AREAS = (
    Area(_("Home"), "house", "tenants:home", Permission.TENANT_READ),
    Area(
        _("Assets"),
        "factory",
        "assets:list",
        Permission.ASSETS_READ,
        _("Machines of this tenant, as the Hub knows them"),
    ),
    Area(_("Binding keys"), "key-round", "keys:list", Permission.KEYS_READ, _("Credentials with which apps read data")),
    Area(
        _("Collaborations"),
        "handshake",
        "sharing:list",
        Permission.SHARING_READ,
        _("Other tenants that this one works together with"),
    ),
    Area(
        _("Applications"),
        "rocket",
        "cockpit:list",
        Permission.APPS_READ,
        _("Self-hosted applications, from the first line to an approved release"),
    ),
    Area(_("Members"), "users", "tenants:members", Permission.MEMBERS_READ, _("Who may enter, and as what")),
    Area(
        _("Activity"),
        "scroll-text",
        "audit:activity",
        Permission.AUDIT_READ,
        _("Who did what, and which key read what"),
    ),
    Area(
        _("Package"),
        "package",
        "tenants:package",
        Permission.TENANT_READ,
        _("What this tenant may have, and how much of it is used"),
    ),
    Area(_("Settings"), "settings", "tenants:settings", Permission.TENANT_WRITE, at_end=True),
)
# For the operator, in every tenant and outside.
OPERATOR_AREAS = (
    Area(
        _("Tenants"),
        "building-2",
        "ops:tenants",
        Permission.TENANT_READ,
        at_end=True,
        also=("/operator/provision/", "/operator/requests/"),
    ),
    Area(_("Releases"), "badge-check", "ops:releases", Permission.TENANT_READ, at_end=True),
    Area(_("Service"), "server-cog", "ops:service", Permission.TENANT_READ, at_end=True),
)


def areas(request: HttpRequest, tenant: Tenant | None) -> list[Area]:
    """The areas that this person may open, in this tenant if there is one; the one that the page lies in is current."""
    shown: list[Area] = []
    if tenant is not None:
        allowed = [area for area in AREAS if area.permission in request.permissions]  # type: ignore[attr-defined]
        shown += [replace(area, url=reverse(area.url_name, args=[tenant.name])) for area in allowed]
    if getattr(request.user, "is_operator", False):
        shown += [replace(area, url=reverse(area.url_name)) for area in OPERATOR_AREAS]
    # Of two areas that the address lies in, such as /t/acme/ and /t/acme/keys/, the longer one.
    around = [area for area in shown if request.path.startswith((area.url, *area.also))]
    current = max(around, key=lambda area: len(area.url), default=None)
    return [replace(area, current=area is current) for area in shown]
