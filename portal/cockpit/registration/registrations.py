"""Carrying to the Hub what was decided here: a version is registered, or not any more.

A command writes the wish in its own transaction; a worker claims it for LEASE, calls the Hub outside of any
transaction, and marks it. One worker at a time is at a version, so the last wish is also the last call. Both calls bear
repetition: a worker that is killed leaves its claim behind, and once that has run out, another one calls again.
"""

from __future__ import annotations

import base64
import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.actor import SYSTEM
from portal.audit.commands import record
from portal.audit.events import Event, Outcome
from portal.cockpit import events
from portal.cockpit.models import Application, AppVersion, Registration, RegistrationState
from portal.cockpit.registration import hub_health
from portal.cockpit.registration.retries import retry_at
from portal.errors import InternalError, Refusal
from portal.hub import environments
from portal.hub.registrar import Registrar
from portal.keys.upstream import upstream_credential
from portal.scoping import tenant_scope

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)


def registrar_of(version: AppVersion) -> environments.Environment | None:
    """The environment of the version's tenant, if applications can be registered there by an API."""
    known = environments.find(version.tenant.environment)
    return known if known is not None and known.registrar else None


def wish(version: AppVersion, *, is_wanted: bool) -> bool:
    """Write down what the Hub shall have of a version, which is locked, and let the worker tell it after the commit.

    Does nothing, and says so, where the Hub cannot be told, or has nothing to forget.
    """
    row = Registration.objects.select_for_update().filter(version=version).first()
    if registrar_of(version) is None or (row is None and not is_wanted):
        return False
    row = row or Registration(version=version, tenant_id=version.tenant_id, round=0)
    row.is_wanted, row.round = is_wanted, row.round + 1
    row.state, row.reason, row.detail, row.retry_at = RegistrationState.PENDING, "", "", None
    row.save()
    _enqueue_after_commit(version.tenant_id, version.pk)
    return True


def _enqueue_after_commit(tenant_id: int, version_id: int) -> None:
    from portal.cockpit.tasks import tell_hub  # it imports this module

    transaction.on_commit(lambda: tell_hub.enqueue(tenant_id, version_id), robust=True)


def run(tenant_id: int, version_id: int) -> None:
    """Tell the Hub until it knows the last wish, a call fails, or another worker is at it."""
    with tenant_scope(tenant_id):
        while (row := _claim(version_id)) is not None:
            try:
                _tell(row)
            except Refusal as refusal:
                _fail(row, refusal)
            except Exception:
                # The outer edge of a task: whatever went wrong, the developer sees that this did.
                logger.exception("Telling the Hub of an application failed")
                _fail(row, InternalError())
            else:
                _finish(row)


def due() -> list[tuple[int, int]]:
    """Tenant and version of what a worker left behind, what was never begun, and what is to be tried again."""
    now = timezone.now()
    left = Q(state=RegistrationState.PENDING) & (
        Q(lease_until__lt=now) | Q(lease_until=None, changed_at__lt=now - LEASE)
    )
    again = Q(state=RegistrationState.FAILED, retry_at__lte=now)
    return list(Registration.all_tenants.filter(left | again).order_by("pk").values_list("tenant_id", "version_id"))


def tell_anew() -> None:
    """Let the worker tell the Hub once more of what is registered in the active tenant: it has forgotten all."""
    there = Registration.objects.filter(is_wanted=True, state=RegistrationState.DONE)
    there.update(state=RegistrationState.PENDING, lease_until=None, changed_at=timezone.now() - LEASE)


def told_of(version: AppVersion) -> dict[str, Any]:
    """What the Hub is told of a version."""
    app = version.application.internal_name
    return {
        "version": version.version,
        "displayName": version.display_name,
        "icon": base64.b64encode(bytes(version.icon)).decode() if version.icon else None,
        "components": [
            {"name": part.name, "url": part.url, "endpoints": part.endpoints} for part in version.component_list
        ],
        "contentSecurityPolicy": version.content_security_policy,
        "cacheControl": version.cache_control,
        "scopes": version.full_scopes,
        "roles": [
            {
                "name": role.name,
                "scopes": [f"{app}.{scope}" for scope in role.scopes],
                "coreRoles": role.core_roles,
            }
            for role in version.role_list
        ],
    }


def _tell(row: Registration) -> None:
    version = row.version
    known = environments.environment(version.tenant.environment)
    registrar = Registrar(known, upstream_credential(version.tenant))
    if row.is_wanted:
        registrar.register(version.application.internal_name, told_of(version))
    else:
        registrar.remove(version.application.internal_name, version.version)


@transaction.atomic(durable=True)
def _claim(version_id: int) -> Registration | None:
    """What is to be told of a version, claimed for this worker; None when there is nothing to do for it."""
    row = _locked(version_id)
    now = timezone.now()
    if row is None:
        return None
    is_due = row.state == RegistrationState.PENDING or (
        row.state == RegistrationState.FAILED and row.retry_at is not None and row.retry_at <= now
    )
    if not is_due or (row.lease_until is not None and row.lease_until > now):
        return None
    row.state, row.attempts, row.lease_until, row.retry_at = (
        RegistrationState.PENDING,
        row.attempts + 1,
        now + LEASE,
        None,
    )
    row.save()
    return row


@transaction.atomic(durable=True)
def _finish(row: Registration) -> None:
    # Two versions of one application end one after the other: each may replace the other one.
    Application.objects.select_for_update().get(pk=row.version.application_id)
    # A new registration has no health yet.
    is_last = _release(row, RegistrationState.DONE, told_health="", told_health_at=None, health_due_at=None)
    if is_last and row.is_wanted:
        hub_health.tell_after(row.version)
        others = Registration.objects.filter(version__application=row.version.application_id).exclude(pk=row.pk)
        others.filter(is_wanted=True, state=RegistrationState.DONE).update(state=RegistrationState.REPLACED)
    kind = events.AppHubRegistered if row.is_wanted else events.AppHubRemoved
    _record(row, kind(app=row.version.application.internal_name, version=row.version.version))


@transaction.atomic(durable=True)
def _fail(row: Registration, refusal: Refusal) -> None:
    _release(
        row,
        RegistrationState.FAILED,
        reason=refusal.code,
        detail=str(refusal.detail)[:200],
        retry_at=retry_at(refusal, row.attempts),
    )
    told = events.AppHubFailed(
        app=row.version.application.internal_name, version=row.version.version, reason=refusal.code
    )
    _record(row, told, Outcome.ERROR)


def _release(row: Registration, state: RegistrationState, **told: Any) -> bool:
    """Give the claim back and write how it ended; says whether that was the end of the last wish.

    Another wish meanwhile stays to be told. A claim that was lost to another worker changes nothing.
    """
    held = Registration.objects.filter(pk=row.pk, attempts=row.attempts)
    if held.filter(round=row.round).update(state=state, lease_until=None, changed_at=timezone.now(), **told):
        return True
    held.update(lease_until=None, changed_at=timezone.now())
    return False


def _record(row: Registration, told: Event, outcome: Outcome = Outcome.OK) -> None:
    record(told, by=SYSTEM, outcome=outcome, subject=row.version.subject)


def _locked(version_id: int) -> Registration | None:
    rows = Registration.objects.select_for_update(of=("self",)).filter(version_id=version_id)
    return rows.select_related("version__application", "version__tenant").first()
