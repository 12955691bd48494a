"""The second admin: a key that waits works only after somebody who did not make it has approved it."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record
from portal.audit.models import AuditRecord
from portal.errors import Refusal
from portal.keys import events
from portal.keys.links import key_link
from portal.keys.models import BindingKey
from portal.notify import mails
from portal.tenants import contacts


class NotWaiting(Refusal):
    """Somebody decided before, or it never had to be approved."""

    code = "key_not_waiting"
    status = 409
    message = _("This key does not wait for an approval.")
    advice = _("Open the key to see what became of it.")


class MakerMayNotDecide(Refusal):
    """Two pairs of eyes are those of two people."""

    code = "approval_by_maker"
    status = 403
    message = _("You made this key, so another admin has to approve it.")


@transaction.atomic(durable=True)
def approve_key(key: BindingKey, *, by: Actor) -> BindingKey:
    """Let a key work: its secret, which its maker has already, gets tokens from now on.

    Raises `NotWaiting`, `MakerMayNotDecide`.
    """
    key = _waiting(key, by)
    key.approval_pending, key.approved_by = False, by.name
    key.save(update_fields=["approval_pending", "approved_by"])
    record(events.KeyApproved(key_name=key.name, client_id=key.client_id), by=by, subject=key.subject)
    return key


@transaction.atomic(durable=True)
def reject_key(key: BindingKey, *, by: Actor) -> BindingKey:
    """Revoke a key for good before it ever worked. Raises `NotWaiting`, `MakerMayNotDecide`."""
    key = _waiting(key, by)
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    record(events.KeyRejected(key_name=key.name, client_id=key.client_id), by=by, subject=key.subject)
    return key


def is_maker(key: BindingKey, actor: Actor) -> bool:
    """Whether this actor made the key. The log knows by id: names are not unique, and people change theirs."""
    first = AuditRecord.objects.filter(subject=key.subject).order_by("index").values_list("actor_id", flat=True).first()
    return first is None or first == actor.id


def tell_admins(key: BindingKey, maker: Actor) -> None:
    """A mail to each admin who can approve the key; part of the transaction that makes it."""
    for admin in contacts.admins(key.tenant, apart_from=maker.id):
        with suppress(*mails.NOT_POSTED):
            mails.key_waits(
                key=f"key_waits:{key.pk}:{admin.digest}",
                to=admin.email,
                language=admin.language,
                display_name=key.tenant.display_name,
                key_name=key.name,
                made_by=maker.name,
                url=key_link(key, "approve"),
            )


def _waiting(key: BindingKey, by: Actor) -> BindingKey:
    key = BindingKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    if not key.is_waiting:
        raise NotWaiting
    if is_maker(key, by):
        raise MakerMayNotDecide
    return key
