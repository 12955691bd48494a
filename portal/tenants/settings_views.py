"""What a tenant's admins decide for their tenant."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.access import TenantRequest, tenant_page
from portal.lib.forms import posted
from portal.permissions import Permission
from portal.tenants import commands
from portal.tenants.forms import SettingsForm
from portal.tenants.member_commands import SecondAdminMissing
from portal.tenants.shell import shown_tenant


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.TENANT_WRITE)
def settings(request: TenantRequest) -> HttpResponse:
    """Name, contacts and key policy."""
    form = SettingsForm(request.tenant, posted(request))
    if form.is_valid():
        try:
            commands.change_settings(request.tenant, **form.cleaned_data, by=request.actor)
        except SecondAdminMissing as refusal:
            refusal.show_in(form, "key_approval")
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("tenants:settings", request.tenant.name)
    context = {
        "form": form,
        "tenant": shown_tenant(request.tenant),
        "company_domain": request.tenant.company_domain,
        "cancel_url": reverse("tenants:home", args=[request.tenant.name]),
        "end_sessions_url": reverse("tenants:end_sessions", args=[request.tenant.name]),
    }
    return render(request, "tenants/settings.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.TENANT_WRITE)
def end_sessions(request: TenantRequest) -> HttpResponse:
    """Ask everybody to sign in again."""
    form = forms.Form(posted(request))
    if form.is_valid():
        commands.end_sessions(request.tenant, by=request.actor)
        return redirect("tenants:home", request.tenant.name)
    context = {
        "form": form,
        "heading": _("End all sessions?"),
        "cancel_url": reverse("tenants:settings", args=[request.tenant.name]),
    }
    return render(request, "tenants/end_sessions.html", context)
