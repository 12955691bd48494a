"""Making, importing and revoking binding keys."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.actor import Actor
from portal.audit.commands import record
from portal.errors import Refusal
from portal.hub import token_manager
from portal.hub.environments import environment
from portal.hub.errors import HubCredentialRefused
from portal.keys import events
from portal.keys.approval_commands import tell_admins
from portal.keys.expiry import end_of, in_utc, last_day, shown
from portal.keys.models import BindingKey, Incident, SecretGeneration, Source, constant_name
from portal.keys.reach import KeyOptions
from portal.lib import client_secret
from portal.lib.secret import Secret
from portal.scoping import active_tenant_id
from portal.tenants import quotas
from portal.tenants.models import Tenant
from portal.tenants.quotas import Quota

DISABLED_FIELDS = ["disabled_at", "disabled_because", "disabled_by_incident"]


class NameTaken(Refusal):
    code = "key_name_taken"
    status = 422
    message = gettext_lazy(
        "Another key of this tenant has this name, or one that differs only in signs. Choose another."
    )


class LifetimeTooLong(Refusal):
    """The key policy of the tenant wants keys to end sooner."""

    code = "key_lifetime_too_long"
    status = 422

    def __init__(self, days: int) -> None:
        message = _("Keys of this tenant expire after at most %(days)s days. The last day is %(last)s.")
        super().__init__(message % {"days": days, "last": shown(last_day(days))})


class ForeignTokenUrl(Refusal):
    """Secrets are sent to a TokenURL, so it must be the Hub's: anything else could be anybody's server."""

    code = "foreign_token_url"
    status = 422


class CredentialRefused(HubCredentialRefused):
    """The Hub refuses the credential that was just written; the one before is still in use."""

    status = 422
    message = gettext_lazy("Insights Hub does not accept this clientID with this clientSecret.")
    advice = gettext_lazy("Copy both again from Insights Hub. If the secret is lost, make a new one there.")


class KeyRevokedAlready(Refusal):
    code = "key_revoked"
    status = 409
    message = gettext_lazy("This key is revoked already.")


@transaction.atomic(durable=True)
def create_key(
    *, name: str, expires_at: datetime | None = None, options: KeyOptions | None = None, by: Actor
) -> tuple[BindingKey, SecretGeneration, Secret]:
    """Make a binding key. Its secret is returned this one time; no page and no command shows it again.

    From `expires_at` on it is refused; without it, it is valid until it is revoked. Where the tenant wants two admins
    for a key, it does not work before a second one approves it. Raises `NameTaken`,
    `portal.tenants.quotas.QuotaReached`, `LifetimeTooLong`.
    """
    tenant = _locked_tenant()
    quotas.check(tenant, Quota.KEYS)
    _check_lifetime(tenant, expires_at)
    client_id = f"{tenant.name}-{uuid.uuid4()}"
    key = BindingKey(name=name, client_id=client_id, created_by=by.name, expires_at=expires_at)
    key.constant_name = _free_constant_name(name)
    key.approval_pending = tenant.key_approval
    (options or KeyOptions()).put_on(key)
    key.save()
    generation, secret = add_minted_secret(key, 1, by)
    if key.approval_pending:
        tell_admins(key, by)
    record(_created(key, generation), by=by, subject=key.subject)
    return key, generation, secret


def _created(key: BindingKey, generation: SecretGeneration) -> events.KeyCreated:
    return events.KeyCreated(
        key_name=key.name,
        client_id=key.client_id,
        generation=generation.number,
        expires_at=in_utc(key.expires_at),
        routes=", ".join(key.routes),
        networks=", ".join(key.networks),
    )


@transaction.atomic(durable=True)
def import_key(*, name: str, source: Source, token_url: str, client_id: str, secret: Secret, by: Actor) -> BindingKey:
    """Take a key that was made at the Hub and call the Hub with it from now on, instead of the one before.

    The key before stays listed but is revoked here; at the Hub it is untouched. Whether the Hub accepts the new one,
    `portal.keys.import_commands.try_credential` finds out. Raises `NameTaken`, `ForeignTokenUrl`.
    """
    return add_imported_key(name=name, source=source, token_url=token_url, client_id=client_id, secret=secret, by=by)


def add_imported_key(
    *, name: str, source: Source, token_url: str, client_id: str, secret: Secret, by: Actor
) -> BindingKey:
    """The import as part of the caller's transaction."""
    tenant = _locked_tenant()
    check_token_url(tenant, token_url)
    upstream = BindingKey.objects.filter(is_upstream=True, revoked_at=None)
    replaced = upstream.select_for_update(no_key=True).first()
    if replaced is not None:
        _mark_revoked(replaced)
    key = BindingKey(
        name=name,
        source=source,
        client_id=client_id,
        token_url=token_url,
        is_upstream=True,
        created_by=by.name,
        constant_name=_free_constant_name(name),
    )
    key.save()
    _add_generation(key, secret, by).save()
    if replaced is not None:
        _record_revoked(replaced, by)
    imported = events.KeyImported(key_name=name, client_id=client_id, source=source.value, token_url=token_url)
    record(imported, by=by, subject=key.subject)
    return key


