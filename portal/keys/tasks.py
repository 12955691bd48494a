"""Forgetting what is counted about the use of keys, in the background."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone
from django_tasks import task

from portal import constants
from portal.keys.models import KeyCaller, UseHour
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant

# The day on which this process enqueued it last: once a day is enough, and twice does no harm.
_last: dict[str, date] = {}


@task()
def forget_old_uses() -> None:
    """Remove counts and callers that are older than KEY_USE_DAYS; the audit log keeps each use."""
    before = timezone.now() - timedelta(days=constants.KEY_USE_DAYS)
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        with tenant_scope(tenant_id):
            UseHour.objects.filter(hour__lt=before).delete()
            KeyCaller.objects.filter(last_at__lt=before).delete()


def sweep() -> None:
    """Enqueue it with the first sweep of each day, UTC."""
    today = timezone.now().date()
    if _last.get("day") != today:
        forget_old_uses.enqueue()
        _last["day"] = today


def forget() -> None:
    """As if nothing was enqueued today."""
    _last.clear()
