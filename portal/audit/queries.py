"""Reading a tenant's log for the pages: newest first, paged by index, never by offset or count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.audit.events import Outcome
from portal.audit.models import AuditRecord, InstanceRecord, Record
from portal.lib.badge import Badge

RecordT = TypeVar("RecordT", bound=Record)


BADGES = {
    Outcome.OK: Badge("ok", "check", Outcome.OK.label),
    Outcome.ADMITTED: Badge("warn", "hourglass", Outcome.ADMITTED.label),
    Outcome.DENIED: Badge("bad", "ban", Outcome.DENIED.label),
    Outcome.ERROR: Badge("bad", "triangle-alert", Outcome.ERROR.label),
}


# Fields of events that stand beside the sentence.
DETAILS = {
    "status": _("Status"),
    "reason": _("Reason"),
    "client_id": "clientID",
    "repeated": _("Repeated before, without a record each"),
}


@dataclass(frozen=True)
class ShownRecord:
    """A record as the activity page and the page of a key show it."""

    index: int
    at: datetime
    sentence: str
    actor: str
    outcome: Badge
    address: str
    route: str
    detail: str
    request_id: str


def of_tenant() -> QuerySet[AuditRecord]:
    """The records of the active tenant.

    An admission whose end is recorded is left out: the record of the end tells the same and more.
    """
    ends = AuditRecord.objects.filter(answers=OuterRef("index"))
    return AuditRecord.objects.exclude(Q(outcome=Outcome.ADMITTED) & Exists(ends))


def of_instance() -> QuerySet[InstanceRecord]:
    """The records that belong to no tenant."""
    return InstanceRecord.objects.all()


def matching(
    records: QuerySet[RecordT],
    *,
    words: str = "",
    kind: str = "",
    outcome: str = "",
    subject: str = "",
    before: int | None = None,
) -> QuerySet[RecordT]:
    """The records that match, newest first, with an index below `before`; `subject` such as `key:7`."""
    records = records.order_by("-index")
    if subject:
        records = records.filter(subject=subject)
    if words:
        found = Q(actor_name__icontains=words) | Q(actor_id__icontains=words) | Q(name__icontains=words)
        records = records.filter(found | Q(address=words) | Q(request_id=words))
    if kind:
        records = records.filter(kind=kind)
    if outcome:
        records = records.filter(outcome=outcome)
    if before is not None:
        records = records.filter(index__lt=before)
    return records


def uses_of(subject: str) -> QuerySet[AuditRecord]:
    """Everything recorded about one thing, newest first."""
    return matching(of_tenant(), subject=subject)


def shown(record: Record) -> ShownRecord:
    """The record in the reader's words; an erased one keeps its place and says so."""
    facts = record.facts
    route = " ".join(str(facts[name]) for name in ("method", "path") if name in facts)
    details = [f"{label}: {facts[name]}" for name, label in DETAILS.items() if name in facts]
    return ShownRecord(
        index=record.index,
        at=record.at,
        sentence=record.sentence if record.body is not None else gettext("erased"),
        actor=record.actor_name or record.actor_id or gettext("Somebody unknown"),
        outcome=BADGES[Outcome(record.outcome)],
        address=record.address,
        route=route,
        detail=", ".join(details),
        request_id=record.request_id,
    )
