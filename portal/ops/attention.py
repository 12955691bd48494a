"""What needs an operator's attention, wherever in the portal the operator is at work."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.access import TenantRequest
from portal.cockpit.queries import versions_in_check, waiting_for_operator
from portal.notify.models import MailState, OutgoingMail
from portal.tenants import models
from portal.tenants.attention import AttentionItem
from portal.tenants.queries import failed_provisionings


def for_operator(request: TenantRequest) -> list[AttentionItem]:
    """Provisionings that stopped, requests and releases that wait for an answer, mails that were given up."""
    if not request.user.is_operator:
        return []
    return _failed_provisionings() + _open_requests() + _releases_in_check() + _unanswered() + _lost_mails()


def _failed_provisionings() -> list[AttentionItem]:
    return [
        AttentionItem(
            icon="circle-x",
            tone="bad",
            title=_("The provisioning of %(name)s stopped") % {"name": step.tenant.name},
            detail=str(step.get_name_display()),
            url=reverse("ops:tenant", args=[step.tenant.name]),
            action=_("See why"),
        )
        for step in failed_provisionings()
    ]


def _releases_in_check() -> list[AttentionItem]:
    waiting = versions_in_check().count()
    if not waiting:
        return []
    return [
        AttentionItem(
            icon="badge-check",
            tone="wait",
            title=ngettext("A release waits for its check", "%(waiting)d releases wait for their check", waiting)
            % {"waiting": waiting},
            detail=_("A developer admin approved it."),
            url=reverse("ops:releases"),
            action=_("Look at it"),
        )
    ]


def _unanswered() -> list[AttentionItem]:
    return [
        AttentionItem(
            icon="message-circle-reply",
            tone="wait",
            title=_("%(tenant)s wrote about %(name)s")
            % {"tenant": version.tenant.display_name, "name": version.display_name},
            detail=_("Nobody has answered yet."),
            url=reverse("ops:release", args=[version.tenant.name, version.pk]) + "#messages",
            action=_("Answer"),
        )
        for version in waiting_for_operator()
    ]


def _open_requests() -> list[AttentionItem]:
    waiting = models.TenantRequest.objects.filter(state=models.RequestState.OPEN).count()
    if not waiting:
        return []
    title = ngettext("A request for a tenant waits", "%(waiting)d requests for tenants wait", waiting)
    return [
        AttentionItem(
            icon="inbox",
            tone="wait",
            title=title % {"waiting": waiting},
            detail=_("Somebody without a tenant asks for one."),
            url=reverse("ops:requests"),
            action=_("Answer"),
        )
    ]


def _lost_mails() -> list[AttentionItem]:
    lost = OutgoingMail.objects.filter(state=MailState.FAILED).count()
    if not lost:
        return []
    title = ngettext("A mail was given up", "%(lost)d mails were given up", lost)
    return [
        AttentionItem(
            icon="mail-x",
            tone="warn",
            title=title % {"lost": lost},
            detail=_("The mail server did not take it. Somebody waits for it."),
            url=f"{reverse('notify:mails')}?state={MailState.FAILED.value}",
            action=_("See why"),
        )
    ]
