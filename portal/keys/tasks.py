"""What happens to keys in the background: notices before they expire, and forgetting what was counted long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task

from portal import constants
from portal.keys import notices
from portal.keys.models import KeyCaller, UseHour
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant

# Days are long: the sweep of every few seconds would look for nothing.
NOTICES_EVERY = timedelta(minutes=10)
FORGOTTEN_EVERY = timedelta(days=1)
# When this process enqueued each last: more often than needed does no harm.
_last: dict[str, datetime] = {}


@task()
def notify_expiry(tenant_id: int, key_id: int) -> None:
    """Write the notice of this key that is due; does nothing when everybody has it."""
    notices.post_notices(tenant_id, key_id)


@task()
def forget_old_uses() -> None:
    """Remove counts and callers that are older than KEY_USE_DAYS; the audit log keeps each use."""
    before = timezone.now() - timedelta(days=constants.KEY_USE_DAYS)
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        with tenant_scope(tenant_id):
            UseHour.objects.filter(hour__lt=before).delete()
            KeyCaller.objects.filter(last_at__lt=before).delete()


def sweep() -> None:
    """Enqueue what is due: the notices of all tenants, every 10 minutes, and once a day what is to be forgotten."""
    if _is_due("notices", NOTICES_EVERY):
        for tenant_id, key_id in notices.missing_notices():
            notify_expiry.enqueue(tenant_id, key_id)
        _last["notices"] = timezone.now()  # last: what failed is tried again by the next sweep
    if _is_due("uses", FORGOTTEN_EVERY):
        forget_old_uses.enqueue()
        _last["uses"] = timezone.now()


def _is_due(what: str, every: timedelta) -> bool:
    before = _last.get(what)
    return before is None or abs(timezone.now() - before) >= every


def forget() -> None:
    """As if nothing was enqueued yet."""
    _last.clear()
