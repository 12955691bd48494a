"""The page of one version: what it consists of, what can be done now, what happened."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.access import TenantRequest, tenant_page
from portal.cockpit.models import AppVersion
from portal.cockpit.queries import find_version, versions
from portal.cockpit.rows import actions, app_row, app_url, core_rows, release_row, scope_rows
from portal.cockpit.rules import is_risky_version
from portal.cockpit.run_rows import summary_of
from portal.cockpit.states import AppState
from portal.cockpit.timeline import timeline
from portal.permissions import Permission


@require_safe
@tenant_page(Permission.APPS_READ)
def detail(request: TenantRequest, app_id: int) -> HttpResponse:
    """One version: its parts, its roles and scopes, the verbs that are legal now, its timeline."""
    version = find_version(app_id)
    may_write = Permission.APPS_WRITE in request.permissions
    context = {
        "app": app_row(request, version),
        "version": version,
        "actions": actions(request, version),
        "timeline": timeline(version),
        "others": [app_row(request, other) for other in _others(version)],
        "roles": [(role.name, version.full_role(role.name)) for role in version.role_list],
        "rows": [*scope_rows(version), *(row for row in core_rows(version) if row.is_given)],
        "release": release_row(version),
        "change_release_url": app_url(request, "prepare", version.pk)
        if may_write and version.state == AppState.PREPARATION
        else None,
        "summary": summary_of(version),
        "checks_url": app_url(request, "checks", version.pk),
        "is_risky_version": is_risky_version(version.version),
        "can_edit": may_write and version.is_editable,
        "edit_url": app_url(request, "edit", version.pk),
        "roles_url": app_url(request, "roles", version.pk),
        "add_component_url": app_url(request, "add_component", version.pk),
        "components": [
            (component, app_url(request, "edit_component", version.pk, component.name))
            for component in version.component_list
        ],
        "new_version_url": app_url(request, "new_version", version.pk) if may_write else None,
        "activity_url": _activity_url(request, version),
    }
    return render(request, "cockpit/detail.html", context)


def _others(version: AppVersion) -> list[AppVersion]:
    return list(versions().filter(application=version.application_id).exclude(pk=version.pk).order_by("-pk"))


def _activity_url(request: TenantRequest, version: AppVersion) -> str:
    if Permission.AUDIT_READ not in request.permissions:
        return ""
    return f"{reverse('audit:activity', args=[request.tenant.name])}?subject={version.subject}"
