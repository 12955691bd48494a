"""What the portal itself does with collaborations: days that have come, sides that are archived, reminders."""

from __future__ import annotations

from django.db import transaction

from assets_app.sharing import events, letters
from assets_app.sharing.models import Collaboration, today
from assets_app.sharing.moves import locked, move, record_in_both, write
from assets_app.sharing.states import CollaborationState, Side, Verb
from portal.actor import Actor
from portal.audit.events import Event
from portal.scoping import tenant_scope
from portal.tenants.states import TenantState

# Days before the agreed end, the last reminder first.
REMINDERS = (7, 30)
EVENTS: dict[str, type[Event]] = {
    Verb.EXPIRE: events.CollaborationExpired,
    Verb.RUN_OUT: events.CollaborationRunOut,
    Verb.CLOSE: events.CollaborationClosed,
}


def end_due(collaboration: Collaboration, *, by: Actor) -> None:
    """End what is over: an offer that nobody answered in time, an agreed end that has passed, a side that is archived.

    Does nothing when it is not, or not any more.
    """
    with tenant_scope(collaboration.tenant_id):
        _end_due(collaboration, by)


@transaction.atomic(durable=True)
def _end_due(collaboration: Collaboration, by: Actor) -> None:
    collaboration = locked(collaboration)
    verb = _due_verb(collaboration)
    if verb is None:
        return
    was_accepted = collaboration.state == CollaborationState.ACCEPTED
    move(collaboration, verb, Side.PORTAL)
    if verb == Verb.CLOSE:
        letters.tell_closed(collaboration, was_accepted=was_accepted)
    else:
        letters.tell_step(collaboration, verb, Side.PORTAL)
    record_in_both(collaboration, EVENTS[verb], by=by, side=Side.PORTAL)


def _due_verb(collaboration: Collaboration) -> str | None:
    if not collaboration.is_open:
        return None
    if TenantState.ARCHIVED in {collaboration.tenant.state, collaboration.receiver.state}:
        return Verb.CLOSE
    if collaboration.is_expired:
        return Verb.EXPIRE
    is_over = collaboration.agreed_end is not None and collaboration.agreed_end < today()
    return Verb.RUN_OUT if collaboration.state == CollaborationState.ACCEPTED and is_over else None


def remind(collaboration: Collaboration) -> None:
    """Tell the admins of both sides that the agreed end comes near: 30 and 7 days before, once each.

    A reminder that was missed is not made up for by two at once. A tenant that is suspended at that time hears nothing.
    """
    with tenant_scope(collaboration.tenant_id):
        _remind(collaboration)


@transaction.atomic(durable=True)
def _remind(collaboration: Collaboration) -> None:
    collaboration = locked(collaboration)
    end = collaboration.agreed_end
    if collaboration.state != CollaborationState.ACCEPTED or end is None or end < today():
        return
    left = (end - today()).days
    days = next((number for number in REMINDERS if left <= number), None)
    if days is None or (collaboration.reminded is not None and collaboration.reminded <= days):
        return
    collaboration.reminded = days
    write(collaboration, ["reminded"])
    letters.tell_end_is_near(collaboration, days, end)
