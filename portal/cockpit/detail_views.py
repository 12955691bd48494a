"""The page of one version: what it consists of, what can be done now, what happened."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.access import TenantRequest, tenant_page
from portal.cockpit.models import AppVersion
from portal.cockpit.queries import find_version, versions
from portal.cockpit.readiness.rows import summary_of
from portal.cockpit.release.contact_commands import approval_of
from portal.cockpit.release.dossier import SUBMITTED
from portal.cockpit.release.forms import MessageForm
from portal.cockpit.release.review import returned
from portal.cockpit.rows import (
    actions,
    app_row,
    app_url,
    contact_row,
    core_rows,
    hub_row,
    message_rows,
    release_row,
    scope_rows,
)
from portal.cockpit.rules import is_risky_version
from portal.cockpit.states import AppState
from portal.cockpit.timeline import timeline
from portal.cockpit.watching.rows import watch_row
from portal.permissions import Permission


@require_safe
@tenant_page(Permission.APPS_READ)
def detail(request: TenantRequest, app_id: int) -> HttpResponse:
    """One version: its parts, its roles and scopes, the verbs that are legal now, its timeline."""
    version = find_version(app_id)
    may_write = Permission.APPS_WRITE in request.permissions
    steps = timeline(version)
    context = {
        "app": app_row(request, version),
        "version": version,
        "actions": actions(request, version),
        "hub": hub_row(request, version),
        "timeline": steps,
        # Its making is the one step that it took: it was never registered.
        "discard_url": app_url(request, "discard", version.pk)
        if may_write and version.is_editable and sum(step.at is not None for step in steps) == 1
        else None,
        "others": [app_row(request, other) for other in _others(version)],
        "roles": [(role.name, version.full_role(role.name)) for role in version.role_list],
        "rows": [*scope_rows(version), *(row for row in core_rows(version) if row.is_given)],
        "release": release_row(version),
        **_contact(request, version),
        **_watched(request, version),
        "dossier_url": app_url(request, "dossier", version.pk) if version.state in SUBMITTED else None,
        "review": returned(version),
        "messages_of_release": message_rows(version),
        "message_form": MessageForm() if may_write and version.is_approved else None,
        "message_url": app_url(request, "write_message", version.pk),
        "change_release_url": app_url(request, "prepare", version.pk)
        if may_write and version.state == AppState.PREPARATION
        else None,
        "ask_capture_url": app_url(request, "ask_capture", version.pk),
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


def _contact(request: TenantRequest, version: AppVersion) -> dict[str, Any]:
    """The alternate contact of an approved version, and what this person can do about it."""
    if not version.is_approved:
        return {}
    shown = contact_row(version)
    decides = Permission.RELEASES_WRITE in request.permissions and version.state == AppState.CHECK
    approval = approval_of(version) if decides and not shown["is_confirmed"] else None
    return {
        "contact": shown,
        "resend_url": app_url(request, "resend_contact", version.pk) if decides and shown.get("is_open") else "",
        "change_contact_url": app_url(request, "change_contact", version.pk)
        if approval is not None and approval.by_id == request.actor.id
        else "",
    }


def _watched(request: TenantRequest, version: AppVersion) -> dict[str, Any]:
    """How a released version is, and what this person can do about it."""
    shown = watch_row(version)
    if shown is None:
        return {}
    decides = Permission.RELEASES_WRITE in request.permissions
    return {
        "watched": shown,
        "look_url": app_url(request, "run_checks", version.pk) if Permission.APPS_WRITE in request.permissions else "",
        "open_tickets": [
            (row, app_url(request, "accept_ticket", version.pk, row.pk) if decides else "") for row in shown["open"]
        ],
    }


def _others(version: AppVersion) -> list[AppVersion]:
    return list(versions().filter(application=version.application_id).exclude(pk=version.pk).order_by("-pk"))


def _activity_url(request: TenantRequest, version: AppVersion) -> str:
    if Permission.AUDIT_READ not in request.permissions:
        return ""
    return f"{reverse('audit:activity', args=[request.tenant.name])}?subject={version.subject}"
