"""Notices of keys that expire, in the background."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task

from portal.keys import notices

# Days are long: the sweep of every few seconds would look for nothing.
EVERY = timedelta(minutes=10)
_looked_at: datetime | None = None


@task()
def notify_expiry(tenant_id: int, key_id: int) -> None:
    """Write the notice of this key that is due; does nothing when everybody has it."""
    notices.post_notices(tenant_id, key_id)


def sweep() -> None:
    """Enqueue the notices that are due, of all tenants; looks every 10 minutes."""
    global _looked_at
    now = timezone.now()
    if _looked_at is not None and abs(now - _looked_at) < EVERY:
        return
    for tenant_id, key_id in notices.missing_notices():
        notify_expiry.enqueue(tenant_id, key_id)
    _looked_at = now  # last: what failed is tried again by the next sweep
