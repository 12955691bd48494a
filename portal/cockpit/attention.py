"""What needs attention about applications: releases that wait for the developer admins."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.access import TenantRequest
from portal.cockpit.queries import versions, waiting_for_tenant
from portal.cockpit.states import AppState
from portal.permissions import Permission
from portal.tenants.attention import AttentionItem


def for_member(request: TenantRequest) -> list[AttentionItem]:
    """Releases that wait for those who can approve; questions of the operator, for those who can answer."""
    return _questions(request) + _approvals(request)


def _questions(request: TenantRequest) -> list[AttentionItem]:
    if Permission.APPS_WRITE not in request.permissions:
        return []
    return [
        AttentionItem(
            "message-circle-question-mark",
            "wait",
            _("The operator asks about %(name)s") % {"name": version.display_name},
            _("Answer on the page of the release."),
            reverse("cockpit:detail", args=[request.tenant.name, version.pk]) + "#messages",
            _("Answer"),
        )
        for version in waiting_for_tenant()
    ]


def _approvals(request: TenantRequest) -> list[AttentionItem]:
    if Permission.RELEASES_WRITE not in request.permissions:
        return []
    waiting = list(versions().filter(state=AppState.WAITING).values_list("pk", flat=True))
    if not waiting:
        return []
    title = ngettext("%(count)d release waits for approval", "%(count)d releases wait for approval", len(waiting))
    url = reverse("cockpit:list", args=[request.tenant.name]) + f"?state={AppState.WAITING}"
    if len(waiting) == 1:
        url = reverse("cockpit:approve", args=[request.tenant.name, waiting[0]])
    detail = _("Somebody who did not submit it approves it or sends it back.")
    return [AttentionItem("stamp", "wait", title % {"count": len(waiting)}, detail, url, _("Look at it"))]
