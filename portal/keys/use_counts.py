"""How often the secrets of keys were used, and by whom: reading what is counted at each use.

A use is a token that was issued or a call that was answered; a failure is one that was refused or not answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.keys.models import BindingKey, KeyCaller, UseHour

# Days back from today for each period that can be chosen; the first one is told in hours.
PERIODS = {"24h": 1, "7d": 7, "30d": 30, "90d": 90}
PERIOD_LABELS = {"24h": _("24 hours"), "7d": _("7 days"), "30d": _("30 days"), "90d": _("90 days")}
# Of the callers of a key, so many are shown: the last ones.
CALLERS_SHOWN = 10


@dataclass(frozen=True)
class Uses:
    """With success and without."""

    ok: int = 0
    failed: int = 0

    @property
    def all(self) -> int:
        return self.ok + self.failed


@dataclass(frozen=True)
class LastUse:
    """When a secret was last used with success, and when last without; None for never, or too long ago."""

    ok: KeyCaller | None = None
    failed: KeyCaller | None = None


def since(period: str) -> datetime:
    """Where a period begins: with the hour 23 hours ago, or with a day in UTC; the present one is its last."""
    now = timezone.now()
    if period == "24h":
        return now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    return datetime.combine(now.astimezone(UTC).date() - timedelta(days=PERIODS[period] - 1), time(), tzinfo=UTC)


def by_secret(key: BindingKey) -> dict[int, dict[str, Uses]]:
    """Uses of each secret in each period, by the secret's number; of one that was not used there is nothing."""
    sums: dict[str, Any] = {}
    for period in PERIODS:
        within = Q(hour__gte=since(period))
        sums[f"ok_{period}"] = Coalesce(Sum("calls", filter=within), 0)
        sums[f"failed_{period}"] = Coalesce(Sum("failures", filter=within), 0)
    counted = UseHour.objects.filter(key=key, hour__gte=since("90d")).order_by().values("generation")
    rows: Iterable[dict[str, Any]] = counted.annotate(**sums)  # type: ignore[assignment]
    return {
        row["generation"]: {period: Uses(row[f"ok_{period}"], row[f"failed_{period}"]) for period in PERIODS}
        for row in rows
    }


def over_time(key: BindingKey, period: str) -> list[tuple[date, Uses]]:
    """Each hour (as a datetime) or day of the period with its uses, the present one last."""
    first = since(period)
    rows = UseHour.objects.filter(key=key, hour__gte=first).order_by()
    if period == "24h":
        moments: list[date] = [first + timedelta(hours=number) for number in range(24)]
        grouped = rows.values_list("hour")
    else:
        moments = [first.date() + timedelta(days=number) for number in range(PERIODS[period])]
        grouped = rows.values_list(TruncDate("hour", tzinfo=UTC))
    counted = {moment: Uses(ok, failed) for moment, ok, failed in grouped.annotate(Sum("calls"), Sum("failures"))}
    return [(moment, counted.get(moment, Uses())) for moment in moments]


def daily(keys: Iterable[BindingKey], days: int) -> dict[int, list[Uses]]:
    """Uses on each of the last days, today last, of all these keys in one query; by the key's primary key."""
    ids = [key.pk for key in keys]
    today = timezone.now().astimezone(UTC).date()
    first = datetime.combine(today - timedelta(days=days - 1), time(), tzinfo=UTC)
    rows = UseHour.objects.filter(key__in=ids, hour__gte=first).order_by()
    grouped = rows.values_list("key", TruncDate("hour", tzinfo=UTC)).annotate(Sum("calls"), Sum("failures"))
    counted = {(key, day): Uses(ok, failed) for key, day, ok, failed in grouped}
    all_days = [first.date() + timedelta(days=number) for number in range(days)]
    return {pk: [counted.get((pk, day), Uses()) for day in all_days] for pk in ids}


def last_uses(key: BindingKey) -> dict[int, LastUse]:
    """The last success and the last failure of each secret, by the secret's number."""

    def newest(succeeded: bool) -> Subquery:
        callers = KeyCaller.objects.filter(key=OuterRef("key"), generation=OuterRef("number"), succeeded=succeeded)
        return Subquery(callers.order_by("-last_at").values("pk")[:1])

    rows = list(key.generations.values_list("number", newest(True), newest(False)))
    callers = KeyCaller.objects.in_bulk([pk for _number, *pks in rows for pk in pks if pk is not None])
    return {number: LastUse(callers.get(ok), callers.get(failed)) for number, ok, failed in rows}


def last_callers(key: BindingKey) -> list[KeyCaller]:
    """Who used the key last, with success or without."""
    return list(KeyCaller.objects.filter(key=key).order_by("-last_at")[:CALLERS_SHOWN])
