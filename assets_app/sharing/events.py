"""What the audit logs of both tenants tell of collaborations. Account names only: no person of the other side."""

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, event


@event("collaboration.offered", _("offered a collaboration to {receiver}"))
class CollaborationOffered(Event):
    offerer: str
    receiver: str


@event("collaboration.offer_refused", _("wanted to offer a collaboration to {receiver}, which is not possible"))
class OfferRefused(Event):
    receiver: str


@event("collaboration.accepted", _("accepted the collaboration that {offerer} offered"))
class CollaborationAccepted(Event):
    offerer: str
    receiver: str


@event("collaboration.declined", _("declined the collaboration that {offerer} offered"))
class CollaborationDeclined(Event):
    offerer: str
    receiver: str


@event("collaboration.revoked", _("revoked the offer of a collaboration to {receiver}"))
class CollaborationRevoked(Event):
    offerer: str
    receiver: str


@event("collaboration.ended", _("ended the collaboration of {offerer} and {receiver}"))
class CollaborationEnded(Event):
    offerer: str
    receiver: str


@event("collaboration.expired", _("revoked the offer of {offerer} to {receiver}, because nobody answered in time"))
class CollaborationExpired(Event):
    offerer: str
    receiver: str


@event("collaboration.run_out", _("ended the collaboration of {offerer} and {receiver}: its agreed end has come"))
class CollaborationRunOut(Event):
    offerer: str
    receiver: str


@event("collaboration.closed", _("ended what was between {offerer} and {receiver}, because one of them is archived"))
class CollaborationClosed(Event):
    offerer: str
    receiver: str


@event("collaboration.end_proposed", _("proposed {until} as the end of the collaboration of {offerer} and {receiver}"))
class EndProposed(Event):
    offerer: str
    receiver: str
    until: str


@event("collaboration.end_agreed", _("agreed to {until} as the end of the collaboration of {offerer} and {receiver}"))
class EndAgreed(Event):
    offerer: str
    receiver: str
    until: str


@event("collaboration.end_rejected", _("rejected {until} as the end of the collaboration of {offerer} and {receiver}"))
class EndRejected(Event):
    offerer: str
    receiver: str
    until: str
