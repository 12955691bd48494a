"""Mails before a key expires: 90, 30, 7 and 1 days before, once each, to its contact and the tenant's admins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.keys.expiry import days_left
from portal.keys.links import key_link
from portal.keys.models import BindingKey
from portal.notify import mails
from portal.notify.models import OutgoingMail
from portal.scoping import tenant_scope
from portal.tenants import contacts
from portal.tenants.contacts import Recipient
from portal.tenants.states import TenantState

# Days before the expiry, the last notice first.
NOTICES = (1, 7, 30, 90)


def due_notice(created_at: datetime, expires_at: datetime) -> int | None:
    """Of how many days before the expiry the notice is that is due now; None when none is.

    Those that were missed are not made up for, and nobody is told of a time as long as the key's whole life.
    """
    if expires_at <= timezone.now():
        return None
    life = (expires_at.astimezone(UTC).date() - created_at.astimezone(UTC).date()).days
    return next((days for days in NOTICES if days_left(expires_at) <= days < life), None)


def missing_notices() -> Iterator[tuple[int, int]]:
    """Tenant and key for which a notice is due that not everybody has got."""
    ending = _ending(BindingKey.all_tenants.all()).filter(tenant__state=TenantState.ACTIVE)
    for tenant, keys in groupby(ending.select_related("tenant").order_by("tenant"), lambda key: key.tenant):
        due = [(key, days) for key in keys if (days := _due(key))]
        if due:
            with tenant_scope(tenant.pk):
                admins = contacts.admins(tenant)
            wanted = {
                _mail_key(key, days, one): key.pk
                for key, days in due
                for one in contacts.with_named(tenant, key.contact_email, admins)
            }
            written = OutgoingMail.objects.filter(key__in=wanted).values_list("key", flat=True)
            lacking = wanted.keys() - set(written)
            yield from sorted({(tenant.pk, wanted[mail_key]) for mail_key in lacking})


def post_notices(tenant_id: int, key_id: int) -> None:
    """Write the mails of the notice that is due for this key, to whoever has not got it."""
    with tenant_scope(tenant_id), transaction.atomic(durable=True):
        key = _ending(BindingKey.objects.all()).select_related("tenant").filter(pk=key_id).first()
        days = _due(key) if key else None
        if key is None or days is None or key.tenant.state != TenantState.ACTIVE:
            return
        for recipient in contacts.with_named(key.tenant, key.contact_email, contacts.admins(key.tenant)):
            with suppress(*mails.NOT_POSTED):  # the others shall know; the next sweep tries again
                mails.key_expires(
                    key=_mail_key(key, days, recipient),
                    to=recipient.email,
                    language=recipient.language,
                    key_name=key.name,
                    tenant_name=key.tenant.name,
                    expires_at=key.expires_at,  # type: ignore[arg-type]  # only keys that expire are due
                    url=key_link(key),
                )


def _ending(keys: QuerySet[BindingKey]) -> QuerySet[BindingKey]:
    now = timezone.now()
    return keys.filter(revoked_at=None, expires_at__gt=now, expires_at__lt=now + timedelta(days=max(NOTICES) + 1))


def _due(key: BindingKey) -> int | None:
    return due_notice(key.created_at, key.expires_at) if key.expires_at else None


def _mail_key(key: BindingKey, days: int, recipient: Recipient) -> str:
    """The occasion: nobody gets the same notice of a key twice."""
    return f"key-expires:{key.pk}:{days}:{recipient.digest}"
