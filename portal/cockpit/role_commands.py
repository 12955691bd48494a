"""Scopes and roles of a version: what its endpoints ask for, and who gets it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy

from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.commands import editable
from portal.cockpit.models import AppRole, AppVersion, CheckReason, as_json
from portal.cockpit.readiness.commands import run_after
from portal.errors import Refusal


class RolesChangedMeanwhile(Refusal):
    """Names and matrix are saved as a whole, so the last save would win over all that was saved before."""

    code = "app_roles_changed"
    status = 409
    message = gettext_lazy("Somebody else changed scopes or roles meanwhile. Nothing was saved.")
    advice = gettext_lazy(
        "What you sent is below, with what is saved now where it differs. Save again if yours is right."
    )


@transaction.atomic(durable=True)
def name_roles(version: AppVersion, *, scopes: list[str], roles: list[str], seen: str, by: Actor) -> AppVersion:
    """Set which scopes and roles there are. Who stays keeps what it gives; a new role gives nothing yet.

    `seen` as in `give_scopes`. Raises `RolesChangedMeanwhile`, `portal.cockpit.commands.ConfigurationLocked`.
    """
    version = editable(version)
    if version.roles_digest != seen:
        raise RolesChangedMeanwhile
    held = {role.name: role for role in version.role_list}
    named = [held.get(name, AppRole(name, [], [])) for name in roles]
    return _save(version, scopes, named, by)


@transaction.atomic(durable=True)
def give_scopes(version: AppVersion, *, roles: list[AppRole], seen: str, by: Actor) -> AppVersion:
    """Set what each role gives. People who have it get that with their next sign-in after the registration.

    `seen` is the `roles_digest` of what was on the page: what somebody else saved meanwhile is not undone unseen.
    Raises `RolesChangedMeanwhile`, `portal.cockpit.commands.ConfigurationLocked`.
    """
    version = editable(version)
    if version.roles_digest != seen:
        raise RolesChangedMeanwhile
    told = {role.name: role for role in roles}
    return _save(version, version.scopes, [told.get(held.name, held) for held in version.role_list], by)


def _save(version: AppVersion, scopes: list[str], roles: list[AppRole], by: Actor) -> AppVersion:
    kept = [AppRole(role.name, [one for one in scopes if one in role.scopes], role.core_roles) for role in roles]
    if (scopes, as_json(kept)) == (version.scopes, version.roles):
        return version
    version.scopes, version.roles = scopes, as_json(kept)
    version.save(update_fields=["scopes", "roles"])
    run_after(version, CheckReason.CHANGE, by=by)
    changed = events.RolesChanged(
        app=version.application.internal_name,
        version=version.version,
        scopes=", ".join(scopes),
        roles="; ".join(f"{role.name}: {', '.join(role.scopes + role.core_roles)}" for role in kept),
    )
    record(changed, by=by, subject=version.subject)
    return version
