"""How many calls through the proxy a tenant makes on one day in UTC, and the end of what its package allows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from portal.errors import Refusal
from portal.tenants.models import DailyCalls, Tenant
from portal.tenants.quotas import Quota, limit, whom_to_ask

KEPT_DAYS = 100


class DailyCallsReached(Refusal):
    """Calls are refused until 00:00 UTC; `Retry-After` says how many seconds that is."""

    code = "daily_calls_reached"
    status = 429

    def __init__(self, tenant: Tenant, now: datetime) -> None:
        allowed = number_format(limit(tenant, Quota.CALLS_PER_DAY), force_grouping=True)
        message = _(
            "This tenant has made the %(limit)s calls of today that package %(package)s allows. "
            "Calls are refused until 00:00 UTC."
        ) % {"limit": allowed, "package": tenant.package}
        super().__init__(message, headers={"Retry-After": str(_seconds_to_midnight(now))})
        self.advice = _("Call again after the time in Retry-After, or ask %(whom)s for a larger package.") % {
            "whom": whom_to_ask()
        }


def count_call(tenant: Tenant) -> None:
    """Count one call of the active tenant. Raises `DailyCallsReached` when today has no call left.

    Runs inside the transaction that admits the call: a call that is not admitted is not counted. The row of the day
    is the lock, so callers at the same moment cannot get more than the limit between them.
    """
    now = timezone.now()
    today = DailyCalls.objects.filter(day=now.date())
    allowed = limit(tenant, Quota.CALLS_PER_DAY)
    left = today.filter(calls__lt=allowed)
    if left.update(calls=F("calls") + 1):
        return
    # Not whether there is a row: another caller may have begun the day since.
    if not today.filter(calls__gte=allowed).exists():
        _begin_day(now.date())
        if left.update(calls=F("calls") + 1):
            return
    raise DailyCallsReached(tenant, now)


def _begin_day(day: date) -> None:
    # Another caller may be beginning it, too; both then count in the row of whoever was first.
    DailyCalls.objects.bulk_create([DailyCalls(day=day)], ignore_conflicts=True)
    DailyCalls.objects.filter(day__lt=day - timedelta(days=KEPT_DAYS)).delete()


def made_today() -> int:
    """Calls of the active tenant since 00:00 UTC."""
    return DailyCalls.objects.filter(day=timezone.now().date()).values_list("calls", flat=True).first() or 0


def of_the_last_days(days: int) -> list[tuple[date, int]]:
    """Each of the last days with its calls, today last; a day without a call is there with 0."""
    today = timezone.now().date()
    first = today - timedelta(days=days - 1)
    counted = dict(DailyCalls.objects.filter(day__gte=first).values_list("day", "calls"))
    all_days = [first + timedelta(days=number) for number in range(days)]
    return [(day, counted.get(day, 0)) for day in all_days]


def _seconds_to_midnight(now: datetime) -> int:
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=UTC)
    # Rounded up: a second too early would be refused again.
    return -(-(midnight - now) // timedelta(seconds=1))
