"""Who presents credentials to the token service: the key behind them, or the recorded reason why it is refused."""

from __future__ import annotations

from django.db import models, transaction

from portal.actor import Actor, ActorKind
from portal.audit import repeats
from portal.audit.commands import record, record_for_instance
from portal.audit.events import Outcome
from portal.keys import uses
from portal.keys.models import BindingKey, SecretGeneration, Source
from portal.keys.reach import why_not_from
from portal.lib import client_secret
from portal.lib.prepared import Prepared
from portal.scoping import tenant_scope
from portal.tokens import events, limits
from portal.tokens.errors import TokenError, invalid_scope, too_many
from portal.tokens.request import Credentials


def _generations_query(client_id: str) -> models.QuerySet[SecretGeneration]:
    generations = SecretGeneration.all_tenants.select_related("key__tenant")
    return generations.filter(key__client_id=client_id, key__source=Source.PORTAL)


# All secrets of a client with their key: one query, whether there is such a client or not.
GENERATIONS = Prepared(_generations_query, client_id="client_id")


def authenticate(sent: Credentials, *, by: Actor, endpoint: str) -> tuple[BindingKey, SecretGeneration, Actor]:
    """The key and generation behind these credentials, and the key as the one who acts.

    A right secret is never refused for what others did wrong: failures count against address and clientID together,
    and only failing callers feel it. Raises `TokenError` invalid_client, or too many requests, after the true reason
    was recorded.
    """
    generation = recognise(sent, by=by, endpoint=endpoint)
    key = generation.key
    reason = why_not(generation, by.address) or key.lot()
    wait = 0 if reason else limits.wait_of(key.client_id, endpoint)
    if reason or wait:
        raise refused(generation, reason, wait, by=by, endpoint=endpoint)
    return key, generation, as_actor(key, by)


def recognise(sent: Credentials, *, by: Actor, endpoint: str) -> SecretGeneration:
    """The generation whose secret was presented, whatever became of it; raises `TokenError` like `authenticate`."""
    generations = GENERATIONS.rows(sent.client_id)
    secret = sent.secret.reveal()
    # Compared with something, even if nobody has this clientID: the answer takes as long.
    verifiers = [generation.verifier for generation in generations] or [""]
    matching = [client_secret.matches(secret, verifier) for verifier in verifiers]
    reason = _what_is_wrong(sent, generations, matching)
    if not reason:
        return generations[matching.index(True)]
    if not generations:
        _record_unknown(sent, reason, by, endpoint)
    else:
        key = generations[0].key
        _record_refused(key, None, reason, as_actor(key, by), endpoint)
    raise limits.refused(sent.client_id, by.address)


def _what_is_wrong(sent: Credentials, generations: list[SecretGeneration], matching: list[bool]) -> str:
    secret = sent.secret.reveal()
    if not sent.client_id or not secret:
        return "credentials_missing"
    if not client_secret.is_well_formed(secret):
        return "secret_misspelt"
    if not generations:
        return "client_unknown"
    return "" if any(matching) else "secret_wrong"


def why_not(generation: SecretGeneration, address: str) -> str:
    """Why a right secret does not work now from this address: a word for the audit log, empty when it does."""
    ended = "secret_ended" if generation.has_ended else ""
    return generation.key.standing or ended or why_not_from(generation.key, address)


def refused(generation: SecretGeneration, reason: str, wait: int, *, by: Actor, endpoint: str) -> TokenError:
    """Record why a right secret is refused, a word or seconds to wait; what to raise then."""
    key = generation.key
    _record_refused(key, generation, reason or "too_many_requests", as_actor(key, by), endpoint)
    if reason == "scope_not_granted":
        return invalid_scope()
    return too_many(wait) if wait else limits.refused(key.client_id, by.address)


def as_actor(key: BindingKey, caller: Actor) -> Actor:
    """Whoever calls, as the key that it has proved to be."""
    return Actor(ActorKind.KEY, key.client_id, key.name, caller.address, caller.agent, caller.request_id)


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
    route = events.route_of(endpoint)
    same = (endpoint, key.occasion(reason), key.client_id, repeats.network_of(actor.address))
    # By agent only where the secret was right: whoever guesses can call itself a million names.
    agent = repeats.agent_of(actor.agent, *same) if generation is not None else ""
    caller = actor._replace(agent=agent)
    with repeats.counted(*same, agent) as repeated, tenant_scope(key.tenant_id):
        # A wrong secret is nobody's use: only who has a secret can be said to use it.
        if repeated is None and (generation is None or uses.is_only_counted(generation, actor=caller, route=route)):
            return
        with transaction.atomic(durable=True):
            if generation is not None:
                uses.note(generation, actor=caller, route=route, ok=False)
            if repeated is not None:
                refused = events.client_refused(endpoint, key.client_id, reason, repeated)
                record(refused, by=actor, outcome=Outcome.DENIED, subject=key.subject)
