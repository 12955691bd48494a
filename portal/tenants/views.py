"""Where a signed-in person arrives: their tenants, and the home page of one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.access import SignedInRequest, TenantRequest, signed_in_page, tenant_page
from portal.hub.environments import label_of
from portal.navigation import areas
from portal.permissions import Permission
from portal.tenants.attention import needing_attention
from portal.tenants.queries import first_steps, latest_request, memberships_of
from portal.tenants.shell import shown_tenant


@require_safe
@signed_in_page
def choose(request: SignedInRequest) -> HttpResponse:
    """To the person's one tenant, or a choice of several, or what to do without any."""
    memberships = list(memberships_of(request.user))
    if len(memberships) == 1 and not memberships[0].tenant.closed:
        return redirect("tenants:home", memberships[0].tenant.name)
    rows = [
        {
            "url": reverse("tenants:home", args=[membership.tenant.name]),
            "name": membership.tenant.name,
            "display_name": membership.tenant.display_name,
            "environment_label": label_of(membership.tenant.environment),
            "roles_label": membership.roles_label,
            "closed": membership.tenant.closed,
        }
        for membership in memberships
    ]
    context = {
        "memberships": rows,
        "asked": latest_request(request.user) if not rows else None,
        "ask_url": reverse("ask"),
        "withdraw_url": reverse("withdraw_request"),
    }
    return render(request, "tenants/choose.html", context)


@require_safe
@tenant_page(Permission.TENANT_READ)
def home(request: TenantRequest) -> HttpResponse:
    """What needs attention, the first steps of a new tenant, and the ways on."""
    may_see_steps = Permission.KEYS_READ in request.permissions
    context = {
        "leave_url": reverse("leave", args=[request.tenant.name]),
        "greeting": _("Welcome, %(name)s") % {"name": request.user.name},
        "tenant": shown_tenant(request.tenant),
        "attention": needing_attention(request),
        "first_steps": first_steps(request.tenant.name) if may_see_steps else None,
        "tiles": [
            {"icon": area.icon, "title": area.label, "detail": area.description, "url": area.url}
            for area in areas(request, request.tenant)
            if area.description
        ],
    }
    return render(request, "tenants/home.html", context)
