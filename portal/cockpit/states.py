"""The life of an application as one table: which verb leads from which state to which, and whose right it is.

The database holds the same table as triggers (migration 0008). No models here.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal
from portal.permissions import Permission


class AppState(TextChoices):
    """Where one version of an application is between its first line and its assignment."""

    IN_DEVELOPMENT = "in_development", _("In development")
    REGISTERED = "registered", _("Registered")
    PREPARATION = "preparation", _("Preparation in progress")
    WAITING = "waiting", _("Waiting for approval")
    CHECK = "check", _("Check in progress")
    READY = "ready", _("Ready for assignment")
    REMEDIATION = "remediation", _("Remediation required")


class Verb:
    """What can be done with a version as a whole."""

    REGISTER = "register"
    DEREGISTER = "deregister"
    PREPARE = "prepare"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    PASS = "pass"  # noqa: S105 - of a check
    FAIL = "fail"


@dataclass(frozen=True)
class Transition:
    """One line of the table; without a right it is the operator of this portal who does it."""

    source: AppState
    verb: str
    target: AppState
    right: Permission | None


TRANSITIONS = (
    Transition(AppState.IN_DEVELOPMENT, Verb.REGISTER, AppState.REGISTERED, Permission.APPS_WRITE),
    Transition(AppState.REGISTERED, Verb.DEREGISTER, AppState.IN_DEVELOPMENT, Permission.APPS_WRITE),
    Transition(AppState.REGISTERED, Verb.PREPARE, AppState.PREPARATION, Permission.APPS_WRITE),
    Transition(AppState.PREPARATION, Verb.DEREGISTER, AppState.IN_DEVELOPMENT, Permission.APPS_WRITE),
    Transition(AppState.PREPARATION, Verb.SUBMIT, AppState.WAITING, Permission.APPS_WRITE),
    Transition(AppState.WAITING, Verb.WITHDRAW, AppState.PREPARATION, Permission.APPS_WRITE),
    Transition(AppState.WAITING, Verb.SEND_BACK, AppState.PREPARATION, Permission.RELEASES_WRITE),
    Transition(AppState.WAITING, Verb.APPROVE, AppState.CHECK, Permission.RELEASES_WRITE),
    Transition(AppState.CHECK, Verb.PASS, AppState.READY, None),
    Transition(AppState.CHECK, Verb.FAIL, AppState.REMEDIATION, None),
    Transition(AppState.REMEDIATION, Verb.PREPARE, AppState.PREPARATION, Permission.APPS_WRITE),
)

# The way without a detour, as the timeline draws what is still to come, with who takes each step.
MAIN_PATH: dict[AppState, str | Promise] = {
    AppState.IN_DEVELOPMENT: "",
    AppState.REGISTERED: _("A developer registers it"),
    AppState.PREPARATION: _("A developer prepares the release"),
    AppState.WAITING: _("A developer submits it"),
    AppState.CHECK: _("A developer admin approves it"),
    AppState.READY: _("The operator checks it; nothing changes any more"),
}
# Nothing changes but the state, and the approval stays. From the remediation the only way is another preparation, which
# takes the approval away.
APPROVED = frozenset({AppState.CHECK, AppState.READY, AppState.REMEDIATION})


class StateForbids(Refusal):
    """The version is not in a state in which this can be done."""

    code = "app_state_forbids"
    status = 409
    message = _("This cannot be done with an application in this state. Somebody may have changed it meanwhile.")
    advice = _("Load the page of the application again: it shows the state and what can be done now.")


def target_of(state: str, verb: str) -> AppState:
    """Where the verb leads from this state; raises `StateForbids` when it leads nowhere."""
    for transition in TRANSITIONS:
        if (transition.source, transition.verb) == (state, verb):
            return transition.target
    raise StateForbids


def verbs_of(state: str, rights: frozenset[Permission]) -> list[str]:
    """What somebody with these rights can do in this state, in the order of the table."""
    return [line.verb for line in TRANSITIONS if line.source == state and line.right in rights]
