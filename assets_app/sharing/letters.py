"""The mails about a collaboration, each to the admins of one side. Part of the transaction of the act.

A tenant that is not active gets none: nobody of it could open the link.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse

from assets_app.sharing.models import Collaboration
from assets_app.sharing.states import Side, Verb
from portal.notify import collaboration_mails, mails
from portal.notify.commands import discard
from portal.notify.models import OutgoingMail
from portal.scoping import tenant_scope
from portal.tenants import contacts
from portal.tenants.contacts import Recipient
from portal.tenants.models import Tenant
from portal.tenants.states import TenantState


def tell_offer(collaboration: Collaboration) -> None:
    """To the admins who can accept it."""
    told = {"expires_at": collaboration.expires_at}
    _tell(collaboration, collaboration.receiver, "offered", collaboration_mails.collaboration_offered, **told)


def tell_step(collaboration: Collaboration, verb: str, side: Side) -> None:
    """To whoever did not take the step. Nobody hears of an offer that is revoked: it only is not there any more."""
    offerer, receiver = collaboration.tenant, collaboration.receiver
    if verb in {Verb.ACCEPT, Verb.DECLINE, Verb.EXPIRE}:
        _tell(collaboration, offerer, "answered", collaboration_mails.collaboration_answered, answer=verb)
    elif verb in {Verb.END, Verb.RUN_OUT}:
        others = {Side.OFFERER: [receiver], Side.RECEIVER: [offerer]}.get(side, [offerer, receiver])
        for tenant in others:
            _tell(collaboration, tenant, "ended", collaboration_mails.collaboration_ended, why=verb)
    if verb not in {Verb.END, Verb.RUN_OUT}:
        _take_back_offer(collaboration)


def tell_closed(collaboration: Collaboration, *, was_accepted: bool) -> None:
    """To the side that is left when the other one is archived."""
    for tenant in (collaboration.tenant, collaboration.receiver):
        if was_accepted:
            _tell(collaboration, tenant, "ended", collaboration_mails.collaboration_ended, why=Verb.CLOSE)
    _take_back_offer(collaboration)


def tell_end_is_near(collaboration: Collaboration, days: int, end: date) -> None:
    """To the admins of both sides, once for each number of days and each end."""
    for tenant in (collaboration.tenant, collaboration.receiver):
        occasion = f"ends-soon-{days}-{end}"
        _tell(collaboration, tenant, occasion, collaboration_mails.collaboration_ends_soon, agreed_end=end)


def tell_proposal(collaboration: Collaboration, end: date) -> None:
    """To the admins who have to answer."""
    other = collaboration.partner
    occasion = f"proposed-{end}"
    _tell(collaboration, other, occasion, collaboration_mails.collaboration_end_proposed, proposed_end=end)


def _tell(
    collaboration: Collaboration, tenant: Tenant, occasion: str, mail: Callable[..., OutgoingMail], **told: Any
) -> None:
    if tenant.state != TenantState.ACTIVE:
        return
    with tenant_scope(tenant.pk):
        partner, recipients = collaboration.partner_name, contacts.admins(tenant)
    for recipient in recipients:
        with mails.best_effort():
            mail(
                key=_key(collaboration, occasion, recipient),
                to=recipient.email,
                language=recipient.language,
                partner=partner,
                display_name=tenant.display_name,
                url=settings.PORTAL_URL + reverse("sharing:detail", args=[tenant.name, collaboration.pk]),
                **told,
            )


def _take_back_offer(collaboration: Collaboration) -> None:
    """Mails of the offer that have not gone out: what they ask for cannot be done any more."""
    with tenant_scope(collaboration.receiver_id):
        recipients = contacts.admins(collaboration.receiver)
    discard(*(_key(collaboration, "offered", recipient) for recipient in recipients))


def _key(collaboration: Collaboration, occasion: str, recipient: Recipient) -> str:
    """Nobody gets the same mail about a collaboration twice."""
    return f"collaboration-{occasion}:{collaboration.pk}:{recipient.digest}"