@transaction.atomic(durable=True)
def revoke_key(key: BindingKey, *, by: Actor) -> BindingKey:
    """Revoke a key for good. Its tokens stop working with their next call, and there is no way back."""
    key = BindingKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    if not key.is_active:
        raise KeyRevokedAlready
    _mark_revoked(key)
    _record_revoked(key, by)
    return key


def _mark_revoked(key: BindingKey) -> None:
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])


def mark_disabled(key: BindingKey, because: str = "", *, incident: Incident | None = None) -> None:
    """Disable the key, in the caller's transaction; the caller records what it did, after all writes."""
    key.disabled_at, key.disabled_because, key.disabled_by_incident = timezone.now(), because, incident or ""
    key.save(update_fields=DISABLED_FIELDS)


def unmark_disabled(key: BindingKey) -> None:
    """The reverse of `mark_disabled`."""
    key.disabled_at, key.disabled_because, key.disabled_by_incident = None, "", ""
    key.save(update_fields=DISABLED_FIELDS)


def _record_revoked(key: BindingKey, by: Actor) -> None:
    record(events.KeyRevoked(key_name=key.name, client_id=key.client_id), by=by, subject=key.subject)


def _locked_tenant() -> Tenant:
    # The tenant's row is the lock of its quota: without it, two creations could both see the last free place.
    # NO KEY: audit records refer to the tenant, which PostgreSQL checks at commit under a lock that a full one blocks.
    return Tenant.objects.select_for_update(no_key=True).get(pk=active_tenant_id())


def _free_constant_name(name: str) -> str:
    constant = constant_name(name)[:60] or f"KEY_{uuid.uuid4().hex[:8].upper()}"
    active = BindingKey.objects.filter(revoked_at=None)
    if active.filter(Q(name=name) | Q(constant_name=constant)).exists():
        raise NameTaken
    return constant


def add_minted_secret(key: BindingKey, number: int, by: Actor) -> tuple[SecretGeneration, Secret]:
    """A new secret of a key made here, as part of the caller's transaction."""
    secret = client_secret.generate()
    generation = _add_generation(key, secret, by, number)
    generation.verifier = client_secret.verifier(secret.reveal())
    generation.hint = client_secret.hint(secret.reveal())
    generation.save()
    return generation, secret


def _add_generation(key: BindingKey, secret: Secret, by: Actor, number: int = 1) -> SecretGeneration:
    generation = SecretGeneration(key=key, tenant_id=key.tenant_id, number=number, created_by=by.name)
    generation.sealed = settings.MASTER_KEYS.seal(secret.reveal().encode(), place=generation.place)
    return generation


def token_url_at_hub(tenant: Tenant) -> str:
    """Where the Hub issues tokens to the technical users of this tenant."""
    return f"{environment(tenant.environment).identity_of(tenant.name, tenant.numeric_id)}/oauth/token"


def _check_lifetime(tenant: Tenant, expires_at: datetime | None) -> None:
    days = tenant.key_max_days
    if days is not None and (expires_at is None or expires_at > end_of(last_day(days))):
        raise LifetimeTooLong(days)


def check_token_url(tenant: Tenant, token_url: str) -> None:
    """Whether a secret of this tenant may be sent there; raises `ForeignTokenUrl`."""
    expected = token_url_at_hub(tenant)
    if token_manager.is_meant_by(token_url):
        expected = token_manager.address(environment(tenant.environment))
    if token_url.partition("?")[0] != expected:
        raise ForeignTokenUrl(
            _("The TokenURL of this tenant is %(url)s. A secret is never sent to another address.") % {"url": expected}
        )
