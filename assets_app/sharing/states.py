"""The life of a collaboration as one table: which verb leads from which state to which, and which side may use it.

The database holds the same table as triggers (migration 0002). No models here.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal


class CollaborationState(TextChoices):
    """Where a collaboration is between its offer and its end."""

    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    REVOKED = "revoked", _("Revoked")
    ENDED = "ended", _("Ended")


class Side(TextChoices):
    """Who acts: the tenant that offered, the one that got the offer, or the portal itself."""

    OFFERER = "offerer", _("Offered by this tenant")
    RECEIVER = "receiver", _("Offered to this tenant")
    PORTAL = "portal", _("Bindery")


class Verb:
    """What can be done with a collaboration."""

    ACCEPT = "accept"
    DECLINE = "decline"
    REVOKE = "revoke"
    END = "end"
    # By the portal: nobody answered in time, the agreed end has come, a side is archived.
    EXPIRE = "expire"
    RUN_OUT = "run_out"
    CLOSE = "close"


@dataclass(frozen=True)
class Transition:
    """One line of the table. People need `sharing.write` for each of their verbs."""

    source: CollaborationState
    verb: str
    target: CollaborationState
    sides: tuple[Side, ...]


_BOTH = (Side.OFFERER, Side.RECEIVER)
TRANSITIONS = (
    Transition(CollaborationState.OFFERED, Verb.ACCEPT, CollaborationState.ACCEPTED, (Side.RECEIVER,)),
    Transition(CollaborationState.OFFERED, Verb.DECLINE, CollaborationState.DECLINED, (Side.RECEIVER,)),
    Transition(CollaborationState.OFFERED, Verb.REVOKE, CollaborationState.REVOKED, (Side.OFFERER,)),
    Transition(CollaborationState.OFFERED, Verb.EXPIRE, CollaborationState.REVOKED, (Side.PORTAL,)),
    Transition(CollaborationState.OFFERED, Verb.CLOSE, CollaborationState.REVOKED, (Side.PORTAL,)),
    Transition(CollaborationState.ACCEPTED, Verb.END, CollaborationState.ENDED, _BOTH),
    Transition(CollaborationState.ACCEPTED, Verb.RUN_OUT, CollaborationState.ENDED, (Side.PORTAL,)),
    Transition(CollaborationState.ACCEPTED, Verb.CLOSE, CollaborationState.ENDED, (Side.PORTAL,)),
)
# Of two tenants there is at most one collaboration in these states, whichever of them offered it.
OPEN = frozenset({CollaborationState.OFFERED, CollaborationState.ACCEPTED})
# Both sides have agreed once, so each may know by name who the other is.
AGREED = frozenset({CollaborationState.ACCEPTED, CollaborationState.ENDED})


class StateForbids(Refusal):
    """The collaboration is not in a state in which this side can do this."""

    code = "collaboration_state_forbids"
    status = 409
    message = _("This cannot be done with the collaboration any more. Somebody may have changed it meanwhile.")
    advice = _("Load its page again: it shows the state and what you can do now.")


def target_of(state: str, verb: str, side: Side) -> CollaborationState:
    """Where the verb leads from this state; raises `StateForbids` when it leads nowhere or is not this side's."""
    for transition in TRANSITIONS:
        if (transition.source, transition.verb) == (state, verb) and side in transition.sides:
            return transition.target
    raise StateForbids


def verbs_of(state: str, side: Side) -> list[str]:
    """What this side can do in this state, in the order of the table."""
    return [line.verb for line in TRANSITIONS if line.source == state and side in line.sides]
