"""The areas of the portal, in one table: where they are, which right opens them."""

from __future__ import annotations

from dataclasses import dataclass
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


SERVICE = "ops:service"
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
)


def areas(request: HttpRequest, tenant: Tenant | None) -> list[Area]:
    """The areas that this person may open, in this tenant if there is one."""
    if tenant is None:
        return _operator_areas(request)
    allowed = [area for area in AREAS if area.permission in request.permissions]  # type: ignore[attr-defined]
    return [_placed(area, request, [tenant.name]) for area in allowed] + _operator_areas(request)


def _operator_areas(request: HttpRequest) -> list[Area]:
    if not getattr(request.user, "is_operator", False):
        return []
    service = Area(_("Service"), "server-cog", SERVICE, Permission.TENANT_READ, at_end=True)
    return [_placed(service, request, [])]


def _placed(area: Area, request: HttpRequest, arguments: list[str]) -> Area:
    current = area.url_name == _open_area(request)
    url = reverse(area.url_name, args=arguments)
    return Area(area.label, area.icon, area.url_name, area.permission, area.description, url, current, area.at_end)


def _open_area(request: HttpRequest) -> str:
    """The area of this page: the one that it is, or else the first one of its slice."""
    match = request.resolver_match
    if match is None:
        return ""
    names = [area.url_name for area in AREAS] + [SERVICE]
    beside = [name for name in names if name.partition(":")[0] == match.namespace]
    return match.view_name if match.view_name in names else next(iter(beside), "")
