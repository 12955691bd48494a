"""What a single token is worth (RFC 7662), and its end before its time (RFC 7009)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record
from portal.audit.events import Outcome
from portal.keys import uses
from portal.keys.models import BindingKey, RevokedToken, SecretGeneration
from portal.scoping import tenant_scope
from portal.tokens import bearer, events
from portal.tokens.clients import authenticate
from portal.tokens.errors import TokenError, TokenInvalid
from portal.tokens.request import TokenQuestion

INTROSPECTION = "/oauth/introspect"
REVOCATION = "/oauth/revoke"
# What a client is told of an active token; everything else is nobody's business (RFC 7662 section 2.2).
TOLD = ("scope", "client_id", "exp", "iat", "sub", "aud", "iss", "jti", "ten", "gen")


def introspect(asked: TokenQuestion, *, by: Actor) -> dict[str, Any]:
    """What the token is worth at this moment, for a key of the tenant that it belongs to.

    Everything else gets one answer: expired, revoked, of a revoked key, of another tenant, never ours. Raises
    `TokenError` when the client is not who it says.
    """
    key, generation, actor = authenticate(asked, by=by, endpoint=INTROSPECTION)
    claims, reason = _looked_up(asked, key)
    with tenant_scope(key.tenant_id):
        _record_introspected(generation, str(claims.get("jti", "")), reason, actor)
    if reason:
        return {"active": False}
    return {"active": True, "token_type": "Bearer"} | {name: claims[name] for name in TOLD if name in claims}


def _looked_up(asked: TokenQuestion, key: BindingKey) -> tuple[dict[str, Any], str]:
    """Claims of a token of this key's tenant and why it is not active; of others not even that they exist."""
    try:
        seen = bearer.examine(asked.token.reveal())
    except TokenInvalid:
        return {}, "token_unknown"
    if seen.generation.tenant_id != key.tenant_id:
        return {}, "token_unknown"
    return seen.claims, seen.reason


@transaction.atomic(durable=True)
def _record_introspected(generation: SecretGeneration, jti: str, reason: str, actor: Actor) -> None:
    key = generation.key
    told = events.TokenIntrospected(client_id=key.client_id, jti=jti, answer=reason or "active")
    uses.note(generation, actor=actor, route=events.route_of(INTROSPECTION), ok=True)
    record(told, by=actor, subject=key.subject)


def revoke(asked: TokenQuestion, *, by: Actor) -> None:
    """The client's own token is refused from the next call on, by every worker. There is no way back.

    Done as well when there is nothing left to revoke. Raises `TokenError` when the client is not who it says, or when
    the token is another client's: it goes on working, and whoever wanted its end must hear that.
    """
    key, generation, actor = authenticate(asked, by=by, endpoint=REVOCATION)
    try:
        seen = bearer.examine(asked.token.reveal())
    except TokenInvalid:
        _record_not_revoked(generation, "", "token_unknown", actor)
        return
    claims = seen.claims
    if seen.generation.key_id != key.pk:
        # Of another tenant's token not even the id.
        jti = str(claims["jti"]) if seen.generation.tenant_id == key.tenant_id else ""
        _record_not_revoked(generation, jti, "token_foreign", actor, Outcome.DENIED)
        raise TokenError("unauthorized_client", "The token was issued to another client. It was not revoked.")
    reason = _revoke(generation, claims, actor)
    if reason:
        _record_not_revoked(generation, str(claims["jti"]), reason, actor)


def _revoke(generation: SecretGeneration, claims: dict[str, Any], actor: Actor) -> str:
    """End the token; why there is nothing to end, if there is not."""
    key = generation.key
    # Another worker's clock may be behind: it still takes the token for a valid one.
    over = timezone.now() - timedelta(seconds=constants.CLOCK_LEEWAY)
    expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
    with tenant_scope(key.tenant_id), transaction.atomic(durable=True):
        RevokedToken.objects.filter(expires_at__lt=over).delete()
        if expires_at < over:
            return "token_expired"
        _row, is_new = RevokedToken.objects.get_or_create(jti=claims["jti"], defaults={"expires_at": expires_at})
        if not is_new:
            return "token_revoked"
        uses.note(generation, actor=actor, route=events.route_of(REVOCATION), ok=True)
        record(events.TokenRevoked(client_id=key.client_id, jti=claims["jti"]), by=actor, subject=key.subject)
        return ""


def _record_not_revoked(
    generation: SecretGeneration, jti: str, reason: str, actor: Actor, outcome: Outcome = Outcome.OK
) -> None:
    """Whoever has a secret could try here, unseen, whether it works."""
    key = generation.key
    with tenant_scope(key.tenant_id), transaction.atomic(durable=True):
        uses.note(generation, actor=actor, route=events.route_of(REVOCATION), ok=outcome is Outcome.OK)
        told = events.TokenNotRevoked(client_id=key.client_id, jti=jti, reason=reason)
        record(told, by=actor, outcome=outcome, subject=key.subject)
