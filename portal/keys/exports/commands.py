"""Recording that a key's values left as a file."""

from __future__ import annotations

from django.db import transaction

from portal.actor import Actor
from portal.audit.commands import record
from portal.keys import events
from portal.keys.models import BindingKey


@transaction.atomic(durable=True)
def export_key(key: BindingKey, *, written_as: str, generation: int | None, by: Actor) -> None:
    """Record the export. With a secret, of this generation, whoever has the file can call as this key."""
    exported = events.KeyExported(
        key_name=key.name,
        client_id=key.client_id,
        format=written_as,
        secret="with" if generation else "without",
        generation=generation or 0,
    )
    record(exported, by=by, subject=key.subject)
