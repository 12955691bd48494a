"""What needs attention about applications: releases that wait for the developer admins."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.access import TenantRequest
from portal.cockpit.queries import versions
from portal.cockpit.states import AppState
from portal.permissions import Permission
from portal.tenants.attention import AttentionItem


def for_member(request: TenantRequest) -> list[AttentionItem]:
    """For those who can approve: the releases that wait for it."""
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
