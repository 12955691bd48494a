"""What happens to applications in the background: the Hub is told of registrations."""

from __future__ import annotations

from django_tasks import task

from portal.cockpit import registrations


@task()
def tell_hub(tenant_id: int, version_id: int) -> None:
    """Tell the Hub what it shall have of this version; does nothing when it knows, or another worker is at it."""
    registrations.run(tenant_id, version_id)


def sweep() -> None:
    """Enqueue what a killed worker left behind, and what is to be tried again."""
    for tenant_id, version_id in registrations.due():
        tell_hub.enqueue(tenant_id, version_id)
