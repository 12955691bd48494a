"""The one place where a collaboration goes from one state to another, and where both logs hear of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils import timezone

from assets_app.sharing.models import Collaboration
from assets_app.sharing.queries import of_both
from assets_app.sharing.states import Side, target_of
from portal.actor import Actor, ActorKind
from portal.audit.commands import record
from portal.audit.events import Event
from portal.errors import NotFound
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant

PROPOSAL = ("proposed_end", "proposed_by")


def locked(collaboration: Collaboration) -> Collaboration:
    """The collaboration as it is now, under its lock, read by the active tenant; for commands. Raises `NotFound`."""
    found = of_both().select_for_update(no_key=True, of=("self",)).filter(pk=collaboration.pk).first()
    if found is None:
        raise NotFound
    return found


def move(collaboration: Collaboration, verb: str, side: Side, *, reason: str = "") -> None:
    """Take the collaboration, which is `locked`, a step on, and put away what was proposed. Raises `StateForbids`.

    The caller records the event, after all writes.
    """
    collaboration.state = target_of(collaboration.state, verb, side)
    collaboration.state_since, collaboration.reason = timezone.now(), reason
    collaboration.proposed_end, collaboration.proposed_by = None, ""
    write(collaboration, ["state", "state_since", "reason", *PROPOSAL])


def write(collaboration: Collaboration, fields: Iterable[str]) -> None:
    """Save these fields. The row is the offerer's, whichever side acts."""
    with tenant_scope(collaboration.tenant_id):
        collaboration.save(update_fields=list(fields))


def record_in_both(
    collaboration: Collaboration, kind: Callable[..., Event], *, by: Actor, side: Side, **told: Any
) -> None:
    """Tell the logs of both tenants: that of the acting side with the person, the other one with the tenant alone.

    Take it last. Both heads are locked, always in the order of the tenants' ids: two acts of the same pair, or of pairs
    that share a tenant, never wait for each other in a circle.
    """
    offerer, receiver = collaboration.tenant, collaboration.receiver
    acting = {Side.OFFERER: offerer, Side.RECEIVER: receiver}.get(side)
    event = kind(offerer=offerer.name, receiver=receiver.name, **told)
    for tenant in sorted((offerer, receiver), key=lambda one: one.pk):
        told_by = by if acting in {None, tenant} else as_tenant(acting, by)
        with tenant_scope(tenant.pk):
            record(event, by=told_by, subject=collaboration.subject)


def as_tenant(tenant: Tenant | None, by: Actor) -> Actor:
    """The tenant in place of its person: no name, address or browser goes over to the other side."""
    name = tenant.name if tenant else ""
    return Actor(ActorKind.TENANT, f"tenant:{name}", name, request_id=by.request_id)
