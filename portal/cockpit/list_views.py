"""The list of applications."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.access import TenantRequest, tenant_page
from portal.cockpit.forms import AppFilterForm
from portal.cockpit.queries import find_versions, with_health
from portal.cockpit.rows import app_row, app_url
from portal.cockpit.watching.rows import health_badge
from portal.lib.paging import page_of
from portal.permissions import Permission
from portal.tenants import quotas
from portal.tenants.quotas import Quota, QuotaReached


@require_safe
@tenant_page(Permission.APPS_READ)
def list_apps(request: TenantRequest) -> HttpResponse:
    """Applications of the tenant, each version by itself, with filter and quota."""
    form = AppFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    usage = quotas.usage(request.tenant, Quota.APPLICATIONS)
    found, pages = page_of(request, with_health(find_versions(**wanted)))
    context = {
        "apps": [
            app_row(request, version) | {"health": health_badge(version), "looked_at": version.__dict__["looked_at"]}
            for version in found
        ],
        "pages": pages,
        "form": form,
        "is_filtered": any(wanted.values()),
        "usage": usage,
        "quota_refusal": QuotaReached(usage) if usage.is_reached else None,
        "package_url": reverse("tenants:package", args=[request.tenant.name]),
        "can_write": Permission.APPS_WRITE in request.permissions,
        "create_url": app_url(request, "create"),
    }
    return render(request, "cockpit/list.html", context)
