"""What happens to collaborations in the background: ends that have come, and reminders before."""

from __future__ import annotations

from django_tasks import task

from assets_app.sharing import due_commands
from assets_app.sharing.queries import due, find_for_portal, to_remind
from portal.actor import SYSTEM


@task()
def end_due(collaboration_id: int) -> None:
    """End this collaboration if it is over; does nothing when it is not, or another worker was faster."""
    due_commands.end_due(find_for_portal(collaboration_id), by=SYSTEM)


@task()
def remind(collaboration_id: int) -> None:
    """Write the reminder that is due; does nothing when it is written."""
    due_commands.remind(find_for_portal(collaboration_id))


def sweep() -> None:
    """Enqueue what is due. It finds the collaborations of a tenant that is archived as well, seconds afterwards: the
    slice of tenants knows nothing of collaborations."""
    for collaboration_id in due().values_list("pk", flat=True):
        end_due.enqueue(collaboration_id)
    for collaboration_id in to_remind(due_commands.REMINDERS).values_list("pk", flat=True):
        remind.enqueue(collaboration_id)
