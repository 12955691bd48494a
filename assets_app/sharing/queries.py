"""Reading collaborations.

`of_both` is the one place where a tenant reads rows of another: whoever changes it changes what tenants see of each
other.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from assets_app.sharing.models import Collaboration, today
from assets_app.sharing.states import AGREED, OPEN, CollaborationState, Side
from portal.lib.badge import Badge
from portal.scoping import ActiveTenant
from portal.tenants.models import Tenant
from portal.tenants.states import TenantState

BADGES = {
    CollaborationState.OFFERED: Badge("wait", "hourglass", CollaborationState.OFFERED.label),
    CollaborationState.ACCEPTED: Badge("ok", "handshake", CollaborationState.ACCEPTED.label),
    CollaborationState.DECLINED: Badge("muted", "circle-x", CollaborationState.DECLINED.label),
    CollaborationState.REVOKED: Badge("muted", "undo-2", CollaborationState.REVOKED.label),
    CollaborationState.ENDED: Badge("muted", "circle-stop", CollaborationState.ENDED.label),
}
# From so many days before an agreed end it is told.
NEAR_DAYS = 30
OFFERED_BY_US, OFFERED_TO_US = Q(tenant_id=ActiveTenant()), Q(receiver_id=ActiveTenant())


def of_both() -> QuerySet[Collaboration]:
    """The collaborations of the active tenant, those that it offered and those that were offered to it.

    THE REVIEWED QUERY. Both conditions are bound to the active tenant when the SQL is compiled, as `objects` is;
    without a scope it raises `NoActiveTenant`. A row has nothing that its other side must not see.
    """
    found = Collaboration.all_tenants.filter(OFFERED_BY_US | OFFERED_TO_US)
    return found.select_related("tenant", "receiver")


def find_collaboration(collaboration_id: int) -> Collaboration:
    """The collaboration with this id that the active tenant is a side of, else 404."""
    return get_object_or_404(of_both(), pk=collaboration_id)


def find_collaborations(*, q: str = "", state: str = "") -> QuerySet[Collaboration]:
    """Those whose partner's account name or display name contains `q`, in this state; the latest change first.

    A display name is searched only where it is shown, else the search would tell it.
    """
    found = of_both()
    if q:
        ours = Q(receiver__name__icontains=q) | Q(receiver__display_name__icontains=q, state__in=AGREED)
        theirs = Q(tenant__name__icontains=q) | Q(tenant__display_name__icontains=q)
        found = found.filter((OFFERED_BY_US & ours) | (OFFERED_TO_US & theirs))
    if state:
        found = found.filter(state=state)
    return found.order_by("-state_since", "-pk")


def open_with(partner: Tenant) -> Collaboration | None:
    """What there is already between the active tenant and this one: an open offer or an accepted collaboration."""
    between = Q(tenant_id=partner.pk) | Q(receiver_id=partner.pk)
    return of_both().filter(between, state__in=OPEN).first()


def waiting() -> list[Collaboration]:
    """What the active tenant has to answer or to know: offers to it, proposals of another end, ends that come near."""
    offers = OFFERED_TO_US & Q(state=CollaborationState.OFFERED, expires_at__gt=timezone.now())
    proposed = (OFFERED_BY_US & Q(proposed_by=Side.RECEIVER)) | (OFFERED_TO_US & Q(proposed_by=Side.OFFERER))
    near = Q(agreed_end__lte=today() + timedelta(days=NEAR_DAYS))
    found = of_both().filter(offers | (Q(state=CollaborationState.ACCEPTED) & (proposed | near)))
    return list(found.order_by("pk"))


def find_for_portal(collaboration_id: int) -> Collaboration:
    """For the portal itself, which then opens the scope of its tenant."""
    return Collaboration.all_tenants.get(pk=collaboration_id)


def due() -> QuerySet[Collaboration]:
    """Of all tenants, for the portal itself: those that end by a day that has come, or because a side is archived."""
    unanswered = Q(state=CollaborationState.OFFERED, expires_at__lte=timezone.now())
    over = Q(state=CollaborationState.ACCEPTED, agreed_end__lt=today())
    archived = Q(tenant__state=TenantState.ARCHIVED) | Q(receiver__state=TenantState.ARCHIVED)
    found = Collaboration.all_tenants.filter(unanswered | over | (archived & Q(state__in=OPEN)))
    return found.order_by("pk")


def to_remind(days: tuple[int, ...]) -> QuerySet[Collaboration]:
    """Of all tenants, for the portal itself: accepted ones whose end is as near as one of `days`, with nobody told."""
    due_now = Q()
    for number in days:
        lacking = Q(reminded=None) | Q(reminded__gt=number)
        due_now |= Q(agreed_end__lte=today() + timedelta(days=number)) & lacking
    found = Collaboration.all_tenants.filter(due_now, state=CollaborationState.ACCEPTED, agreed_end__gte=today())
    return found.order_by("pk")
