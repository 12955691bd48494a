"""Tenants and the steps of their provisioning as the operator's pages show them."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.errors import InternalError, refusal_of
from portal.hub.environments import label_of
from portal.hub.errors import (
    HubCredentialRefused,
    HubError,
    HubRefused,
    HubTimeout,
    HubUnavailable,
    NoHubCredential,
)
from portal.lib.badge import Badge
from portal.tenants.models import ProvisioningStep, StepName, StepState, Tenant
from portal.tenants.states import TenantState
from portal.tenants.steps import STEPS, NoUsableKey

STATE_BADGES = {
    TenantState.REQUESTED: Badge("wait", "inbox", TenantState.REQUESTED.label),
    TenantState.PROVISIONING: Badge("wait", "loader", TenantState.PROVISIONING.label),
    TenantState.ACTIVE: Badge("ok", "check", TenantState.ACTIVE.label),
    TenantState.SUSPENDED: Badge("warn", "circle-pause", TenantState.SUSPENDED.label),
    TenantState.ARCHIVED: Badge("muted", "archive", TenantState.ARCHIVED.label),
}
STEP_BADGES = {
    StepState.WAITING: Badge("muted", "circle", StepState.WAITING.label),
    StepState.RUNNING: Badge("wait", "loader", StepState.RUNNING.label),
    StepState.DONE: Badge("ok", "circle-check", StepState.DONE.label),
    StepState.FAILED: Badge("bad", "circle-x", StepState.FAILED.label),
}


def tenant_facts(tenant: Tenant) -> dict[str, Any]:
    """What the list and the page of a tenant say about it."""
    return {
        "name": tenant.name,
        "numeric_id": tenant.numeric_id,
        "display_name": tenant.display_name,
        "company_name": tenant.company_name,
        "company_domain": tenant.company_domain,
        "environment_label": label_of(tenant.environment),
        "package": tenant.package,
        "state": STATE_BADGES[TenantState(tenant.state)],
        "state_since": tenant.state_since,
        "state_reason": tenant.state_reason,
        "first_admin_email": tenant.first_admin_email,
        "contact_email": tenant.contact_email,
        "security_email": tenant.security_email,
        "created_at": tenant.created_at,
        "is_active": tenant.state == TenantState.ACTIVE,
    }


def shown_steps() -> list[dict[str, Any]]:
    """The steps of the active tenant's provisioning, in their order; none for a tenant that never had any."""
    return [_shown(step) for step in ProvisioningStep.objects.order_by("position")]


def _shown(step: ProvisioningStep) -> dict[str, Any]:
    failed = step.state == StepState.FAILED
    refusal = refusal_of(step.reason)
    # These advise somebody else: a tenant's admin, or whoever waits for a page.
    if issubclass(refusal, HubCredentialRefused | NoHubCredential):
        advice: str | Promise = _("Correct the order with a clientID and clientSecret that the Hub accepts.")
    elif refusal in {HubError, HubUnavailable, HubTimeout, HubRefused, InternalError, NoUsableKey}:
        advice = _("Let the step run again. If it fails again, the log of the worker has the cause.")
    else:
        advice = refusal.advice
    return {
        "name": step.name,
        "label": StepName(step.name).label,
        "explanation": STEPS[step.name].explanation,
        "badge": STEP_BADGES[StepState(step.state)],
        "done": step.state == StepState.DONE,
        "failed": failed,
        "message": refusal.message if failed else "",
        "advice": advice if failed else "",
        "detail": step.detail,
        "code": step.reason,
        "attempts": step.attempts,
        "changed_at": step.changed_at if step.attempts else None,
    }
