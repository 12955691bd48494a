"""The shell around every page, as `base.html` wants it: who is signed in, in which tenant, and the ways on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from portal.hub.environments import find, label_of
from portal.identity.gateway import SESSION_TOKEN
from portal.navigation import Area, areas
from portal.permissions import permissions_of
from portal.scoping import scope_is_open
from portal.tenants.attention import needing_attention
from portal.tenants.models import Membership, Tenant
from portal.tenants.queries import memberships_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell`, computed when a template first looks at it."""
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> dict[str, Any]:
    outside: dict[str, Any] = {
        "tenant": None,
        "tenants": [],
        "navigation": [],
        "person": None,
        "notices": [],
        "ribbon": "",
        "scheme": "",
        "version": settings.VERSION,
        "settings_url": reverse("identity:settings"),
        "sign_out_url": reverse("identity:sign_out"),
        "behind_gateway": _came_by_gateway(request),
        "gateway_sign_out_url": settings.HUB_GATEWAY_SIGN_OUT_URL,
        "hub_bar_url": settings.HUB_BAR_SCRIPT_URL if _came_by_gateway(request) else "",
        "docs_url": reverse("ops:docs"),
        "outbox_url": reverse("notify:outbox") if settings.LOCAL else "",
    }
    person = getattr(request, "user", None)  # a request that is refused early has none
    if person is None or not person.is_authenticated:
        return outside
    return outside | _signed_in(request)


def _came_by_gateway(request: HttpRequest) -> bool:
    return bool(settings.HUB_GATEWAY_URL) and SESSION_TOKEN in getattr(request, "session", {})


def _signed_in(request: HttpRequest) -> dict[str, Any]:
    # The page of an error may be rendered after the scope has closed: then it is a page outside the tenant.
    tenant: Tenant | None = getattr(request, "tenant", None) if scope_is_open() else None
    shown: dict[str, Any] = {
        "navigation": areas(request, tenant),
        "scheme": request.user.scheme,  # type: ignore[union-attr]
        "person": {
            "name": request.user.name,  # type: ignore[union-attr]
            "email": request.user.email,  # type: ignore[union-attr]
            "roles_label": request.membership.roles_label if tenant else "",  # type: ignore[attr-defined]
        },
        "tenants": _switcher(request, tenant),
    }
    if tenant:
        place = find(tenant.environment)
        shown |= {
            "tenant": shown_tenant(tenant),
            "ribbon": place.ribbon if place else "",
            "notices": SimpleLazyObject(lambda: needing_attention(request)),  # type: ignore[arg-type]
        }
    return shown


def shown_tenant(tenant: Tenant) -> dict[str, str]:
    """A tenant with the words for its environment; its name alone, when the deployment dropped it."""
    place = find(tenant.environment)
    return {
        "name": tenant.name,
        "display_name": tenant.display_name,
        "numeric_id": tenant.numeric_id,
        "environment_label": label_of(tenant.environment),
        "region": place.region if place else "",
    }


def _switcher(request: HttpRequest, tenant: Tenant | None) -> list[dict[str, Any]]:
    """The person's tenants; each link leads to the section that is open now, or home where that is not theirs."""
    section = next((area for area in areas(request, tenant) if area.current), None) if tenant else None
    return [
        {
            "url": reverse(_in_section(section, membership), args=[membership.tenant.name]),
            "name": membership.tenant.name,
            "display_name": membership.tenant.display_name,
            "environment_label": label_of(membership.tenant.environment),
            "current": membership.tenant == tenant,
        }
        for membership in memberships_of(request.user)  # type: ignore[arg-type]
    ]


def _in_section(section: Area | None, membership: Membership) -> str:
    open_there = section is not None and section.permission in permissions_of(membership.role_list)
    return section.url_name if section is not None and open_there else "tenants:home"
