"""Counting the uses of secrets: how often within each hour, by whom, and when for the first time.

The audit log is the evidence; these tables answer the pages without reading it. Who writes here is inside the
transaction that records the use, right before the record. Of a caller that comes again within FRESH seconds only the
counts are written, and of one that is refused again not even these: what each process knows of that is in its memory.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock
from weakref import ReferenceType, ref

from django.db import connection, transaction
from django.utils import timezone

from portal.actor import Actor
from portal.audit.commands import recording
from portal.keys.models import KeyCaller, SecretGeneration, UseHour
from portal.lib.prepared import parameter
from portal.scoping import active_tenant_id

# So many seconds may pass until the last use of a caller is right to the second, and until refusals are counted.
FRESH = 5.0
# Callers kept for one secret: whoever has it can write what it likes into the name of its agent.
MOST_CALLERS = 500
# Callers remembered at once; when there are more, the memory starts anew.
MOST_REMEMBERED = 10_000

Caller = tuple[int, str, str, str, bool]

_written: dict[Caller, float] = {}
_waiting: dict[Caller, int] = {}
# Of those that waited, how many are being written, and what ends with the transaction that writes them.
_under_way: dict[Caller, tuple[int, ReferenceType[_Committed]]] = {}
_lock = Lock()


@dataclass(frozen=True)
class Use:
    """One use of a secret: who came, where, and whether it was let in."""

    generation: SecretGeneration
    actor: Actor
    route: str
    ok: bool

    @cached_property
    def caller(self) -> Caller:
        # What PostgreSQL cannot store as text, and nobody can read, is no part of a name.
        agent = self.actor.agent[:200]
        if not agent.isprintable():
            agent = "".join(sign for sign in agent if sign.isprintable())
        return self.generation.pk, self.actor.address, agent, self.route[:60], self.ok


def note(generation: SecretGeneration, *, actor: Actor, route: str, ok: bool) -> None:
    """Count one use of this secret, and remember who it was. The first success starts the end of the secret before it.

    Runs inside the transaction that records the use: no record, no count.
    """
    note_all([Use(generation, actor, route, ok)])


def note_all(uses: Iterable[Use]) -> None:
    """`note` for several uses that are recorded together: each secret is counted, each caller written once.

    Raises `AuditUnavailable`: what cannot be counted is not recorded either.
    """
    with recording():
        _note_all(uses)


def _note_all(uses: Iterable[Use]) -> None:
    now = timezone.now()
    times: Counter[Caller] = Counter()
    generations: dict[int, SecretGeneration] = {}
    for use in uses:
        times[use.caller] += 1
        generations[use.generation.pk] = use.generation
    for caller in _waiting_of(generations):
        times.setdefault(caller, 0)
    counts: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    committed = _Committed(times)
    transaction.on_commit(committed)
    newcomers: set[int] = set()
    # In one order everywhere: two processes that write the same rows must not wait for each other in a circle.
    for caller in sorted(times):
        pk, ok = caller[0], caller[-1]
        uses_of_caller = times[caller] + _take_waiting(caller, committed)
        calls, failures = counts[pk]
        counts[pk] = (calls + uses_of_caller, failures) if ok else (calls, failures + uses_of_caller)
        if times[caller] and not _is_fresh(caller) and _remember(generations[pk], caller, now):
            newcomers.add(pk)
    for pk, (calls, failures) in counts.items():
        _count(generations[pk], now, calls, failures)
        if calls and generations[pk].first_used_at is None:
            _first_use(generations[pk], now)
    for pk in newcomers:
        _forget_oldest(generations[pk])


class _Committed:
    """Runs when the counts are committed. If they are rolled back instead, Django lets go of it: that is the sign."""

    def __init__(self, times: Counter[Caller]) -> None:
        self.times = times

    def __call__(self) -> None:
        with _lock:
            for caller in self.times:
                if caller in _under_way and _under_way[caller][1]() is self:
                    del _under_way[caller]
            _keep_in_mind(caller for caller, uses in self.times.items() if uses)


def _waiting_of(generations: Collection[int]) -> list[Caller]:
    """Those whose refusals wait to be counted: the next use of their secret takes them along, whoever it is."""
    with _lock:
        return [caller for caller in (*_waiting, *_under_way) if caller[0] in generations]


def _take_waiting(caller: Caller, committed: _Committed) -> int:
    """How many refusals to write with this use: all that wait, also those that another transaction could not write."""
    with _lock:
        taken, taken_by = _under_way.get(caller, (0, None))
        if taken_by is not None and taken_by() is not None:
            return 0  # the next use takes them: at most one transaction at a time may have to give them back
        waiting = taken + _waiting.pop(caller, 0)
        if waiting:
            _under_way[caller] = waiting, ref(committed)
        return waiting


def is_only_counted(generation: SecretGeneration, *, actor: Actor, route: str) -> bool:
    """Whether a refusal of this caller was written a few seconds ago; then this one is counted with the next `note` of
    its secret."""
    caller = Use(generation, actor, route, False).caller
    with _lock:
        if not _is_fresh(caller):
            return False
        _waiting[caller] = _waiting.get(caller, 0) + 1
        return True


def forget() -> None:
    """Remember no caller."""
    with _lock:
        _forget()


def _forget() -> None:
    for memory in (_written, _waiting, _under_way):
        memory.clear()


def _is_fresh(caller: Caller) -> bool:
    return 0 <= time.time() - _written.get(caller, float("-inf")) < FRESH


def _keep_in_mind(callers: Iterable[Caller]) -> None:
    if len(_written) >= MOST_REMEMBERED:
        _forget()
    for caller in callers:
        if not _is_fresh(caller):
            _written[caller] = time.time()


COUNT = """UPDATE keys_usehour SET calls = calls + %s, failures = failures + %s
    WHERE tenant_id = %s AND key_id = %s AND generation = %s AND hour = %s"""


def _count(generation: SecretGeneration, now: datetime, calls: int, failures: int) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    place = [active_tenant_id(), generation.key_id, generation.number, parameter(hour)]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [calls, failures, *place])
        if cursor.rowcount:
            return
        # Another use may be beginning the hour, too; both then count in the row of whoever was first.
        fresh = UseHour(key_id=generation.key_id, generation=generation.number, hour=hour)
        UseHour.objects.bulk_create([fresh], ignore_conflicts=True)
        cursor.execute(COUNT, [calls, failures, *place])


def _remember(generation: SecretGeneration, caller: Caller, now: datetime) -> bool:
    """Write when this caller came; whether it is a new one."""
    _pk, address, agent, route, ok = caller
    callers = KeyCaller.objects.filter(key_id=generation.key_id, generation=generation.number)
    who = {"address": address, "agent": agent, "route": route, "succeeded": ok}
    if callers.filter(**who).update(last_at=now):
        return False
    fresh = KeyCaller(key_id=generation.key_id, generation=generation.number, first_at=now, last_at=now, **who)
    KeyCaller.objects.bulk_create([fresh], ignore_conflicts=True)
    return True


def _forget_oldest(generation: SecretGeneration) -> None:
    """Keep the newest callers. Whoever is being written at this moment is not waited for: it is no old one."""
    callers = KeyCaller.objects.filter(key_id=generation.key_id, generation=generation.number)
    newest = callers.order_by("-last_at").values_list("last_at", flat=True)
    last_kept = newest[MOST_CALLERS - 1 : MOST_CALLERS].first()
    if last_kept is not None:
        oldest = callers.filter(last_at__lt=last_kept).select_for_update(skip_locked=True)
        KeyCaller.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))).delete()


def _first_use(generation: SecretGeneration, now: datetime) -> None:
    if not SecretGeneration.objects.filter(pk=generation.pk, first_used_at=None).update(first_used_at=now):
        return  # another call was first
    generation.first_used_at = now
    before = SecretGeneration.objects.filter(key_id=generation.key_id, number__lt=generation.number, ends_at=None)
    for old in before.filter(ends_after_next_use__isnull=False):
        ends_at = now + timedelta(seconds=old.ends_after_next_use or 0)
        # Only what was asked for when it was read: somebody may be postponing the end at this moment.
        still_so = before.filter(pk=old.pk, ends_after_next_use=old.ends_after_next_use)
        still_so.update(ends_at=ends_at, ends_after_next_use=None)
