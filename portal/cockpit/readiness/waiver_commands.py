"""Accepting what a check of warning severity finds, with a reason and until a day; and no longer accepting it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.checks.catalogue import BY_ID
from portal.cockpit.checks.check import Severity
from portal.cockpit.models import AppVersion, Waiver
from portal.cockpit.moves import locked
from portal.cockpit.states import AppState, StateForbids
from portal.errors import NotFound, Refusal

# Who approves and who checks decides about what was submitted, with the waivers that it had then.
WAIVABLE = frozenset({AppState.IN_DEVELOPMENT, AppState.REGISTERED, AppState.PREPARATION, AppState.REMEDIATION})
MOST_DAYS = 180


class NotWaivable(Refusal):
    """What blocks is put right, and a hint needs no reason."""

    code = "finding_not_waivable"
    status = 409
    message = _("Only findings that warn can be accepted with a reason.")
    advice = _("What blocks a release has to be put right; a hint needs no reason.")


@transaction.atomic(durable=True)
def waive(version: AppVersion, check_id: str, *, reason: str, ends_on: date, by: Actor) -> Waiver:
    """Accept what this check finds at this version until a day. Approver and operator see the reason beside it.

    It takes the place of an earlier one. Raises `NotFound` for an unknown check, `NotWaivable`,
    `portal.cockpit.states.StateForbids`.
    """
    version = _open(version)
    if check_id not in BY_ID:
        raise NotFound
    if BY_ID[check_id].severity is not Severity.WARNING:
        raise NotWaivable
    Waiver.objects.filter(version=version, check_id=check_id, withdrawn_at=None).update(withdrawn_at=timezone.now())
    waiver = Waiver(
        version=version,
        tenant_id=version.tenant_id,
        check_id=check_id,
        reason=reason,
        ends_on=ends_on,
        by_id=by.id,
        by_name=by.name,
    )
    waiver.save()
    told = {"app": version.application.internal_name, "version": version.version, "check": check_id}
    record(events.FindingWaived(**told, until=ends_on.isoformat()), by=by, subject=version.subject)
    return waiver


@transaction.atomic(durable=True)
def withdraw_waiver(version: AppVersion, check_id: str, *, by: Actor) -> None:
    """No longer accept what this check finds: it stands there as a warning again.

    Raises `NotFound`, `portal.cockpit.states.StateForbids`.
    """
    version = _open(version)
    now = timezone.now()
    if not Waiver.objects.filter(version=version, check_id=check_id, withdrawn_at=None).update(withdrawn_at=now):
        raise NotFound
    told = {"app": version.application.internal_name, "version": version.version, "check": check_id}
    record(events.WaiverWithdrawn(**told), by=by, subject=version.subject)


def _open(version: AppVersion) -> AppVersion:
    version = locked(version)
    if version.state not in WAIVABLE:
        raise StateForbids
    return version
