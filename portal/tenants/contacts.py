"""Who gets the mails about a tenant: each address once, with the language in which it is written to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from portal.lib.addresses import normal
from portal.tenants.models import Membership, Tenant


@dataclass(frozen=True)
class Recipient:
    """An address, in its normal form, and a language."""

    email: str
    language: str

    @property
    def digest(self) -> str:
        """Stands for the address in the key of a mail, where it may be too long."""
        return hashlib.sha256(self.email.encode()).hexdigest()[:16]


def admins(tenant: Tenant, *, apart_from: str = "") -> list[Recipient]:
    """The admins of the active tenant, but whoever has this subject; each in the language of their own."""
    users = [membership.user for membership in Membership.admins()]
    told = (_of(tenant, user.email, user.language) for user in users if user.email and user.subject != apart_from)
    return _each_once(told)


def with_named(tenant: Tenant, email: str, others: list[Recipient]) -> list[Recipient]:
    """The address that is named for a matter, if one is, and the others."""
    return _each_once([*_written(tenant, email), *others])


def of_tenant(tenant: Tenant) -> list[Recipient]:
    """For what happens to the tenant as a whole: its contact and its admins, else who was to be the first of them."""
    return with_named(tenant, tenant.contact_email, admins(tenant)) or _written(tenant, tenant.first_admin_email)


def for_incidents(tenant: Tenant) -> list[Recipient]:
    """For incidents with keys: the security contact, else the contact, else the admins."""
    return _written(tenant, tenant.security_email or tenant.contact_email) or admins(tenant)


def _written(tenant: Tenant, email: str) -> list[Recipient]:
    return [_of(tenant, email)] if email else []


def _of(tenant: Tenant, email: str, language: str = "") -> Recipient:
    return Recipient(normal(email), language or tenant.first_admin_language)


def _each_once(recipients: Iterable[Recipient]) -> list[Recipient]:
    """Of two with the same address the later one: a person's own language counts more than that of the tenant."""
    return list({one.email: one for one in recipients}.values())
