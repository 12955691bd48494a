"""How long a key lives: in whole days of UTC, until the end of the last one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext

# Days offered on the page, as far as the tenant's policy allows them.
PRESETS = (30, 90, 180, 365)
# The latest date that can be chosen; who wants more wants a key that does not expire.
MOST_DAYS = 3650
# With fewer days left than these, and less than a third of its life, people are told of a key that ends.
NOTICE_DAYS = 30


def in_days(days: int) -> date:
    """The day so many days from today."""
    return timezone.now().date() + timedelta(days=days)


def last_day(most: int | None) -> date:
    """The latest day on which a key may expire that lives at most so many days."""
    return in_days(MOST_DAYS if most is None else min(most, MOST_DAYS))


def end_of(day: date) -> datetime:
    """The moment from which a key that expires on this day is refused: its last second."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)


def days_left(expires_at: datetime) -> int:
    """Days from today to the day on which it expires; 0 on that day."""
    return (expires_at.astimezone(UTC).date() - timezone.now().date()).days


def is_near(created_at: datetime, expires_at: datetime) -> bool:
    """Whether it is time to replace a key that ends then: one for 30 days in its last ten, not all its life."""
    life = (expires_at.astimezone(UTC).date() - created_at.astimezone(UTC).date()).days
    left = days_left(expires_at)
    # The last day is near, however short the life.
    return left < NOTICE_DAYS and (left * 3 < life or not left)


def presets(most: int | None) -> list[int]:
    """The lifetimes to offer, shortest first; under a shorter policy, the one that it allows."""
    allowed = [days for days in PRESETS if most is None or days <= most]
    return allowed or [most or 0]


def in_utc(moment: datetime | None) -> str:
    """`2026-12-31T23:59:59Z`, or empty."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def shown(day: date) -> str:
    """The day as the pages write it."""
    return date_format(day, pgettext("date format", "j M Y"))


def moment_shown(recorded: str) -> str:
    """A moment that `in_utc` wrote, as the pages write it, in the reader's time zone."""
    moment = timezone.localtime(datetime.fromisoformat(recorded))
    return date_format(moment, pgettext("date format", "j M Y, H:i"))
