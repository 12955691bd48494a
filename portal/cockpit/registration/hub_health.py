"""Telling the Hub how a released application is: its tile on the Launchpad says so.

Whoever may have changed the health calls `tell_after` in the same transaction. A worker claims that, compares the
health as it is then with what the Hub was told last, and calls the Hub, outside of any transaction, only if it differs
or the Hub would soon call it unknown. A worker that is killed leaves its claim behind, and another one goes on.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.actor import SYSTEM
from portal.audit.commands import record
from portal.audit.events import Outcome
from portal.cockpit import events
from portal.cockpit.models import AppVersion, Health, Registration, RegistrationState
from portal.cockpit.queries import with_health
from portal.cockpit.registration.retries import retry_at
from portal.cockpit.states import AppState
from portal.cockpit.watching.watched import stale_after, worst
from portal.errors import InternalError, Refusal
from portal.hub import environments
from portal.hub.registrar import Registrar
from portal.keys.upstream import upstream_credential
from portal.scoping import tenant_scope

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
# What waits so long has lost its task.
QUIET = timedelta(seconds=30)
# The words of the Hub's health endpoints.
COLOURS = {Health.OK: "green", Health.WARN: "yellow", Health.BAD: "red", Health.UNKNOWN: "unknown"}


def tell_after(version: AppVersion) -> None:
    """Let the worker look, after the commit, whether the Hub is to be told, if it has the version."""
    from portal.cockpit.tasks import tell_health  # it imports this module

    rows = Registration.objects.filter(version=version, is_wanted=True, state=RegistrationState.DONE)
    if rows.update(health_due_at=timezone.now(), health_attempts=0):
        transaction.on_commit(lambda: tell_health.enqueue(version.tenant_id, version.pk), robust=True)


def due() -> list[tuple[int, int]]:
    """Tenant and version of what a worker left behind, what was never begun, and what is to be tried again."""
    late = Registration.all_tenants.filter(health_due_at__lt=timezone.now() - QUIET)
    return list(late.order_by("pk").values_list("tenant_id", "version_id"))


def run(tenant_id: int, version_id: int) -> None:
    """Tell the Hub until it knows how the version is, a call fails, or another worker is at it."""
    with tenant_scope(tenant_id):
        while (row := _claim(version_id)) is not None:
            try:
                told = _tell(row)
            except Refusal as refusal:
                _fail(row, refusal)
            except Exception:
                # The outer edge of a task: the next look tells it again.
                logger.exception("Telling the Hub of an application's health failed")
                _fail(row, InternalError())
            else:
                _finish(row, told)


def _tell(row: Registration) -> tuple[Health, datetime] | None:
    """Call the Hub if there is something new to know; what it was told, and as of when."""
    ready = AppVersion.objects.filter(pk=row.version_id, state=AppState.READY)
    found = with_health(ready).defer("icon", "screenshot").first()
    seen = found.__dict__ if found else {}
    if not seen.get("looked_at"):
        return None
    health, at = Health(worst(seen["looked_health"], seen["has_blocking"], seen["has_warning"])), seen["looked_at"]
    # Half of the time for which the last word holds is left for looks that come late.
    is_fresh = row.told_health_at is not None and at < row.told_health_at + stale_after() / 2
    if health == row.told_health and is_fresh:
        return None
    version = row.version
    known = environments.environment(version.tenant.environment)
    Registrar(known, upstream_credential(version.tenant)).tell_health(
        version.application.internal_name, version.version, COLOURS[health], seen_at=at, holds_until=at + stale_after()
    )
    return health, at


@transaction.atomic(durable=True)
def _claim(version_id: int) -> Registration | None:
    """What is to be told, claimed for this worker; None when there is nothing, or another one is at it."""
    rows = Registration.objects.select_for_update(of=("self",)).filter(version_id=version_id)
    rows = rows.select_related("version__application", "version__tenant")
    row = rows.defer("version__icon", "version__screenshot").first()
    now = timezone.now()
    if row is None or row.health_due_at is None or row.health_due_at > now:
        return None
    row.health_due_at = now + LEASE
    row.save(update_fields=["health_due_at"])
    return row


@transaction.atomic(durable=True)
def _finish(row: Registration, told: tuple[Health, datetime] | None) -> None:
    written = {"told_health": told[0], "told_health_at": told[1]} if told else {}
    if _held(row).update(health_due_at=None, health_attempts=0, **written):
        if told and told[0] != row.told_health:
            version = row.version
            kind = events.AppHealthTold(
                app=version.application.internal_name, version=version.version, health=told[0].value
            )
            record(kind, by=SYSTEM, subject=version.subject)
    elif told:
        # Somebody else was faster, or slower: what the Hub heard last, it is told once more.
        Registration.objects.filter(pk=row.pk).update(health_due_at=timezone.now(), told_health="")


@transaction.atomic(durable=True)
def _fail(row: Registration, refusal: Refusal) -> None:
    version, failures = row.version, row.health_attempts + 1
    # The first failure of a series is recorded, not each.
    if _held(row).update(health_due_at=retry_at(refusal, failures), health_attempts=failures) and failures == 1:
        told = events.AppHealthUntold(
            app=version.application.internal_name, version=version.version, reason=refusal.code
        )
        record(told, by=SYSTEM, outcome=Outcome.ERROR, subject=version.subject)


def _held(row: Registration) -> QuerySet[Registration]:
    """The claim, unless it was lost: the health changed meanwhile, or the worker was taken for dead."""
    return Registration.objects.filter(pk=row.pk, health_due_at=row.health_due_at)
