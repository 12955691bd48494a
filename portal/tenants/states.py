"""The life of a tenant as one table: which verb leads from which state to which. No models here."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal


class TenantState(TextChoices):
    """Where a tenant is between its order and its end; TRANSITIONS says what leads where."""

    REQUESTED = "requested", _("Ordered")
    PROVISIONING = "provisioning", _("Being provisioned")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    ARCHIVED = "archived", _("Archived")


class Verb:
    """What can be done with a tenant as a whole."""

    START = "start"
    FINISH = "finish"
    CANCEL = "cancel"
    SUSPEND = "suspend"
    RESUME = "resume"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Transition:
    """One line of the table."""

    source: TenantState
    verb: str
    target: TenantState


TRANSITIONS = (
    Transition(TenantState.REQUESTED, Verb.START, TenantState.PROVISIONING),
    Transition(TenantState.REQUESTED, Verb.CANCEL, TenantState.ARCHIVED),
    Transition(TenantState.PROVISIONING, Verb.FINISH, TenantState.ACTIVE),
    Transition(TenantState.PROVISIONING, Verb.CANCEL, TenantState.ARCHIVED),
    Transition(TenantState.ACTIVE, Verb.SUSPEND, TenantState.SUSPENDED),
    Transition(TenantState.SUSPENDED, Verb.RESUME, TenantState.ACTIVE),
    Transition(TenantState.SUSPENDED, Verb.ARCHIVE, TenantState.ARCHIVED),
)


class StateForbids(Refusal):
    """The tenant is not in a state in which this can be done."""

    code = "tenant_state_forbids"
    status = 409
    message = _("This cannot be done with a tenant in this state. Somebody may have changed it meanwhile.")
    advice = _("Load the page of the tenant again: it shows the state and what can be done now.")


class TenantNotReady(Refusal):
    """The tenant is ordered but not yet set up."""

    code = "tenant_not_ready"
    status = 403
    message = _("This tenant is still being set up.")
    advice = _("Its first admin gets a mail when it is ready.")


class TenantSuspended(Refusal):
    """The operator suspended the tenant."""

    code = "tenant_suspended"
    status = 403
    message = _("This tenant is suspended by the operator of this portal.")
    advice = _("Its keys and its people go on where they stopped once it is resumed. Ask the operator.")

    def __init__(self, reason: str = "") -> None:
        super().__init__(_("This tenant is suspended: %(reason)s") % {"reason": reason} if reason else "")


def target_of(state: str, verb: str) -> TenantState:
    """Where the verb leads from this state; raises `StateForbids` when it leads nowhere."""
    for transition in TRANSITIONS:
        if (transition.source, transition.verb) == (state, verb):
            return transition.target
    raise StateForbids


def verbs_of(state: str) -> set[str]:
    """What can be done in this state."""
    return {transition.verb for transition in TRANSITIONS if transition.source == state}
