"""What needs attention about applications: releases to decide about, what the checks found, what is to be put right."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.access import TenantRequest
from portal.cockpit.models import AppVersion
from portal.cockpit.queries import versions_to_attend, waiting_for_tenant
from portal.cockpit.states import AppState
from portal.permissions import Permission
from portal.tenants.attention import AttentionItem

# For developers: what the checks found before the submission, and what came back.
CHECKED = {AppState.REGISTERED, AppState.PREPARATION}


def for_member(request: TenantRequest) -> list[AttentionItem]:
    """For those who can approve: the releases that wait for it. For developers: what is asked and to be put right."""
    return _questions(request) + _releases(request)


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


def _releases(request: TenantRequest) -> list[AttentionItem]:
    states: set[AppState] = set()
    if Permission.RELEASES_WRITE in request.permissions:
        states.add(AppState.WAITING)
    if Permission.APPS_WRITE in request.permissions:
        states |= CHECKED | {AppState.REMEDIATION}
    if not states:
        return []
    found = versions_to_attend(states)
    waiting = [one for one in found if one.state == AppState.WAITING]
    remediation = [one for one in found if one.state == AppState.REMEDIATION]
    blocked = [one for one in found if one.state in CHECKED and one.found_blocking]  # type: ignore[attr-defined]
    return [*_waiting(request, waiting), *_remediation(request, remediation), *_blocked(request, blocked)]


def _waiting(request: TenantRequest, waiting: list[AppVersion]) -> list[AttentionItem]:
    if not waiting:
        return []
    title = ngettext("%(count)d release waits for approval", "%(count)d releases wait for approval", len(waiting))
    url = reverse("cockpit:list", args=[request.tenant.name]) + f"?state={AppState.WAITING}"
    if len(waiting) == 1:
        url = reverse("cockpit:approve", args=[request.tenant.name, waiting[0].pk])
    detail = _("Somebody who did not submit it approves it or sends it back.")
    return [AttentionItem("stamp", "wait", title % {"count": len(waiting)}, detail, url, _("Look at it"))]


def _remediation(request: TenantRequest, versions: list[AppVersion]) -> list[AttentionItem]:
    if not versions:
        return []
    title = ngettext("%(count)d release needs a remediation", "%(count)d releases need a remediation", len(versions))
    url = reverse("cockpit:list", args=[request.tenant.name]) + f"?state={AppState.REMEDIATION}"
    if len(versions) == 1:
        url = reverse("cockpit:detail", args=[request.tenant.name, versions[0].pk])
    detail = _("Its page says what the check found. Prepare the release again.")
    return [AttentionItem("circle-x", "bad", title % {"count": len(versions)}, detail, url, _("Look at it"))]


def _blocked(request: TenantRequest, versions: list[AppVersion]) -> list[AttentionItem]:
    if not versions:
        return []
    title = ngettext(
        "The checks stop the release of %(count)d application",
        "The checks stop the releases of %(count)d applications",
        len(versions),
    )
    url = reverse("cockpit:list", args=[request.tenant.name])
    if len(versions) == 1:
        url = reverse("cockpit:checks", args=[request.tenant.name, versions[0].pk])
    detail = _("It cannot be submitted before that is put right.")
    return [AttentionItem("shield-x", "warn", title % {"count": len(versions)}, detail, url, _("Look at it"))]
