"""Registering a version, which locks its configuration, and deregistering it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.models import AppVersion
from portal.cockpit.moves import locked, move
from portal.cockpit.states import Verb
from portal.errors import Refusal


class RoleOrScopeMissing(Refusal):
    """Nobody could be let in: people come in by a role, and a role lets in by a scope."""

    code = "app_role_missing"
    status = 409
    message = _("An application is registered with at least one scope and one role.")
    advice = _("Add what is missing under Roles and scopes.")


@transaction.atomic(durable=True)
def register(version: AppVersion, *, by: Actor) -> AppVersion:
    """Register a version: from now on its configuration is locked, and a release can be prepared.

    Raises `portal.cockpit.states.StateForbids`, `RoleOrScopeMissing`.
    """
    version = locked(version)
    if version.is_editable and not (version.scopes and version.roles):
        raise RoleOrScopeMissing
    move(version, Verb.REGISTER, by=by)
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
    told = events.AppDeregistered(app=version.application.internal_name, version=version.version)
    record(told, by=by, subject=version.subject)
    return version
