"""The one place where a version goes from one state to another, as part of a command's transaction."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from portal.actor import Actor
from portal.cockpit.models import AppVersion, Move
from portal.cockpit.states import target_of
from portal.errors import NotFound


def locked(version: AppVersion, *, with_pictures: bool = False) -> AppVersion:
    """The version as it is now, under its lock; for commands. Raises `NotFound` if somebody discarded it meanwhile.

    Icon and screenshot, which are up to 10 MB, are read only where they are needed.

    NO KEY: the rows of its moves refer to it, which PostgreSQL checks under a lock that a full one would block.
    """
    rows = AppVersion.objects.select_for_update(no_key=True, of=("self",))
    if not with_pictures:
        rows = rows.defer("icon", "screenshot")
    found = rows.select_related("application", "tenant").filter(pk=version.pk).first()
    if found is None:
        raise NotFound
    return found


def move(
    version: AppVersion,
    verb: str,
    *,
    by: Actor,
    note: str = "",
    items: list[dict[str, str]] | None = None,
    approval: dict[str, str] | None = None,
    **told: Any,
) -> Move:
    """Take the version, which is `locked`, a step on, with what is told by it; raises `StateForbids`.

    What is `told` is written to the version; note, items and approval stay with the step, for good.

    The caller records the event, after all writes.
    """
    version.state, version.state_since = target_of(version.state, verb), timezone.now()
    for name, value in told.items():
        setattr(version, name, value)
    version.save(update_fields=["state", "state_since", *told])
    step = Move(
        version=version,
        tenant_id=version.tenant_id,
        verb=verb,
        target=version.state,
        at=version.state_since,
        by_id=by.id,
        by_name=by.name,
        note=note,
        items=items or [],
        approval=approval,
    )
    step.save()
    return step
