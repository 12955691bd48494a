"""Issuing tokens to binding keys. The token exists only after its issue was recorded."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import datetime

import jwt
from django.conf import settings
from django.db import models, transaction

from portal import constants
from portal.actor import Actor, ActorKind
from portal.audit import repeats
from portal.audit.commands import record, record_for_instance
from portal.audit.events import Outcome
from portal.keys import uses
from portal.keys.models import BindingKey, SecretGeneration, Source
from portal.keys.reach import why_not_from
from portal.keys.signing import Signer, signers
from portal.lib import client_secret
from portal.lib.prepared import Prepared
from portal.lib.secret import Secret
from portal.scoping import tenant_scope
from portal.tokens import events, limits
from portal.tokens.errors import invalid_scope, too_many
from portal.tokens.events import TOKEN_ENDPOINT
from portal.tokens.request import Credentials, TokenRequest
from portal.tokens.scopes import granted


def _generations_query(client_id: str) -> models.QuerySet[SecretGeneration]:
    generations = SecretGeneration.all_tenants.select_related("key__tenant")
    return generations.filter(key__client_id=client_id, key__source=Source.PORTAL)


# All secrets of a client with their key: one query, whether there is such a client or not.
GENERATIONS = Prepared(_generations_query, client_id="client_id")


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
    key, generation, actor = authenticate(wanted, by=by)
    with tenant_scope(key.tenant_id):
        scope = granted(key, wanted.scope)
        if not scope:
            _record_refused(key, generation, "scope_not_granted", actor, TOKEN_ENDPOINT)
            raise invalid_scope()
        signer = signers()[0]  # before the record: it must not tell of a token that could not be signed
        claims = _claims(key, generation, scope)
        _record_issued(key, generation, claims, actor)
    lifetime = int(claims["exp"]) - int(claims["iat"])
    return IssuedToken(_signed(claims, signer), lifetime, scope, key.expires_at)


def authenticate(
    sent: Credentials, *, by: Actor, endpoint: str = TOKEN_ENDPOINT
) -> tuple[BindingKey, SecretGeneration, Actor]:
    """The key and generation behind these credentials, and the key as the one who acts.

    A right secret is never refused for what others did wrong: failures count against address and clientID together,
    and only failing callers feel it. Raises `TokenError` invalid_client, or too many requests, after the true reason
    was recorded.
    """
    generations = GENERATIONS.rows(sent.client_id)
    key = generations[0].key if generations else None
    generation, reason = _recognise(generations, sent, by.address)
    if key is None:
        _record_unknown(sent, reason, by, endpoint)
        raise limits.refused(sent.client_id, by.address)
    actor = Actor(ActorKind.KEY, key.client_id, key.name, by.address, by.agent, by.request_id)
    wait = 0 if reason else limits.wait_of(key.client_id, endpoint)
    if generation is None or reason or wait:
        with tenant_scope(key.tenant_id):
            _record_refused(key, generation, reason or "too_many_requests", actor, endpoint)
        raise too_many(wait) if wait else limits.refused(sent.client_id, by.address)
    return key, generation, actor


def _recognise(
    generations: list[SecretGeneration], sent: Credentials, address: str
) -> tuple[SecretGeneration | None, str]:
    """The generation whose secret was presented, if there is one; and why it is refused, if it is."""
    secret = sent.secret.reveal()
    key = generations[0].key if generations else None
    # Compared with something, even if nobody has this clientID: the answer takes as long.
    verifiers = [generation.verifier for generation in generations] or [""]
    matching = [client_secret.matches(secret, verifier) for verifier in verifiers]
    if not sent.client_id or not secret:
        return None, "credentials_missing"
    if not client_secret.is_well_formed(secret):
        return None, "secret_misspelt"
    if key is None:
        return None, "client_unknown"
    if not any(matching):
        return None, "secret_wrong"
    generation = generations[matching.index(True)]
    reason = key.standing or ("secret_ended" if generation.has_ended else "")
    return generation, reason or why_not_from(key, address) or key.lot()


def _record_unknown(sent: Credentials, reason: str, by: Actor, endpoint: str) -> None:
    # Not by clientID: whoever invents one can invent a million.
    with repeats.counted(endpoint, reason, repeats.network_of(by.address)) as repeated:
        if repeated is not None:
            refused = events.client_refused(endpoint, sent.client_id, reason, repeated)
            with transaction.atomic(durable=True):
                record_for_instance(refused, by=by, outcome=Outcome.DENIED)


def _record_refused(
    key: BindingKey, generation: SecretGeneration | None, reason: str, actor: Actor, endpoint: str
) -> None:
    # By agent only where the secret was right: whoever guesses can call itself a million names.
    agent, route = actor.agent if generation is not None else "", events.route_of(endpoint)
    with repeats.counted(endpoint, reason, key.client_id, repeats.network_of(actor.address), agent) as repeated:
        # A wrong secret is nobody's use: only who has a secret can be said to use it.
        if repeated is None and (generation is None or uses.is_only_counted(generation, actor=actor, route=route)):
            return
        with transaction.atomic(durable=True):
            if generation is not None:
                uses.note(generation, actor=actor, route=route, ok=False)
            if repeated is not None:
                refused = events.client_refused(endpoint, key.client_id, reason, repeated)
                record(refused, by=actor, outcome=Outcome.DENIED, subject=key.subject)


@transaction.atomic(durable=True)
def _record_issued(key: BindingKey, generation: SecretGeneration, claims: dict[str, str | int], actor: Actor) -> None:
    issued = events.TokenIssued(
        client_id=key.client_id, generation=generation.number, jti=str(claims["jti"]), scope=str(claims["scope"])
    )
    uses.note(generation, actor=actor, route=events.route_of(TOKEN_ENDPOINT), ok=True)
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
    return Secret(jwt.encode(claims, signer.private, algorithm=signer.algorithm, headers=headers))
