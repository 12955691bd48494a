"""Provisioning in the background."""

from django_tasks import task

from portal.actor import SYSTEM
from portal.tenants import provisioning


@task()
def provision(tenant_id: int) -> None:
    """Run the steps of a provisioning that are left; does nothing while another worker runs one of them."""
    provisioning.run(tenant_id, by=SYSTEM)


def sweep() -> None:
    """Enqueue provisionings that nobody works on: their worker was killed, or their task was lost."""
    for tenant_id in provisioning.abandoned():
        provision.enqueue(tenant_id)
