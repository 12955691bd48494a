"""What the admins of two tenants do with a collaboration."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assets_app.sharing import events, letters
from assets_app.sharing.models import Collaboration
from assets_app.sharing.moves import locked, move, record_in_both
from assets_app.sharing.queries import open_with
from assets_app.sharing.states import CollaborationState, Side, Verb
from portal import constants
from portal.actor import Actor
from portal.audit.commands import record
from portal.audit.events import Event, Outcome
from portal.audit.models import AuditRecord
from portal.errors import Refusal
from portal.lib.notice import Notice
from portal.scoping import active_tenant_id
from portal.tenants.models import Tenant
from portal.tenants.states import TenantState


class PartnerNotFound(Refusal):
    """One sentence for every reason, so that an offer finds out nothing about a tenant that cannot accept it."""

    code = "partner_not_found"
    status = 422
    message = _("No tenant with this account name can be offered a collaboration.")
    advice = _("Ask your partner for the account name. Both tenants must be in the same region and environment.")


class PartnerIsSelf(Refusal):
    code = "partner_is_self"
    status = 422
    message = _("This is your own tenant.")
    advice = _("Write the account name of the tenant that you want to work together with.")


class CollaborationExists(Refusal):
    code = "collaboration_exists"
    status = 409
    message = _("There is a collaboration with this tenant, or an offer that waits for its answer.")
    advice = _("Look for it in the list of collaborations.")


class OfferedByPartner(Refusal):
    """Both offered: one acceptance is all that is missing."""

    code = "offered_by_partner"
    status = 409
    message = _("This tenant has already offered you a collaboration.")
    advice = _("Accept its offer instead.")

    def __init__(self, collaboration: Collaboration) -> None:
        super().__init__()
        self.collaboration = collaboration


class OfferedTooOften(Refusal):
    """Counted with the offers to names that nobody has."""

    code = "offered_too_often"
    status = 429
    message = _("This tenant has made as many offers as it may make in an hour.")
    advice = _("Try again in an hour.")


class TooManyOffers(Refusal):
    code = "too_many_offers"
    status = 409
    message = _("This tenant has as many open offers as it may have.")
    advice = _("Revoke some that nobody will accept.")


class OfferExpired(Refusal):
    code = "offer_expired"
    status = 410
    message = _("This offer was not answered in time and cannot be accepted any more.")
    advice = _("Offer the collaboration yourself, or ask the other tenant to offer it again.")


class CollaborationRests(Refusal):
    """The other tenant is not active: nobody there could act."""

    code = "collaboration_rests"
    status = 409
    message = _("The other tenant cannot be worked with at the moment.")
    advice = _("Try again later. Declining, revoking and ending are possible all the same.")


def offer_collaboration(
    *, name: str, message: str = "", agreed_end: date | None = None, notice: Notice, by: Actor
) -> Collaboration:
    """Offer a collaboration to the tenant with this account name; its admins get a mail and answer it.

    Nothing is shared by that. The offer holds for COLLABORATION_OFFER_DAYS. `agreed_end` is the last day (UTC),
    `notice` the text that was accepted. Raises `PartnerIsSelf`, `PartnerNotFound`, `CollaborationExists`,
    `OfferedByPartner`, `OfferedTooOften`, `TooManyOffers`, and what closes the own tenant.
    """
    with transaction.atomic(durable=True):
        tenant = Tenant.locked(active_tenant_id())
        _check_may_offer(tenant, name)
        partner = _partner(tenant, name)
        if partner is not None:
            return _offered(tenant, partner, message, agreed_end, notice, by)
        # Kept although it fails: what was tried counts against the limit.
        refused = events.OfferRefused(receiver=name)
        record(refused, by=by, outcome=Outcome.DENIED, subject=tenant.subject)
    raise PartnerNotFound


def _check_may_offer(tenant: Tenant, name: str) -> None:
    """Under the tenant's lock, so that two offers at once do not pass a limit together."""
    if tenant.closed:
        raise tenant.closed
    if name == tenant.name:
        raise PartnerIsSelf
    since = timezone.now() - timedelta(hours=1)
    tried = AuditRecord.objects.filter(name=events.OfferRefused.name, at__gt=since).count()
    if tried + Collaboration.objects.filter(offered_at__gt=since).count() >= constants.COLLABORATION_OFFERS_PER_HOUR:
        raise OfferedTooOften(headers={"Retry-After": "3600"})
    if Collaboration.objects.filter(state=CollaborationState.OFFERED).count() >= constants.COLLABORATION_OPEN_OFFERS:
        raise TooManyOffers


