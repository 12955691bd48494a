"""Provisioning: the steps between an order and an active tenant, run one after the other in the background.

Each step is claimed under the tenant's lock for PROVISIONING_LEASE seconds, run outside of any transaction, and only
then marked. A worker that is killed leaves its claim behind; once that has run out, `abandoned` names the tenant and
the step runs again. So a step must bear to run twice.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record
from portal.audit.events import Outcome
from portal.errors import InternalError, Refusal
from portal.notify.models import MailState, OutgoingMail
from portal.scoping import tenant_scope
from portal.tenants import events
from portal.tenants.models import Invitation, ProvisioningStep, StepName, StepState, Tenant
from portal.tenants.states import TenantState, Verb, target_of
from portal.tenants.steps import STEPS

logger = logging.getLogger(__name__)


class StepRunning(Refusal):
    """The order cannot be changed while a step looks at it."""

    code = "provisioning_step_running"
    status = 409
    message = _("A step of the provisioning is running at this moment.")
    advice = _("Try again when it is over.")


def add_steps() -> None:
    """Write down what is to be done for the active tenant."""
    ProvisioningStep.objects.bulk_create(
        [ProvisioningStep(name=name, position=position) for position, name in enumerate(STEPS)]
    )


def check_idle() -> None:
    """Raises `StepRunning` while a worker is at one of the active tenant's steps."""
    if ProvisioningStep.objects.filter(state=StepState.RUNNING, lease_until__gt=timezone.now()).exists():
        raise StepRunning


def run(tenant_id: int, *, by: Actor) -> None:
    """Run the steps that are left until the tenant is active, a step fails, or another worker is at it."""
    with tenant_scope(tenant_id):
        while (step := _claim_next(tenant_id, by)) is not None:
            try:
                # Fetched for each step: the order may have been corrected meanwhile.
                STEPS[step.name].run(Tenant.objects.get(pk=tenant_id), by)
            except Refusal as refusal:
                _fail(step, refusal, by)
            except Exception:
                # The outer edge of a task: whatever went wrong, the operator sees that this step did.
                logger.exception("Step %s of a provisioning failed", step.name)
                _fail(step, InternalError(), by)
            else:
                _mark(step, StepState.DONE)


def mailed() -> list[Tenant]:
    """Tenants whose provisioning stopped at the welcome mail, which the worker delivered meanwhile."""
    stopped = ProvisioningStep.all_tenants.filter(name=StepName.MAIL, state=StepState.FAILED)
    waiting = stopped.filter(tenant__state=TenantState.PROVISIONING).select_related("tenant")
    return [step.tenant for step in waiting if _is_welcomed(step.tenant)]


def _is_welcomed(tenant: Tenant) -> bool:
    with tenant_scope(tenant.pk):
        invitation = (
            Invitation.objects.filter(email=tenant.first_admin_email, withdrawn_at=None).order_by("-pk").first()
        )
        key = invitation.welcome_key if invitation else ""
    return OutgoingMail.objects.filter(key=key, state=MailState.SENT).exists()


def abandoned() -> list[int]:
    """Tenants whose provisioning is neither finished nor failed, and that nobody works on."""
    now = timezone.now()
    open_tenants = Tenant.objects.filter(state__in=[TenantState.REQUESTED, TenantState.PROVISIONING])
    steps = ProvisioningStep.all_tenants.filter(tenant__in=open_tenants)
    held = steps.filter(Q(state=StepState.FAILED) | Q(state=StepState.RUNNING, lease_until__gt=now))
    # A task for it may just be on its way.
    quiet = now - timedelta(seconds=constants.PROVISIONING_LEASE)
    fresh = steps.filter(changed_at__gt=quiet)
    taken = held.values("tenant_id").union(fresh.values("tenant_id"))
    busy = {row["tenant_id"] for row in taken}
    return [pk for pk in open_tenants.order_by("pk").values_list("pk", flat=True) if pk not in busy]


@transaction.atomic(durable=True)
def _claim_next(tenant_id: int, by: Actor) -> ProvisioningStep | None:
    """The next step, claimed for this worker; None when there is nothing to do for it. Activates when all are done."""
    tenant = Tenant.locked(tenant_id)
    if not tenant.is_open:
        return None
    if tenant.state == TenantState.REQUESTED:
        _move(tenant, Verb.START)
    step = ProvisioningStep.objects.exclude(state=StepState.DONE).order_by("position").first()
    if step is None:
        _move(tenant, Verb.FINISH)
        record(events.TenantActivated(tenant=tenant.name), by=by, subject=tenant.subject)
        return None
    now = timezone.now()
    if step.state == StepState.FAILED or (step.lease_until and step.lease_until > now):
        return None
    step.state, step.attempts = StepState.RUNNING, step.attempts + 1
    step.lease_until = now + timedelta(seconds=constants.PROVISIONING_LEASE)
    step.save()
    return step


def _move(tenant: Tenant, verb: str) -> None:
    tenant.state, tenant.state_since = target_of(tenant.state, verb), timezone.now()
    tenant.save(update_fields=["state", "state_since"])


@transaction.atomic(durable=True)
def _fail(step: ProvisioningStep, refusal: Refusal, by: Actor) -> None:
    tenant = Tenant.locked(step.tenant_id)
    if _mark(step, StepState.FAILED, refusal.code, str(refusal.detail)):
        stopped = events.StepStopped(step=step.name, reason=refusal.code)
        record(stopped, by=by, outcome=Outcome.ERROR, subject=tenant.subject)


def _mark(step: ProvisioningStep, state: StepState, reason: str = "", detail: str = "") -> bool:
    """Write how the step ended, unless the claim was lost to another worker in the meantime."""
    claimed = ProvisioningStep.objects.filter(pk=step.pk, state=StepState.RUNNING, attempts=step.attempts)
    changed = claimed.update(
        state=state, reason=reason, detail=detail[:200], lease_until=None, changed_at=timezone.now()
    )
    return changed == 1
