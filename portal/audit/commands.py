"""Recording: the one way into the audit log.

The record gets its index and its place in the tree under the head's lock, in the same transaction as the act that it
tells. No record, no effect: when it cannot be written, the whole transaction goes and the caller is answered 503.
Take this lock last, after the other writes, and commit at once: it serialises all audited acts of a tenant.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.actor import Actor
from portal.audit.events import Event, Outcome
from portal.audit.models import AuditLog, AuditRecord, InstanceRecord, Record
from portal.audit.tree import Frontier, leaf_hash
from portal.errors import Refusal
from portal.lib.prepared import Prepared, PreparedInsert, parameter
from portal.scoping import CrossTenantWrite, active_tenant_id

logger = logging.getLogger(__name__)

FORMAT_VERSION = 1
SALT_BYTES = 16
# Seconds. A log that is ahead of the clock is told of this often in each process, not with every record.
TOLD_EVERY = 60
_told_at: dict[str, float] = {}

RecordT = TypeVar("RecordT", AuditRecord, InstanceRecord)


class AuditUnavailable(Refusal):
    """The act could not be recorded, so it did not happen."""

    code = "audit_unavailable"
    status = 503
    message = _("This could not be recorded in the audit log, so it was not done.")
    advice = _("Try again in a minute. If it happens again, give the operator the request id.")


@dataclass(frozen=True)
class Entry:
    """What a record tells: an event, who did it, how it ended.

    `subject` says what it is about (`key:7`), for the history of that thing. `answers` is the index of the admission
    that this record ends.
    """

    event: Event
    by: Actor
    outcome: Outcome = Outcome.OK
    subject: str = ""
    answers: int | None = None


def record(
    event: Event, *, by: Actor, outcome: Outcome = Outcome.OK, subject: str = "", answers: int | None = None
) -> int:
    """Add an event to the active tenant's log and return its index; the arguments are those of `Entry`.

    Raises `AuditUnavailable`; must run inside the transaction of the recorded act.
    """
    return record_all([Entry(event, by, outcome, subject, answers)], locked_log())[0]


def locked_log() -> AuditLog:
    """Take the lock of the active tenant's log, for `record_all`.

    Whatever is recorded before this happened before, and what it changed is seen by what is read from now on. Raises
    `AuditUnavailable`; must run inside the transaction of the recorded acts, after its other writes.
    """
    with recording():
        return _locked_head(active_tenant_id())


def record_all(entries: Sequence[Entry], log: AuditLog) -> list[int]:
    """Add several to the active tenant's log, which is `locked_log`, in this order; the indexes of the records.

    Raises `AuditUnavailable`, and `CrossTenantWrite` for the log of another tenant.
    """
    if log.tenant_id != active_tenant_id():
        raise CrossTenantWrite(f"Log of tenant {log.tenant_id} in tenant {active_tenant_id()}.")
    with recording():
        return _append(AuditRecord, log, entries)


def record_for_instance(event: Event, *, by: Actor, outcome: Outcome = Outcome.OK, subject: str = "") -> int:
    """Add an event that belongs to no tenant to the portal's own log and return its index."""
    with recording():
        return _append(InstanceRecord, _locked_head(None), [Entry(event, by, outcome, subject)])[0]


