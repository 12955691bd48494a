"""What happens to applications in the background: readiness checks, the watch, telling the Hub of registrations."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task

from portal.actor import SYSTEM
from portal.cockpit.readiness import runs
from portal.cockpit.registration import hub_health, registrations
from portal.cockpit.release import captures
from portal.cockpit.watching import ticket_commands, watch

FORGOTTEN_EVERY = timedelta(hours=1)
WATCHED_EVERY = timedelta(minutes=1)
# When this process enqueued each last: more often than needed does no harm.
_last: dict[str, datetime] = {}


@task()
def tell_hub(tenant_id: int, version_id: int) -> None:
    """Tell the Hub what it shall have of this version; does nothing when it knows, or another worker is at it."""
    registrations.run(tenant_id, version_id)


@task()
def tell_health(tenant_id: int, version_id: int) -> None:
    """Tell the Hub how this released version is, if that is news to it; does nothing while another worker is at it."""
    hub_health.run(tenant_id, version_id)


@task()
def run_checks(tenant_id: int, version_id: int) -> None:
    """Run what waits for this version; does nothing while another worker is at it."""
    runs.run_waiting(tenant_id, version_id, by=SYSTEM)


@task()
def take_capture(tenant_id: int, version_id: int) -> None:
    """Take the picture that waits for this version; does nothing while another worker is at it."""
    captures.run_waiting(tenant_id, version_id, by=SYSTEM)


@task()
def forget_old_runs() -> None:
    """Remove runs beyond READINESS_RUNS_KEPT of each version; those of an approval stay."""
    runs.forget_old()


@task()
def tell_overdue_tickets() -> None:
    """Write the mails about tickets that have become overdue; each ticket is told once."""
    ticket_commands.tell_overdue()


def sweep() -> None:
    """Go on with what nobody works on: its worker was killed, or its task was lost.

    Once a minute, let what is due be looked at; once an hour, forget old runs and tell of overdue tickets.
    """
    for tenant_id, version_id in registrations.due():
        tell_hub.enqueue(tenant_id, version_id)
    for tenant_id, version_id in hub_health.due():
        tell_health.enqueue(tenant_id, version_id)
    for tenant_id, version_id in runs.abandoned():
        run_checks.enqueue(tenant_id, version_id)
    for tenant_id, version_id in captures.abandoned():
        take_capture.enqueue(tenant_id, version_id)
    if _is_time("watch", WATCHED_EVERY):
        for tenant_id, version_id in watch.start_due(by=SYSTEM):
            run_checks.enqueue(tenant_id, version_id)
    if _is_time("forget", FORGOTTEN_EVERY):
        forget_old_runs.enqueue()
        tell_overdue_tickets.enqueue()


def _is_time(what: str, every: timedelta) -> bool:
    before, now = _last.get(what), timezone.now()
    if before is not None and abs(now - before) < every:
        return False
    _last[what] = now
    return True


def forget() -> None:
    """As if nothing was enqueued yet."""
    _last.clear()
