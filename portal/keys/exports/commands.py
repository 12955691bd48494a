"""Recording that a key's values left as a file."""

from __future__ import annotations

from django.db import transaction

from portal.actor import Actor
from portal.audit.commands import record
from portal.keys import events
from portal.keys.models import BindingKey


@transaction.atomic(durable=True)
def export_key(key: BindingKey, *, written_as: str, with_secret: bool, by: Actor) -> None:
    """Record the export. With the secret, whoever has the file can call as this key."""
    exported = events.KeyExported(
        key_name=key.name, client_id=key.client_id, format=written_as, secret="with" if with_secret else "without"
    )
    record(exported, by=by, subject=key.subject)
