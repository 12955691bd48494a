"""Who uses a key, for the pages that end something: a roll, a brown-out, the key itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from portal.audit.events import Kind, Outcome
from portal.audit.models import AuditRecord
from portal.keys.models import BindingKey, KeyCaller, SecretGeneration, in_somebodys_hands
from portal.lib.route_names import TOKEN, route_label

# Rows of a table of callers; of refusals that are read for a report.
MOST_SHOWN = 50
MOST_READ = 2000


@dataclass(frozen=True)
class Roll:
    """A key of which two secrets work."""

    old: SecretGeneration
    new: SecretGeneration


@dataclass
class Caller:
    """A program at an address: what it called, whether that worked, and when it did so last."""

    address: str
    agent: str
    last_at: datetime
    succeeded: bool = False
    routes: list[str] = field(default_factory=list)
    # When it used the new secret last, if it did.
    moved_at: datetime | None = None


@dataclass(frozen=True)
class BrownOutReport:
    """A brown-out, the last of a key, and who was refused because of it."""

    started_at: datetime
    until: datetime
    share: int
    is_over: bool
    callers: list[Caller]


def live_secrets(key: BindingKey) -> list[SecretGeneration]:
    """The secrets that have not ended and that somebody has, the oldest first."""
    held = key.generations.filter(in_somebodys_hands()).order_by("number")
    return [generation for generation in held if not generation.has_ended]


def roll_of(key: BindingKey) -> Roll | None:
    """The roll that is under way, if one is."""
    working = live_secrets(key)
    return Roll(working[0], working[-1]) if len(working) > 1 and key.is_active else None


def users_of_new(roll: Roll) -> list[Caller]:
    """Who used the new secret, the latest first: what fails when the roll is cancelled."""
    return _grouped(_rows(roll.new.key_id), roll.new.number)


def users_of_old(roll: Roll) -> list[Caller]:
    """Who used the old secret in the last 30 days, the latest first, and whether they have the new one."""
    rows = _rows(roll.old.key_id).filter(generation__in=[roll.old.number, roll.new.number])
    new = {(caller.address, caller.agent): caller.last_at for caller in _grouped(rows, roll.new.number)}
    users = _grouped(rows, roll.old.number)
    for caller in users:
        caller.moved_at = new.get((caller.address, caller.agent))
    return users


def users_of(key: BindingKey) -> list[Caller]:
    """Who used the key with success in the last 30 days, the latest first: what fails when it is revoked."""
    return _grouped(_rows(key.pk).filter(succeeded=True))


def brown_out_of(key: BindingKey) -> BrownOutReport | None:
    """The last brown-out of the key, under way or over."""
    records = AuditRecord.objects.filter(subject=key.subject)
    started = records.filter(name="key.brown_out").order_by("-index").first()
    if started is None or key.brownout_until is None:
        return None
    refused = records.filter(index__gt=started.index, kind=Kind.KEY_USE, outcome=Outcome.DENIED)
    found: dict[tuple[str, str], Caller] = {}
    for record in refused.order_by("index")[:MOST_READ]:
        if record.facts.get("reason") == "brown_out":
            agent = str(record.content["actor"].get("agent", ""))
            caller = found.setdefault((record.address, agent), Caller(record.address, agent, record.at))
            caller.last_at = record.at
            _add_route(caller, str(record.facts.get("path") or route_label(TOKEN)))
    callers = sorted(found.values(), key=lambda caller: caller.last_at, reverse=True)
    share = int(started.facts.get("share", key.brownout_share))
    return BrownOutReport(started.at, key.brownout_until, share, not key.is_browning_out, callers)


def _rows(key_id: int) -> QuerySet[KeyCaller]:
    since = timezone.now() - timedelta(days=30)
    return KeyCaller.objects.filter(key_id=key_id, last_at__gte=since).order_by("-last_at")


def _grouped(rows: Iterable[KeyCaller], generation: int | None = None) -> list[Caller]:
    """One entry for each program at an address, in the order of the rows, of one generation or of all."""
    found: dict[tuple[str, str], Caller] = {}
    for row in rows:
        if generation in {None, row.generation}:
            # The first row is the latest: it says when and how the last use was.
            fresh = Caller(row.address, row.agent, row.last_at, row.succeeded)
            _add_route(found.setdefault((row.address, row.agent), fresh), row.called)
    return list(found.values())


def _add_route(caller: Caller, route: str) -> None:
    if route not in caller.routes:
        caller.routes.append(route)
