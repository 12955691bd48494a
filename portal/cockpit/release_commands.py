"""A release: prepared, submitted, withdrawn. Who approves it is in `approval_commands`."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events, gate
from portal.cockpit.models import AppVersion, CheckReason
from portal.cockpit.moves import locked, move
from portal.cockpit.run_commands import run_after
from portal.cockpit.states import AppState, Verb, target_of
from portal.errors import Refusal

RELEASE_FIELDS = ("release_description", "health_component", "health_path", "credentials")


class ReleaseIncomplete(Refusal):
    """Whoever approves it could not know what it is or whether it is alive."""

    code = "release_incomplete"
    status = 409
    message = _("A release has a description and a health endpoint at one of its components.")
    advice = _("Write what is missing under “Change the release”.")


@transaction.atomic(durable=True)
def prepare_release(version: AppVersion, *, by: Actor, **told: str) -> AppVersion:
    """Write RELEASE_FIELDS of a registered version. The first time begins its preparation; nobody is told yet.

    Raises `portal.cockpit.states.StateForbids`.
    """
    version = locked(version)
    begins = version.state != AppState.PREPARATION
    if begins:
        move(version, Verb.PREPARE, by=by)
    changed = [name for name in RELEASE_FIELDS if name in told and getattr(version, name) != told[name]]
    for name in changed:
        setattr(version, name, told[name])
    if changed:
        version.save(update_fields=changed)
        run_after(version, CheckReason.CHANGE, by=by)
    if begins or changed:
        prepared = events.ReleasePrepared(
            app=version.application.internal_name, version=version.version, fields=", ".join(changed)
        )
        record(prepared, by=by, subject=version.subject)
    return version


@transaction.atomic(durable=True)
def submit_release(version: AppVersion, *, by: Actor) -> AppVersion:
    """Put a prepared release before the developer admins. Until one decides, it cannot be changed, only withdrawn.

    Raises `portal.cockpit.states.StateForbids`, `ReleaseIncomplete`, `portal.cockpit.gate.NotChecked`,
    `portal.cockpit.gate.Blocked`.
    """
    version = locked(version)
    if version.state == AppState.PREPARATION and not (version.release_description and version.health_url):
        raise ReleaseIncomplete
    target_of(version.state, Verb.SUBMIT)
    gate.check_passable(version)
    move(version, Verb.SUBMIT, by=by)
    submitted = events.ReleaseSubmitted(
        app=version.application.internal_name,
        version=version.version,
        health_url=version.health_url,
        credentials=version.credentials,
    )
    record(submitted, by=by, subject=version.subject)
    return version


@transaction.atomic(durable=True)
def withdraw_release(version: AppVersion, *, by: Actor) -> AppVersion:
    """Take a release back before anybody decided, to change it. Raises `portal.cockpit.states.StateForbids`."""
    version = locked(version)
    move(version, Verb.WITHDRAW, by=by)
    withdrawn = events.ReleaseWithdrawn(app=version.application.internal_name, version=version.version)
    record(withdrawn, by=by, subject=version.subject)
    return version
