"""Registering a version, which locks its configuration, and deregistering it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.models import AppVersion, Registration, RegistrationState
from portal.cockpit.moves import locked, move
from portal.cockpit.registration import registrations
from portal.cockpit.states import Verb
from portal.errors import Refusal


class RoleOrScopeMissing(Refusal):
    """Nobody could be let in: people come in by a role, and a role lets in by a scope."""

    code = "app_role_missing"
    status = 409
    message = _("An application is registered with at least one scope and one role.")
    advice = _("Add what is missing under Roles and scopes.")


class NothingToRetry(Refusal):
    """The Hub was told, or is being told, or cannot be told."""

    code = "app_nothing_to_retry"
    status = 409
    message = _("There is nothing to try again: the Hub was told of this application, or is being told right now.")
    advice = _("Load the page of the application again: it shows what the Hub has.")


@transaction.atomic(durable=True)
def register(version: AppVersion, *, by: Actor) -> AppVersion:
    """Register a version: from now on its configuration is locked, and a release can be prepared.

    Where the Hub can be told by an API, the worker tells it right afterwards.
    Raises `portal.cockpit.states.StateForbids`, `RoleOrScopeMissing`.
    """
    version = locked(version)
    if version.is_editable and not (version.scopes and version.roles):
        raise RoleOrScopeMissing
    move(version, Verb.REGISTER, by=by)
    registrations.wish(version, is_wanted=True)
    told = events.AppRegistered(app=version.application.internal_name, version=version.version)
    record(told, by=by, subject=version.subject)
    return version


@transaction.atomic(durable=True)
def deregister(version: AppVersion, *, by: Actor) -> AppVersion:
    """Unlock the configuration of a version. What was written for its release is kept, but must be submitted anew.

    Raises `portal.cockpit.states.StateForbids`.
    """
    version = locked(version)
    move(version, Verb.DEREGISTER, by=by)
    registrations.wish(version, is_wanted=False)
    told = events.AppDeregistered(app=version.application.internal_name, version=version.version)
    record(told, by=by, subject=version.subject)
    return version


@transaction.atomic(durable=True)
def retry_registration(version: AppVersion, *, by: Actor) -> AppVersion:
    """Let the worker tell the Hub once more what it could not: that a version is registered, or not any more.

    Also for what was registered here before the Hub could be told. Raises `NothingToRetry`.
    """
    version = locked(version)
    row = Registration.objects.filter(version=version).first()
    is_untold = row is None and not version.is_editable
    if not (is_untold or (row is not None and row.state == RegistrationState.FAILED)):
        raise NothingToRetry
    if not registrations.wish(version, is_wanted=not version.is_editable):
        raise NothingToRetry
    told = events.AppHubRetried(app=version.application.internal_name, version=version.version)
    record(told, by=by, subject=version.subject)
    return version
