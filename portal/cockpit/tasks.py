"""What happens to applications in the background: readiness checks, and telling the Hub of registrations."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task

from portal.actor import SYSTEM
from portal.cockpit import registrations, runs

FORGOTTEN_EVERY = timedelta(hours=1)
# When this process enqueued each last: more often than needed does no harm.
_last: dict[str, datetime] = {}


@task()
def tell_hub(tenant_id: int, version_id: int) -> None:
    """Tell the Hub what it shall have of this version; does nothing when it knows, or another worker is at it."""
    registrations.run(tenant_id, version_id)


@task()
def run_checks(tenant_id: int, version_id: int) -> None:
    """Run what waits for this version; does nothing while another worker is at it."""
    runs.run_waiting(tenant_id, version_id, by=SYSTEM)


@task()
def forget_old_runs() -> None:
    """Remove runs beyond READINESS_RUNS_KEPT of each version; those of an approval stay."""
    runs.forget_old()


def sweep() -> None:
    """Go on with what nobody works on: its worker was killed, or its task was lost. Once an hour, forget old runs."""
    for tenant_id, version_id in registrations.due():
        tell_hub.enqueue(tenant_id, version_id)
    for tenant_id, version_id in runs.abandoned():
        run_checks.enqueue(tenant_id, version_id)
    before = _last.get("forget")
    if before is None or abs(timezone.now() - before) >= FORGOTTEN_EVERY:
        forget_old_runs.enqueue()
        _last["forget"] = timezone.now()


def forget() -> None:
    """As if nothing was enqueued yet."""
    _last.clear()
