"""Changing what a key may reach."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record
from portal.errors import Refusal
from portal.keys import events
from portal.keys.commands import KeyRevokedAlready
from portal.keys.models import BindingKey
from portal.keys.reach import KeyOptions


class ReachWidened(Refusal):
    """Where a second admin must approve a key, one alone must not open more than that admin saw."""

    code = "reach_widened"
    status = 409
    message = _("In this tenant a second admin approves keys, so an existing key can only be narrowed.")
    advice = _("Take away nothing that limits it, or create another key and let it be approved.")


class KeyChangedMeanwhile(Refusal):
    """All options are saved as a whole, so the last save would win over all that was saved before."""

    code = "key_changed"
    status = 409
    message = _("Somebody else changed this key meanwhile. Nothing was saved.")
    advice = _("What is saved now is shown above what you sent. Save again if yours is right.")


@transaction.atomic(durable=True)
def change_key(key: BindingKey, *, options: KeyOptions, seen: str, by: Actor) -> BindingKey:
    """Change what a key may reach and what is noted about it. It holds with the next call, whatever token it brings.

    `seen` is the digest of the options that were on the page: what somebody else saved meanwhile is not undone unseen.
    Raises `KeyRevokedAlready`, `KeyChangedMeanwhile`, `ReachWidened`.
    """
    key = BindingKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    if not key.is_active:
        raise KeyRevokedAlready
    if KeyOptions.of(key).digest != seen:
        raise KeyChangedMeanwhile
    # One that waits was shown to the second admin as it is, even while the policy is switched off.
    if (key.tenant.key_approval or key.approval_pending) and options.widens(key):
        raise ReachWidened
    changed = options.put_on(key)
    if changed:
        key.save(update_fields=changed)
        changed_key = events.KeyChanged(
            key_name=key.name,
            client_id=key.client_id,
            fields=", ".join(changed),
            routes=", ".join(key.routes),
            networks=", ".join(key.networks),
        )
        record(changed_key, by=by, subject=key.subject)
    return key