def _partner(tenant: Tenant, name: str) -> Tenant | None:
    """The tenant that can get an offer: active, in the same environment, which is of one region."""
    found = Tenant.objects.filter(name=name, environment=tenant.environment, state=TenantState.ACTIVE)
    return found.first()


def _offered(
    tenant: Tenant, partner: Tenant, message: str, agreed_end: date | None, notice: Notice, by: Actor
) -> Collaboration:
    _check_nothing_open(partner)
    now = timezone.now()
    collaboration = Collaboration(
        tenant=tenant,
        receiver=partner,
        message=message,
        agreed_end=agreed_end,
        notice=notice.text,
        notice_language=notice.language,
        notice_digest=notice.digest,
        state_since=now,
        offered_at=now,
        expires_at=now + timedelta(days=constants.COLLABORATION_OFFER_DAYS),
    )
    try:
        with transaction.atomic():
            collaboration.save()
    except IntegrityError:
        _check_nothing_open(partner)  # the partner was faster
        raise
    letters.tell_offer(collaboration)
    record_in_both(collaboration, events.CollaborationOffered, by=by, side=Side.OFFERER)
    return collaboration


def _check_nothing_open(partner: Tenant) -> None:
    known = open_with(partner)
    if known is None:
        return
    if known.state == CollaborationState.OFFERED and known.side is Side.RECEIVER and not known.is_expired:
        raise OfferedByPartner(known)
    raise CollaborationExists


@transaction.atomic(durable=True)
def accept_collaboration(collaboration: Collaboration, *, by: Actor) -> Collaboration:
    """Accept an offer: both tenants collaborate from now on, and see each other's name. Nothing is shared by that.

    Raises `StateForbids`, `OfferExpired`, `CollaborationRests`.
    """
    collaboration = locked(collaboration)
    if collaboration.is_expired:
        raise OfferExpired
    if collaboration.rests:
        raise CollaborationRests
    return _moved(collaboration, Verb.ACCEPT, events.CollaborationAccepted, by)


@transaction.atomic(durable=True)
def decline_collaboration(collaboration: Collaboration, *, reason: str, by: Actor) -> Collaboration:
    """Decline an offer with a reason that the other side reads. It can offer again. Raises `StateForbids`."""
    return _moved(locked(collaboration), Verb.DECLINE, events.CollaborationDeclined, by, reason)


@transaction.atomic(durable=True)
def revoke_collaboration(collaboration: Collaboration, *, reason: str = "", by: Actor) -> Collaboration:
    """Take back an offer that nobody has answered: it cannot be accepted any more. Raises `StateForbids`."""
    return _moved(locked(collaboration), Verb.REVOKE, events.CollaborationRevoked, by, reason)


@transaction.atomic(durable=True)
def end_collaboration(collaboration: Collaboration, *, reason: str = "", by: Actor) -> Collaboration:
    """End an accepted collaboration at once, for both sides. To work together again, one has to offer again.

    Raises `StateForbids`.
    """
    return _moved(locked(collaboration), Verb.END, events.CollaborationEnded, by, reason)


def _moved(collaboration: Collaboration, verb: str, kind: type[Event], by: Actor, reason: str = "") -> Collaboration:
    side = collaboration.side
    move(collaboration, verb, side, reason=reason)
    letters.tell_step(collaboration, verb, side)
    record_in_both(collaboration, kind, by=by, side=side)
    return collaboration
