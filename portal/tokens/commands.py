"""Issuing tokens to binding keys. No token leaves before its issue was recorded.

Tokens that are asked for at the same moment are decided and recorded together, in one transaction for each tenant. The
keys are looked at again under the log's lock: no token is recorded after the end of its key. What is kept in memory
from one request to the next is only whose a secret is, and that never changes.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import NamedTuple

import jwt
from django.conf import settings
from django.db import models, transaction

from portal import constants
from portal.actor import Actor
from portal.audit.commands import Entry, locked_log, record_all
from portal.keys import uses
from portal.keys.models import SecretGeneration, Source
from portal.keys.signing import Signer, signers
from portal.lib import client_secret
from portal.lib.group_commit import GroupCommit
from portal.lib.prepared import Prepared
from portal.lib.secret import Secret
from portal.scoping import active_tenant_id, tenant_scope
from portal.tokens import clients, events, limits
from portal.tokens.events import TOKEN_ENDPOINT
from portal.tokens.request import Credentials, TokenRequest
from portal.tokens.scopes import granted

Claims = dict[str, str | int]
ROUTE = events.route_of(TOKEN_ENDPOINT)


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
    secret = Stored(wanted.client_id, client_secret.verifier(wanted.secret.reveal()))
    tenant_id = _tenant_of.get(secret) or _recognised(secret, wanted, by)
    ruling = RULINGS.do(tenant_id, Asked(secret, tenant_id, wanted.scope, by))
    if ruling is None:  # the secret is not there any more: the database was put back to an earlier day
        _tenant_of.pop(secret, None)
        return issue_token(wanted, by=by)
    if ruling.token is None:
        raise clients.refused(ruling.generation, ruling.reason, ruling.wait, by=by, endpoint=TOKEN_ENDPOINT)
    claims = ruling.claims
    lifetime = int(claims["exp"]) - int(claims["iat"])
    return IssuedToken(ruling.token, lifetime, str(claims["scope"]), ruling.generation.key.expires_at)


class Stored(NamedTuple):
    """By what a secret is found."""

    client_id: str
    verifier: str


# Whose the secrets are that were presented lately. That never changes; what they are worth is read each time.
_tenant_of: dict[Stored, int] = {}
MOST_REMEMBERED = 10_000


def _recognised(secret: Stored, sent: Credentials, by: Actor) -> int:
    generation = clients.recognise(sent, by=by, endpoint=TOKEN_ENDPOINT)
    if len(_tenant_of) >= MOST_REMEMBERED:
        _tenant_of.clear()
    _tenant_of[secret] = generation.tenant_id
    return generation.tenant_id


def forget() -> None:
    """Look up each secret again."""
    _tenant_of.clear()


@dataclass(frozen=True)
class Asked:
    """A token that is asked for with a secret of this tenant."""

    secret: Stored
    tenant_id: int
    scope: str
    by: Actor

    @cached_property
    def wait(self) -> int:
        """Seconds to wait because of too many requests. Counted once, also when the work for it is done again."""
        return limits.wait_of(self.secret.client_id, TOKEN_ENDPOINT)


@dataclass(frozen=True)
class Ruling:
    """The token that is granted, and its claims; or none, and why, or how many seconds to wait."""

    asked: Asked
    generation: SecretGeneration
    claims: Claims = field(default_factory=dict)
    token: Secret | None = None
    reason: str = ""
    wait: int = 0

    @cached_property
    def actor(self) -> Actor:
        return clients.as_actor(self.generation.key, self.asked.by)

    def holds(self, generation: SecretGeneration | None) -> bool:
        """Whether what was granted would be granted now, too."""
        if generation is None or clients.why_not(generation, self.asked.by.address):
            return False
        return granted(generation.key, self.asked.scope) == self.claims["scope"]


@cache
def _secrets_query(count: int) -> Prepared[SecretGeneration]:
    """Finds so many secrets of one tenant at once."""

    def query(tenant_id: int, **stored: str) -> models.QuerySet[SecretGeneration]:
        client_ids, verifiers = list(stored.values())[:count], list(stored.values())[count:]
        generations = SecretGeneration.all_tenants.select_related("key__tenant").filter(tenant=tenant_id)
        mine = generations.filter(key__source=Source.PORTAL)
        return mine.filter(key__client_id__in=client_ids, verifier__in=verifiers)

    examples = [f"{column} {number}" for column in Stored._fields for number in range(count)]
    return Prepared(query, tenant_id=987_654_321, **{example.replace(" ", "_"): example for example in examples})


def _rule(asked: list[Asked]) -> list[Ruling | None]:
    """Decide about tokens for keys of one tenant, and record those that are granted; None where no secret is."""
    # All are signed in one go, which takes half as long, and before the record: it tells of no token that could not be.
    signer = signers()[0]
    with tenant_scope(asked[0].tenant_id):
        while True:
            stored = _stored(asked)
            rulings = [_ruling(one, stored.get(one.secret), signer) for one in asked]
            granted_ones = [ruling for ruling in rulings if ruling and ruling.token]
            with suppress(_Changed):
                if granted_ones:
                    _record_issued(granted_ones)
                return rulings


RULINGS = GroupCommit(_rule)


def _stored(asked: Iterable[Asked]) -> dict[Stored, SecretGeneration]:
    """Those of their secrets that are there, as they are in the database at this moment."""
    wanted = list({one.secret for one in asked})
    # As many places as the next power of two: the SQL is built for each number only once.
    wanted += wanted[-1:] * ((1 << (len(wanted) - 1).bit_length()) - len(wanted))
    client_ids, verifiers = zip(*wanted, strict=True)
    found = _secrets_query(len(wanted)).rows(active_tenant_id(), *client_ids, *verifiers)
    return {Stored(generation.key.client_id, generation.verifier): generation for generation in found}


def _ruling(asked: Asked, generation: SecretGeneration | None, signer: Signer) -> Ruling | None:
    if generation is None:
        return None
    reason = clients.why_not(generation, asked.by.address) or generation.key.lot()
    if reason:
        return Ruling(asked, generation, reason=reason)
    if asked.wait:
        return Ruling(asked, generation, wait=asked.wait)
    scope = granted(generation.key, asked.scope)
    if not scope:
        return Ruling(asked, generation, reason="scope_not_granted")
    claims = _claims(generation, scope)
    return Ruling(asked, generation, claims, signed(claims, signer))


class _Changed(Exception):
    """A key changed between the decision and its record."""


@transaction.atomic(durable=True)
def _record_issued(rulings: list[Ruling]) -> None:
    uses.note_all(uses.Use(one.generation, one.actor, ROUTE, ok=True) for one in rulings)
    log = locked_log()
    # A revocation that was under way is committed by now, or will be recorded after these tokens.
    stored = _stored(one.asked for one in rulings)
    if not all(one.holds(stored.get(one.asked.secret)) for one in rulings):
        raise _Changed
    record_all([Entry(_event(one), one.actor, subject=one.generation.key.subject) for one in rulings], log)


def _event(ruling: Ruling) -> events.TokenIssued:
    generation, claims = ruling.generation, ruling.claims
    return events.TokenIssued(
        client_id=generation.key.client_id,
        generation=generation.number,
        jti=str(claims["jti"]),
        scope=str(claims["scope"]),
    )


def _claims(generation: SecretGeneration, scope: str) -> Claims:
    """Claims of RFC 9068 section 2.2, and the tenant and secret generation of the key."""
    key = generation.key
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


def signed(claims: Claims, signer: Signer) -> Secret:
    """The claims as a JWT of RFC 9068 that this key signed."""
    headers = {"typ": "at+jwt", "kid": signer.kid}
    return Secret(jwt.encode(claims, signer.private, algorithm=signer.algorithm, headers=headers))
