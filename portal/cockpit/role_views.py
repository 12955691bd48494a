"""The pages about scopes and roles of an application."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.access import TenantRequest, tenant_page
from portal.cockpit import role_commands
from portal.cockpit.commands import ConfigurationLocked
from portal.cockpit.forms import GivenForm, RoleNamesForm
from portal.cockpit.models import AppRole, AppVersion
from portal.cockpit.queries import find_version
from portal.cockpit.rows import app_url, core_rows, scope_rows, tick
from portal.cockpit.rules import CORE_ROLES
from portal.lib.forms import posted
from portal.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def roles(request: TenantRequest, app_id: int) -> HttpResponse:
    """The matrix: what each role gives."""
    version = find_version(app_id)
    if not version.is_editable:
        raise ConfigurationLocked(version)
    form = GivenForm(_ticks(version), posted(request), initial={"seen": version.roles_digest})
    if form.is_valid():
        given, seen = _given(version, form.cleaned_data["gives"]), form.cleaned_data["seen"]
        try:
            role_commands.give_scopes(version, roles=given, seen=seen, by=request.actor)
        except role_commands.RolesChangedMeanwhile as refusal:
            version = find_version(app_id)
            refusal.show_in(form)
            form.show_present(version.roles_digest)
        else:
            messages.success(request, _("The roles are saved."))
            return redirect("cockpit:detail", request.tenant.name, version.pk)
    context = {
        "form": form,
        "app_name": version.display_name,
        "roles": version.role_list,
        "scope_rows": scope_rows(version),
        "core_rows": core_rows(version),
        "names_url": app_url(request, "role_names", version.pk),
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/roles.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def role_names(request: TenantRequest, app_id: int) -> HttpResponse:
    """Which scopes and roles there are."""
    version = find_version(app_id)
    if not version.is_editable:
        raise ConfigurationLocked(version)
    form, saved = RoleNamesForm.of(version, posted(request)), None
    if form.is_valid():
        try:
            role_commands.name_roles(version, **form.cleaned_data, by=request.actor)
        except role_commands.RolesChangedMeanwhile as refusal:
            version = saved = find_version(app_id)
            refusal.show_in(form)
            form.show_present(version.roles_digest)
        else:
            return redirect("cockpit:roles", request.tenant.name, version.pk)
    context = {
        "form": form,
        "saved": saved,
        "heading": _("Scopes and roles of %(name)s") % {"name": version.display_name},
        "cancel_url": app_url(request, "roles", version.pk),
        "app_name": version.display_name,
    }
    return render(request, "cockpit/role_names.html", context, status=422 if form.is_bound else 200)


def _ticks(version: AppVersion) -> list[str]:
    """What every box of the matrix is called."""
    return [value for row in (*scope_rows(version), *core_rows(version)) for _role, value, _ticked in row.cells]


def _given(version: AppVersion, ticked: list[str]) -> list[AppRole]:
    return [
        AppRole(
            role.name,
            [scope for scope in version.scopes if tick(role.name, scope) in ticked],
            [core for core in CORE_ROLES if tick(role.name, core) in ticked],
        )
        for role in version.role_list
    ]
