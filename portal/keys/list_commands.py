"""Exporting the list of keys."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from portal.actor import Actor
from portal.audit.commands import record
from portal.keys import events
from portal.keys.models import BindingKey
from portal.keys.queries import find_keys


@transaction.atomic(durable=True)
def export_keys(*, wanted: dict[str, Any], narrowed_by: dict[str, str], form: str, by: Actor) -> list[BindingKey]:
    """The keys that match, all of them, once it is recorded that they were taken away. They hold no secret."""
    keys = list(find_keys(**wanted))
    told = [name if name == "q" else f"{name}={value}" for name, value in narrowed_by.items()]
    record(events.KeyListExported(form=form, keys=len(keys), narrowed_by=", ".join(told)), by=by)
    return keys