@contextmanager
def recording() -> Iterator[None]:
    """Turns errors of the database into `AuditUnavailable`; whoever catches that keeps nothing of the transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("Record inside the transaction of the recorded act.")
    try:
        yield
    except DatabaseError as error:
        transaction.set_rollback(True)
        raise AuditUnavailable from error


def _append(model: type[RecordT], log: AuditLog, entries: Sequence[Entry]) -> list[int]:
    tree, at = log.tree, _next_moment(log)
    owner = {"tenant_id": log.tenant_id} if log.tenant_id is not None else {}
    rows = [_row(model(index=log.size + place, at=at, **owner), log, entry) for place, entry in enumerate(entries)]
    for row in rows:
        tree = tree.append(bytes(row.leaf))
    ROWS[model].add(rows)
    _advance(log, tree, at)
    return [row.index for row in rows]


def _row(row: RecordT, log: AuditLog, entry: Entry) -> RecordT:
    event, by = entry.event, entry.by
    row.name, row.kind, row.outcome = event.name, event.kind, entry.outcome
    row.actor_id, row.actor_name = by.id, by.name
    row.address, row.request_id, row.subject, row.answers = by.address, by.request_id, entry.subject, entry.answers
    row.body = _canonical(log, row, event, by)
    row.leaf = leaf_hash(row.body)
    return row


def _heads(tenant_id: int | None) -> models.QuerySet[AuditLog]:
    # By tenant, not by origin: the log keeps its name when the portal gets another address.
    return AuditLog.objects.select_for_update().filter(tenant_id=tenant_id)  # type: ignore[misc]  # None is IS NULL


HEAD_OF_TENANT = Prepared(_heads, tenant_id=987_654_321)
ROWS: dict[type[Record], PreparedInsert] = {model: PreparedInsert(model) for model in (AuditRecord, InstanceRecord)}
ADVANCE = "UPDATE audit_auditlog SET size = %s, frontier = %s, last_at = %s WHERE id = %s AND size = %s"


def _locked_head(tenant_id: int | None) -> AuditLog:
    found = HEAD_OF_TENANT.rows(tenant_id) if tenant_id is not None else list(_heads(None))
    head = next(iter(found), None)
    if head is None:
        fresh = AuditLog(origin=_origin(tenant_id), tenant_id=tenant_id)
        AuditLog.objects.bulk_create([fresh], ignore_conflicts=True)  # another transaction may be making it, too
        head = _heads(tenant_id).get()
    return head


def _origin(tenant_id: int | None) -> str:
    host = urlsplit(settings.PORTAL_URL).netloc
    return f"{host}/audit/{tenant_id}" if tenant_id else f"{host}/audit/_instance"


def _next_moment(log: AuditLog) -> datetime:
    """Now, in whole milliseconds, but never before the last record: the order of a log is its index."""
    now = timezone.now()
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    if log.last_at is None or log.last_at <= now:
        return now
    _tell_if_ahead(log, (log.last_at - now).total_seconds())
    return log.last_at


def _tell_if_ahead(log: AuditLog, seconds: float) -> None:
    """A record written under a clock that was ahead lends its time to all later ones, until the clock is there, too."""
    if seconds > constants.CLOCK_LEEWAY and time.monotonic() >= _told_at.get(log.origin, -TOLD_EVERY) + TOLD_EVERY:
        _told_at[log.origin] = time.monotonic()
        logger.error(
            "The audit log %s is %d seconds ahead of the clock; its records have the time of the last one until then.",
            log.origin,
            seconds,
        )


def _canonical(log: AuditLog, row: Record, event: Event, by: Actor) -> bytes:
    """The record's bytes: JSON with sorted keys, no spaces, UTF-8, no fractions (docs/audit.md)."""
    who = {"kind": by.kind, "id": by.id, "name": by.name, "agent": by.agent}
    content: dict[str, Any] = {
        "v": FORMAT_VERSION,
        "log": log.origin,
        "i": row.index,
        "ts": row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{row.at.microsecond // 1000:03}Z",
        "code": event.name,
        "out": str(row.outcome),
        "actor": who,
        "src": row.address,
        "req": row.request_id,
        "obj": row.subject,
        "data": event.recorded,
        # Lets the body be erased later: without it, what stood there could be guessed from the leaf.
        "salt": secrets.token_hex(SALT_BYTES),
    }
    if row.answers is not None:
        content["answers"] = row.answers
    # A lone surrogate, which no well-formed text has, must not be able to stop the log.
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def _advance(log: AuditLog, tree: Frontier, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, [tree.size, tree.stored, parameter(at), log.pk, log.size])
        moved = cursor.rowcount
    if moved != 1:
        raise DatabaseError("The head of the audit log moved under its lock.")
