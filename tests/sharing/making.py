"""Collaborations to play with."""

from __future__ import annotations

from datetime import date
from typing import Any

from assets_app.sharing import commands
from assets_app.sharing.models import Collaboration
from assets_app.sharing.notice import notice
from portal.actor import SYSTEM, Actor, ActorKind
from portal.audit.models import AuditRecord
from portal.identity.models import User
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant


def person(user: User) -> Actor:
    """This user, as a request makes the actor."""
    return Actor(ActorKind.PERSON, user.subject, user.name, "203.0.113.7", "Firefox", "request-1")


def make_offer(
    tenant: Tenant, to: Tenant, *, by: Actor = SYSTEM, message: str = "Pumps of line 4", agreed_end: date | None = None
) -> Collaboration:
    """An offer of one tenant to another."""
    with tenant_scope(tenant.pk):
        return commands.offer_collaboration(
            name=to.name, message=message, agreed_end=agreed_end, notice=notice(), by=by
        )


def accept(collaboration: Collaboration, *, by: Actor = SYSTEM) -> Collaboration:
    """Its receiver accepts it."""
    with tenant_scope(collaboration.receiver_id):
        return commands.accept_collaboration(collaboration, by=by)


def make_accepted(tenant: Tenant, to: Tenant, **told: Any) -> Collaboration:
    """A collaboration that both have agreed on."""
    return accept(make_offer(tenant, to, **told))


def again(collaboration: Collaboration) -> Collaboration:
    """The collaboration as the database has it now."""
    return Collaboration.all_tenants.select_related("tenant", "receiver").get(pk=collaboration.pk)


def log_of(tenant: Tenant, prefix: str = "collaboration.") -> list[tuple[str, str]]:
    """What this tenant's log tells of collaborations, oldest first: the event, and who."""
    rows = AuditRecord.all_tenants.filter(tenant=tenant, name__startswith=prefix).order_by("index")
    return [(row.name.removeprefix(prefix), row.actor_name) for row in rows]
