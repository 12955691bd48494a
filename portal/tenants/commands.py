"""What the operator and a tenant's admins do with a tenant as a whole. Members are in `member_commands`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record
from portal.audit.events import Event
from portal.errors import Refusal
from portal.hub.environments import environment
from portal.notify import mails
from portal.notify.models import OutgoingMail
from portal.scoping import tenant_scope
from portal.tenants import contacts, events, invitation_commands, provisioning, tasks
from portal.tenants.member_commands import SecondAdminMissing
from portal.tenants.models import Membership, Package, ProvisioningStep, StepState, Tenant
from portal.tenants.states import StateForbids, TenantState, Verb, target_of

# What an order says and its correction may change; the name is that of the tenant for good.
ORDER_FIELDS = (
    "display_name",
    "company_name",
    "company_domain",
    "environment",
    "numeric_id",
    "package",
    "first_admin_email",
    "first_admin_language",
)
# What a tenant's own admins set.
SETTINGS_FIELDS = ("display_name", "contact_email", "security_email", "key_max_days", "key_approval")


class TenantIsOperators(Refusal):
    """Without this tenant nobody could operate the portal any more."""

    code = "tenant_is_operators"
    status = 409
    message = _("This tenant's people operate the portal, so it cannot be suspended.")
    advice = _("Name another tenant in OPERATOR_TENANTS first.")


def add_order(*, name: str, by: Actor, **told: Any) -> Tenant:
    """Order a tenant: its name is taken from now on. Part of the transaction of `portal.ops.orders`.

    `told` are ORDER_FIELDS. Raises `ValidationError` for what cannot be, `UnknownEnvironment`, `NumericIdMissing`.
    """
    environment(told["environment"]).identity_of(name, told["numeric_id"])  # its people must be able to sign in
    tenant = Tenant(name=name, **told)
    tenant.full_clean()
    _save_unique(tenant)
    with tenant_scope(tenant.pk):
        provisioning.add_steps()
        ordered = events.TenantOrdered(
            tenant=name,
            display_name=tenant.display_name,
            environment=tenant.environment,
            package=tenant.package,
            first_admin=tenant.first_admin_email,
        )
        record(ordered, by=by, subject=tenant.subject)
    return tenant


def start_provisioning(tenant: Tenant) -> None:
    """Let the worker run the steps of the provisioning that are left. Nothing happens to a tenant that is active."""
    tasks.provision.enqueue(tenant.pk)


def change_order(tenant: Tenant, *, with_credential: bool, by: Actor, **told: Any) -> Tenant:
    """Change an order whose provisioning is not finished; part of the transaction of `portal.ops.orders`.

    All steps run again, because they looked at what was wrong; who was to be first admin before is not invited any
    more. Raises `ValidationError`, `UnknownEnvironment`,
    `NumericIdMissing`, `StateForbids` once the tenant is active, `StepRunning`.
    """
    tenant = Tenant.locked(tenant.pk)
    with tenant_scope(tenant.pk):
        if not tenant.is_open:
            raise StateForbids
        provisioning.check_idle()
        environment(told["environment"]).identity_of(tenant.name, told["numeric_id"])
        invitation_commands.take_back_mails(tenant.first_admin_email)
        if told["first_admin_email"] != tenant.first_admin_email:
            invitation_commands.put_away_invitation(tenant.first_admin_email)
        changed = _assign(tenant, told, ORDER_FIELDS)
        tenant.full_clean()
        _save_unique(tenant)
        ProvisioningStep.objects.update(state=StepState.WAITING, reason="", detail="")
        changed += ["credential"] if with_credential else []
        record(events.OrderCorrected(fields=", ".join(changed)), by=by, subject=tenant.subject)
    return tenant


@transaction.atomic(durable=True)
def retry_provisioning(tenant: Tenant, *, by: Actor) -> None:
    """Let the failed step run again, and those after it. Raises `StateForbids` when none has failed."""
    tenant = Tenant.locked(tenant.pk)
    with tenant_scope(tenant.pk):
        step = ProvisioningStep.objects.filter(state=StepState.FAILED).first()
        if step is None or not tenant.is_open:
            raise StateForbids
        step.state, step.reason, step.detail = StepState.WAITING, "", ""
        step.save()
        record(events.StepRetried(step=step.name), by=by, subject=tenant.subject)
    transaction.on_commit(lambda: start_provisioning(tenant), robust=True)


@transaction.atomic(durable=True)
def cancel_order(tenant: Tenant, *, by: Actor) -> None:
    """Give up an order that never became active: its invitations open nothing, its name stays taken.

    Nothing at the Hub changes. Raises `StateForbids`, `StepRunning`.
    """
    tenant = _moved(tenant, Verb.CANCEL)
    with tenant_scope(tenant.pk):
        provisioning.check_idle()
        invitation_commands.put_away_invitation(tenant.first_admin_email)
    _record_in(tenant, events.OrderCancelled(tenant=tenant.name), by)


@transaction.atomic(durable=True)
def suspend_tenant(tenant: Tenant, *, reason: str, by: Actor) -> None:
    """Stop a tenant: with their next call its keys get nothing, and its people see the reason instead of its pages.

    Raises `TenantIsOperators`, `StateForbids`.
    """
    if _operates_the_portal(tenant):
        raise TenantIsOperators
    tenant = _moved(tenant, Verb.SUSPEND, reason)
    _tell(tenant, "suspended", mails.tenant_suspended, reason=reason)
    _record_in(tenant, events.TenantSuspended(why=reason), by)


@transaction.atomic(durable=True)
def resume_tenant(tenant: Tenant, *, by: Actor) -> None:
    """Let a suspended tenant go on where it stopped: keys, members and settings are what they were."""
    tenant = _moved(tenant, Verb.RESUME)
    _tell(tenant, "resumed", mails.tenant_resumed)
    _record_in(tenant, events.TenantResumed(tenant=tenant.name), by)


@transaction.atomic(durable=True)
def archive_tenant(tenant: Tenant, *, by: Actor) -> None:
    """End a suspended tenant for good. Nobody sees its pages any more; its audit log stays, its name stays taken."""
    tenant = _moved(tenant, Verb.ARCHIVE)
    _record_in(tenant, events.TenantArchived(tenant=tenant.name), by)


@transaction.atomic(durable=True)
def change_package(tenant: Tenant, *, package: Package, by: Actor) -> None:
    """Give the tenant another package. Its quotas hold from the next request on; what is over a smaller one stays.

    Raises `StateForbids` for one that is archived.
    """
    tenant = Tenant.locked(tenant.pk)
    if tenant.state == TenantState.ARCHIVED:
        raise StateForbids
    if tenant.package == package:
        return
    before, tenant.package = tenant.package, package
    tenant.save(update_fields=["package"])
    _record_in(tenant, events.PackageChanged(package=package.value, before=before), by)


@transaction.atomic(durable=True)
def change_settings(tenant: Tenant, *, by: Actor, **told: Any) -> None:
    """Change what the tenant's admins decide: SETTINGS_FIELDS. A key policy holds for keys made from now on.

    Raises `SecondAdminMissing`.
    """
    tenant = Tenant.locked(tenant.pk)
    changed = _assign(tenant, told, SETTINGS_FIELDS)
    if not changed:
        return
    if "key_approval" in changed and tenant.key_approval:
        _check_two_admins(tenant)
    tenant.clean_fields(exclude=[field.name for field in Tenant._meta.fields if field.name not in changed])
    tenant.save(update_fields=changed)
    _record_in(tenant, events.SettingsChanged(fields=", ".join(changed)), by)


@transaction.atomic(durable=True)
def end_sessions(tenant: Tenant, *, by: Actor) -> None:
    """Ask everybody to sign in again before the next page of this tenant, whoever asks for it included."""
    tenant = Tenant.locked(tenant.pk)
    tenant.sessions_ended_at = timezone.now()
    tenant.save(update_fields=["sessions_ended_at"])
    _record_in(tenant, events.SessionsEnded(tenant=tenant.name), by)


def _save_unique(tenant: Tenant) -> None:
    """Save what was checked; somebody may have been a moment faster."""
    try:
        with transaction.atomic():
            tenant.save()
    except IntegrityError:
        raise ValidationError(_("Another tenant has just taken this name or numeric id.")) from None


def _check_two_admins(tenant: Tenant) -> None:
    # Under the tenant's lock, which whoever takes an admin away holds as well.
    with tenant_scope(tenant.pk):
        if len(Membership.admins()) < 2:
            raise SecondAdminMissing


def _operates_the_portal(tenant: Tenant) -> bool:
    place = environment(settings.OIDC_ENVIRONMENT)
    return tenant.environment == place.name and getattr(tenant, place.tenant_key) in settings.OPERATOR_TENANTS


def _moved(tenant: Tenant, verb: str, reason: str = "") -> Tenant:
    tenant = Tenant.locked(tenant.pk)
    tenant.state, tenant.state_since, tenant.state_reason = target_of(tenant.state, verb), timezone.now(), reason
    tenant.save(update_fields=["state", "state_since", "state_reason"])
    return tenant


def _record_in(tenant: Tenant, event: Event, by: Actor) -> None:
    with tenant_scope(tenant.pk):
        record(event, by=by, subject=tenant.subject)


def _assign(tenant: Tenant, told: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    """Set these fields to what was told; the names of those that changed."""
    changed = [name for name in names if name in told and getattr(tenant, name) != told[name]]
    for name in changed:
        setattr(tenant, name, told[name])
    return changed


def _tell(tenant: Tenant, what: str, mail: Callable[..., OutgoingMail], **told: str) -> None:
    with tenant_scope(tenant.pk):
        recipients = contacts.of_tenant(tenant)
    for recipient in recipients:
        with mails.best_effort():
            mail(
                key=f"{what}:{tenant.pk}:{tenant.state_since.isoformat()}:{recipient.digest}",
                to=recipient.email,
                language=recipient.language,
                name=tenant.name,
                display_name=tenant.display_name,
                **told,
            )
