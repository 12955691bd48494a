"""Recording calls through the proxy: admitted before the Hub is asked, ended before the first byte goes out."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from portal.access import KeyCaller
from portal.audit.commands import record
from portal.audit.events import Event, Outcome
from portal.keys import uses
from portal.proxy import events
from portal.proxy.routes import Target
from portal.tenants.daily_calls import count_call


@dataclass(frozen=True)
class AdmittedCall:
    """A call that is on record and may be made; `index` is the place of its admission in the log."""

    caller: KeyCaller
    target: Target
    index: int


@transaction.atomic(durable=True)
def admit_call(target: Target, *, by: KeyCaller) -> AdmittedCall:
    """Count and record that a call is about to be made; without this record the Hub is not asked.

    Raises `DailyCallsReached`: then it is neither counted nor recorded as admitted.
    """
    count_call(by.key.tenant)
    admitted = events.CallAdmitted(path=target.path, route=target.route.name, generation=by.generation)
    index = record(admitted, by=by.actor, outcome=Outcome.ADMITTED, subject=by.key.subject)
    return AdmittedCall(by, target, index)


@transaction.atomic(durable=True)
def record_answer(call: AdmittedCall, *, status: int) -> None:
    """Record what the Hub answered; without this record nothing of the answer goes out."""
    answered = events.CallAnswered(path=call.target.path, route=call.target.route.name, status=status)
    _end(call, answered, _outcome(status))


@transaction.atomic(durable=True)
def record_failure(call: AdmittedCall, *, reason: str) -> None:
    """Record that the Hub did not answer, or not usefully."""
    failed = events.CallFailed(path=call.target.path, route=call.target.route.name, reason=reason)
    _end(call, failed, Outcome.ERROR)


def _end(call: AdmittedCall, event: Event, outcome: Outcome) -> None:
    caller = call.caller
    uses.note(caller.secret, actor=caller.actor, route=call.target.route.name, ok=outcome == Outcome.OK)
    record(event, by=caller.actor, outcome=outcome, subject=caller.key.subject, answers=call.index)


def _outcome(status: int) -> Outcome:
    if status < 400:
        return Outcome.OK
    return Outcome.DENIED if status in {401, 403} else Outcome.ERROR
