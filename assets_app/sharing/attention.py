"""What needs attention about collaborations: offers to answer, proposals to answer, ends that come near."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets_app.sharing.models import Collaboration
from assets_app.sharing.queries import waiting
from assets_app.sharing.states import CollaborationState
from portal.access import TenantRequest
from portal.keys.expiry import shown
from portal.permissions import Permission
from portal.tenants.attention import AttentionItem

# Offers that are named; of more, only the number is told.
MOST_NAMED = 3


def for_member(request: TenantRequest) -> list[AttentionItem]:
    """For those who can answer. One query: the bell asks on every page."""
    if Permission.SHARING_WRITE not in request.permissions:
        return []
    found = waiting()
    offers = [one for one in found if one.state == CollaborationState.OFFERED]
    accepted = [one for one in found if one.state == CollaborationState.ACCEPTED]
    proposals = [one for one in accepted if one.waits_for_us]
    near = [one for one in accepted if not one.waits_for_us]
    items = [_offer(request, one) for one in offers[:MOST_NAMED]] + _more(request, len(offers) - MOST_NAMED)
    return [*items, *_each(request, proposals, near)]


def _offer(request: TenantRequest, one: Collaboration) -> AttentionItem:
    title = _("%(name)s (%(account)s) offers a collaboration") % {
        "name": one.partner_name,
        "account": one.partner.name,
    }
    detail = _("Accept or decline it until %(day)s.") % {"day": shown(one.expires_at.date())}
    return AttentionItem("handshake", "wait", title, detail, _url(request, one), _("Look at it"))


def _more(request: TenantRequest, count: int) -> list[AttentionItem]:
    if count <= 0:
        return []
    words = ngettext("%(count)d more collaboration is offered", "%(count)d more collaborations are offered", count)
    url = reverse("sharing:list", args=[request.tenant.name]) + f"?state={CollaborationState.OFFERED}"
    return [AttentionItem("handshake", "wait", words % {"count": count}, "", url, _("Collaborations"))]


def _each(
    request: TenantRequest, proposals: Iterable[Collaboration], near: Iterable[Collaboration]
) -> list[AttentionItem]:
    items = []
    for one in proposals:
        title = _("%(name)s proposes another end of the collaboration") % {"name": one.partner_name}
        detail = _("%(day)s. Agree or reject it.") % {"day": _day(one.proposed_end)}
        items.append(AttentionItem("calendar-clock", "wait", title, detail, _url(request, one), _("Look at it")))
    for one in near:
        title = _("The collaboration with %(name)s ends soon") % {"name": one.partner_name}
        detail = _("On %(day)s. To go on, propose another end.") % {"day": _day(one.agreed_end)}
        items.append(AttentionItem("calendar-clock", "warn", title, detail, _url(request, one), _("Look at it")))
    return items


def _day(day: date | None) -> str:
    return shown(day) if day else ""


def _url(request: TenantRequest, one: Collaboration) -> str:
    return reverse("sharing:detail", args=[request.tenant.name, one.pk])
