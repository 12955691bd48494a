"""The pages that add, change and remove a component."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import TenantRequest, tenant_page
from portal.cockpit import component_commands
from portal.cockpit.commands import ConfigurationLocked
from portal.cockpit.forms import ComponentForm
from portal.cockpit.models import AppVersion
from portal.cockpit.queries import find_version
from portal.cockpit.rows import app_url
from portal.errors import NotFound
from portal.lib.forms import posted
from portal.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def add_component(request: TenantRequest, app_id: int) -> HttpResponse:
    """Add a component."""
    version = find_version(app_id)
    form = ComponentForm(posted(request), initial={"name": ""})
    return _answer(request, version, form, {"heading": _("Add a component")})


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def edit_component(request: TenantRequest, app_id: int, component: str) -> HttpResponse:
    """Change a component."""
    version = find_version(app_id)
    held = next((one for one in version.component_list if one.name == component), None)
    if held is None:
        raise NotFound
    context = {
        "heading": _("Change the component %(name)s") % {"name": held.name},
        "before": held.name,
        "is_last": len(version.components) == 1,
        "remove_url": app_url(request, "remove_component", version.pk, held.name),
    }
    return _answer(request, version, ComponentForm.of(held, posted(request)), context)


@require_POST
@tenant_page(Permission.APPS_WRITE)
def remove_component(request: TenantRequest, app_id: int, component: str) -> HttpResponse:
    """Take a component away."""
    version = find_version(app_id)
    component_commands.remove_component(version, component, by=request.actor)
    messages.success(request, _("The component %(name)s is removed.") % {"name": component})
    return redirect("cockpit:detail", request.tenant.name, version.pk)


def _answer(request: TenantRequest, version: AppVersion, form: ComponentForm, context: dict[str, Any]) -> HttpResponse:
    if not version.is_editable:
        raise ConfigurationLocked(version)
    if form.is_valid():
        before = context.get("before", "")
        try:
            component_commands.save_component(version, form.component, before=before, by=request.actor)
        except component_commands.ComponentNameTaken as refusal:
            refusal.show_in(form, "name")
        except component_commands.TooManyComponents as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("The component %(name)s is saved.") % {"name": form.component.name})
            return redirect("cockpit:detail", request.tenant.name, version.pk)
    context |= {
        "form": form,
        "app_name": version.display_name,
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/component.html", context, status=422 if form.is_bound else 200)
