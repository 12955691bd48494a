"""Provisioning in the background."""

from contextlib import suppress

from django_tasks import task

from portal.actor import SYSTEM
from portal.tenants import commands, provisioning
from portal.tenants.states import StateForbids


@task()
def provision(tenant_id: int) -> None:
    """Run the steps of a provisioning that are left; does nothing while another worker runs one of them."""
    provisioning.run(tenant_id, by=SYSTEM)


def sweep() -> None:
    """Go on with provisionings that nobody works on: their worker was killed, their task was lost, or they stopped at
    a mail that has gone out since."""
    for tenant in provisioning.mailed():
        with suppress(StateForbids):  # an operator was faster
            commands.retry_provisioning(tenant, by=SYSTEM)
    for tenant_id in provisioning.abandoned():
        provision.enqueue(tenant_id)
