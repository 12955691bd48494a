"""Accepting what a check finds, with a reason, and no longer accepting it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import TenantRequest, tenant_page
from portal.cockpit.checks.catalogue import BY_ID
from portal.cockpit.queries import find_version
from portal.cockpit.readiness import waiver_commands
from portal.cockpit.release.forms import WaiverForm
from portal.cockpit.rows import app_url
from portal.errors import NotFound
from portal.lib.forms import posted
from portal.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def waive(request: TenantRequest, app_id: int, check_id: str) -> HttpResponse:
    """Write why what this check finds is accepted, and until when."""
    version = find_version(app_id)
    if check_id not in BY_ID:
        raise NotFound
    form = WaiverForm(posted(request))
    if form.is_valid():
        waiver_commands.waive(version, check_id, **form.cleaned_data, by=request.actor)
        messages.success(request, _("What %(check)s finds is accepted.") % {"check": check_id})
        return redirect("cockpit:checks", request.tenant.name, version.pk)
    context = {
        "form": form,
        "heading": _("Accept what %(check)s finds?") % {"check": check_id},
        "app_name": version.display_name,
        "check": BY_ID[check_id],
        "cancel_url": app_url(request, "checks", version.pk),
    }
    return render(request, "cockpit/waive.html", context, status=422 if form.is_bound else 200)


@require_POST
@tenant_page(Permission.APPS_WRITE)
def withdraw_waiver(request: TenantRequest, app_id: int, check_id: str) -> HttpResponse:
    """No longer accept what this check finds."""
    version = find_version(app_id)
    waiver_commands.withdraw_waiver(version, check_id, by=request.actor)
    messages.success(request, _("What %(check)s finds is no longer accepted.") % {"check": check_id})
    return redirect("cockpit:checks", request.tenant.name, version.pk)
