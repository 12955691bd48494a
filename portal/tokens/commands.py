"""Issuing tokens to binding keys. The token exists only after its issue was recorded."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import datetime

import jwt
from django.conf import settings
from django.db import transaction

from portal import constants
from portal.actor import Actor, ActorKind
from portal.audit import repeats
from portal.audit.commands import record, record_for_instance
from portal.audit.events import Outcome
from portal.keys.models import BindingKey, SecretGeneration, Source
from portal.keys.reach import why_not_from
from portal.keys.signing import Signer, signers
from portal.lib import client_secret
from portal.lib.secret import Secret
from portal.scoping import tenant_scope
from portal.tokens import events
from portal.tokens.errors import invalid_client, invalid_scope
from portal.tokens.request import TokenRequest
from portal.tokens.scopes import granted


@dataclass(frozen=True)
class IssuedToken:
    """An access token, its life in seconds and its scope; and when the key ends, if it does."""

    value: Secret
    expires_in: int
    scope: str
    key_expires_at: datetime | None


def issue_token(wanted: TokenRequest, *, by: Actor) -> IssuedToken:
    """Give the key behind these credentials a token that reads its tenant's data for TOKEN_LIFETIME seconds, or until
    the key expires.

    Raises `TokenError` invalid_client or invalid_scope after the true reason was recorded; `AuditUnavailable` when it
    cannot be.
    """
    key = _find(wanted.client_id)
    generation, reason = _recognise(key, wanted, by.address)
    if key is None:
        _record_unknown(wanted, reason, by)
        raise invalid_client()
    actor = Actor(ActorKind.KEY, key.client_id, key.name, by.address, by.agent, by.request_id)
    with tenant_scope(key.tenant_id):
        if generation is None:
            _record_refused(key, reason, actor)
            raise invalid_client()
        scope = granted(key, wanted.scope)
        if not scope:
            _record_refused(key, "scope_not_granted", actor)
            raise invalid_scope()
        signer = signers()[0]  # before the record: it must not tell of a token that could not be signed
        claims = _claims(key, generation, scope)
        _record_issued(key, generation, claims, actor)
    lifetime = int(claims["exp"]) - int(claims["iat"])
    return IssuedToken(_signed(claims, signer), lifetime, scope, key.expires_at)


def _find(client_id: str) -> BindingKey | None:
    keys = BindingKey.all_tenants.filter(client_id=client_id, source=Source.PORTAL)
    return keys.select_related("tenant").first()


def _recognise(key: BindingKey | None, wanted: TokenRequest, address: str) -> tuple[SecretGeneration | None, str]:
    """The generation whose secret was presented, or None and the reason why there is none."""
    secret = wanted.secret.reveal()
    generations = list(SecretGeneration.all_tenants.filter(key=key)) if key else []
    matching = [client_secret.matches(secret, generation.verifier) for generation in generations]
    if not client_secret.is_well_formed(secret):
        return None, "secret_misspelt"
    if key is None:
        return None, "client_unknown"
    if not any(matching):
        return None, "secret_wrong"
    generation = generations[matching.index(True)]
    reason = key.standing or ("secret_ended" if generation.has_ended else "") or why_not_from(key, address)
    return (None, reason) if reason else (generation, "")


def _record_unknown(wanted: TokenRequest, reason: str, by: Actor) -> None:
    # Not by clientID: whoever invents one can invent a million.
    with repeats.counted("token", reason, repeats.network_of(by.address)) as repeated:
        if repeated is not None:
            refused = events.TokenRefused(client_id=wanted.client_id, reason=reason, repeated=repeated)
            with transaction.atomic(durable=True):
                record_for_instance(refused, by=by, outcome=Outcome.DENIED)


def _record_refused(key: BindingKey, reason: str, actor: Actor) -> None:
    with repeats.counted("token", reason, key.client_id, repeats.network_of(actor.address)) as repeated:
        if repeated is not None:
            refused = events.TokenRefused(client_id=key.client_id, reason=reason, repeated=repeated)
            with transaction.atomic(durable=True):
                record(refused, by=actor, outcome=Outcome.DENIED, subject=key.subject)


@transaction.atomic(durable=True)
def _record_issued(key: BindingKey, generation: SecretGeneration, claims: dict[str, str | int], actor: Actor) -> None:
    issued = events.TokenIssued(
        client_id=key.client_id, generation=generation.number, jti=str(claims["jti"]), scope=str(claims["scope"])
    )
    record(issued, by=actor, subject=key.subject)


def _claims(key: BindingKey, generation: SecretGeneration, scope: str) -> dict[str, str | int]:
    """Claims of RFC 9068 section 2.2, and the tenant and secret generation of the key."""
    now = int(time.time())
    end = now + constants.TOKEN_LIFETIME
    if key.expires_at:
        end = min(end, int(key.expires_at.timestamp()))
    return {
        "iss": settings.PORTAL_URL,
        "aud": audience(),
        # The prefix keeps the subject of a program apart from any person's.
        "sub": f"client:{key.client_id}",
        "client_id": key.client_id,
        "iat": now,
        "exp": end,
        "jti": uuid.uuid4().hex,
        "scope": scope,
        "ten": key.tenant.name,
        "gen": generation.number,
    }


def audience() -> str:
    """Who the tokens are for: the APIs of this portal."""
    return f"{settings.PORTAL_URL}/api"


def _signed(claims: dict[str, str | int], signer: Signer) -> Secret:
    headers = {"typ": "at+jwt", "kid": signer.kid}
    return Secret(jwt.encode(claims, signer.private_pem, algorithm=signer.algorithm, headers=headers))
