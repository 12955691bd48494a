"""Another agreed end of a collaboration: one side proposes it, the other one agrees or rejects."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assets_app.sharing import events, letters
from assets_app.sharing.commands import CollaborationRests
from assets_app.sharing.models import Collaboration, today
from assets_app.sharing.moves import PROPOSAL, locked, record_in_both, write
from assets_app.sharing.states import CollaborationState, StateForbids
from portal.actor import Actor
from portal.errors import Refusal


class ProposalChanged(Refusal):
    """What was looked at is not what would be agreed to."""

    code = "proposal_changed"
    status = 409
    message = _("This proposal is not the present one any more.")
    advice = _("Load the page of the collaboration again.")


@transaction.atomic(durable=True)
def propose_end(collaboration: Collaboration, *, until: date, by: Actor) -> Collaboration:
    """Propose another last day (UTC): nothing changes before the other side agrees. It takes the place of a proposal
    that is there, whose ever it is.

    Raises `StateForbids`, `CollaborationRests`.
    """
    collaboration = _accepted(collaboration)
    side = collaboration.side
    collaboration.proposed_end, collaboration.proposed_by = until, side
    write(collaboration, PROPOSAL)
    letters.tell_proposal(collaboration, until)
    record_in_both(collaboration, events.EndProposed, by=by, side=side, until=until.isoformat())
    return collaboration


@transaction.atomic(durable=True)
def agree_to_end(collaboration: Collaboration, *, until: date, by: Actor) -> Collaboration:
    """Agree to the other side's proposal: this is the last day from now on, with reminders of its own.

    `until` is what was looked at. Raises `StateForbids`, `CollaborationRests`, `ProposalChanged`.
    """
    collaboration = _accepted(collaboration)
    _check_proposed(collaboration, until)
    if until < today():
        raise ProposalChanged
    collaboration.agreed_end, collaboration.reminded = until, None
    _put_away(collaboration, "agreed_end", "reminded")
    record_in_both(collaboration, events.EndAgreed, by=by, side=collaboration.side, until=until.isoformat())
    return collaboration


@transaction.atomic(durable=True)
def reject_end(collaboration: Collaboration, *, until: date, by: Actor) -> Collaboration:
    """Reject the other side's proposal: the end that was agreed stays. Raises `StateForbids`, `ProposalChanged`."""
    collaboration = _accepted(collaboration)
    _check_proposed(collaboration, until)
    _put_away(collaboration)
    record_in_both(collaboration, events.EndRejected, by=by, side=collaboration.side, until=until.isoformat())
    return collaboration


def _accepted(collaboration: Collaboration) -> Collaboration:
    collaboration = locked(collaboration)
    if collaboration.state != CollaborationState.ACCEPTED:
        raise StateForbids
    if collaboration.rests:
        raise CollaborationRests
    return collaboration


def _check_proposed(collaboration: Collaboration, until: date) -> None:
    if not collaboration.waits_for_us or collaboration.proposed_end != until:
        raise ProposalChanged


def _put_away(collaboration: Collaboration, *others: str) -> None:
    collaboration.proposed_end, collaboration.proposed_by = None, ""
    write(collaboration, [*PROPOSAL, *others])
