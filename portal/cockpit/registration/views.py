"""The pages that register and deregister a version."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import TenantRequest, tenant_page
from portal.cockpit.queries import find_version
from portal.cockpit.registration import commands as registration_commands
from portal.cockpit.registration.registrations import registrar_of
from portal.cockpit.rows import app_url
from portal.cockpit.states import AppState, Verb, target_of
from portal.lib.forms import posted
from portal.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def register(request: TenantRequest, app_id: int) -> HttpResponse:
    """Register a version, which locks its configuration."""
    version = find_version(app_id)
    target_of(version.state, Verb.REGISTER)
    form = forms.Form(posted(request))
    if form.is_valid():
        try:
            registration_commands.register(version, by=request.actor)
        except registration_commands.RoleOrScopeMissing as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("%(name)s is registered.") % {"name": version.display_name})
            return redirect("cockpit:detail", request.tenant.name, version.pk)
    context = {
        "form": form,
        "heading": _("Register %(name)s?") % {"name": version.display_name},
        "app_name": version.display_name,
        "version": version,
        "tells_hub": registrar_of(version) is not None,
        "roles": [version.full_role(role.name) for role in version.role_list],
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/register.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def deregister(request: TenantRequest, app_id: int) -> HttpResponse:
    """Deregister a version, which unlocks its configuration."""
    version = find_version(app_id)
    target_of(version.state, Verb.DEREGISTER)
    form = forms.Form(posted(request))
    if form.is_valid():
        registration_commands.deregister(version, by=request.actor)
        messages.success(request, _("%(name)s is deregistered and can be changed.") % {"name": version.display_name})
        return redirect("cockpit:detail", request.tenant.name, version.pk)
    context = {
        "form": form,
        "heading": _("Deregister %(name)s?") % {"name": version.display_name},
        "app_name": version.display_name,
        "tells_hub": registrar_of(version) is not None,
        "is_in_preparation": version.state == AppState.PREPARATION,
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/deregister.html", context)


@require_POST
@tenant_page(Permission.APPS_WRITE)
def retry_registration(request: TenantRequest, app_id: int) -> HttpResponse:
    """Let the Hub be told once more."""
    version = find_version(app_id)
    registration_commands.retry_registration(version, by=request.actor)
    messages.success(request, _("The Hub is told again. Load this page in a moment to see how it ended."))
    return redirect("cockpit:detail", request.tenant.name, version.pk)
