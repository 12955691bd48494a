"""Who calls with a bearer token (RFC 6750): signature and claims first, then whether the key still may."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

import jwt
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from portal import constants
from portal.access import key_actor
from portal.actor import Actor
from portal.audit import repeats
from portal.audit.commands import record
from portal.audit.events import Outcome
from portal.keys import uses
from portal.keys.models import BindingKey, RevokedToken, SecretGeneration, Source
from portal.keys.reach import why_not_from
from portal.keys.signing import signer_of
from portal.lib.prepared import Prepared
from portal.lib.route_names import ANY_CALL
from portal.scoping import tenant_scope
from portal.tokens import events
from portal.tokens.commands import audience
from portal.tokens.errors import ScopeInsufficient, TokenInvalid, TokenMissing
from portal.tokens.scopes import satisfying

# RFC 9110 section 11.4. Another scheme is none that we ask for: as good as no credentials.
SCHEME = re.compile(r"(?i:bearer)(?![!#$%&'*+.^_`|~0-9A-Za-z-])")
# One token and nothing else: two headers arrive here as "Bearer A,Bearer B" and do not match.
BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)")
LONGEST_TOKEN = 4096
REQUIRED = ["iss", "aud", "sub", "client_id", "iat", "exp", "jti", "scope", "gen"]


def _generation_query(jti: str, client_id: str, number: int) -> models.QuerySet[SecretGeneration]:
    revoked = RevokedToken.all_tenants.filter(tenant=OuterRef("tenant"), jti=jti)
    generations = SecretGeneration.all_tenants.select_related("key__tenant").annotate(token_revoked=Exists(revoked))
    return generations.filter(key__client_id=client_id, key__source=Source.PORTAL, number=number)


GENERATION = Prepared(_generation_query, jti="jti", client_id="client_id", number=987_654_321)


class Caller(NamedTuple):
    """The binding key behind a call, and the secret that got the token."""

    secret: SecretGeneration
    actor: Actor
    scopes: frozenset[str] = frozenset()

    @property
    def key(self) -> BindingKey:
        return self.secret.key

    @property
    def tenant_id(self) -> int:
        return self.secret.tenant_id

    @property
    def generation(self) -> int:
        return self.secret.number


def authenticate(request: HttpRequest, scope: str) -> Caller:
    """The key that calls; raises `TokenMissing`, `TokenInvalid` or `ScopeInsufficient`.

    The refusal of a token that we once signed is recorded with its reason; of others nobody knows whose they are.
    """
    known = _known_token(_presented(request))
    generation = known.let_in_lately() or _judged(request, known)
    actor = key_actor(request, generation.key.client_id, generation.key.name)
    if not known.scopes & satisfying(scope):
        record_refused_call(request, generation, "scope_insufficient", actor)
        raise ScopeInsufficient(scope)
    return Caller(generation, actor, known.scopes)


def _judged(request: HttpRequest, known: KnownToken) -> SecretGeneration:
    """The generation that got the token, if it may be used now, from here; else records why not and raises."""
    # What would refuse is looked at again: it may have been put right just now.
    for read in (known.read_lately, known.read) if constants.KEY_STATE_AGE else (known.read,):
        generation = read()
        reason = known.why_not(generation) or why_not_from(generation.key, request.META.get("REMOTE_ADDR", ""))
        if not reason:
            break
    reason = reason or generation.key.lot()
    if reason:
        key = generation.key
        record_refused_call(request, generation, reason, key_actor(request, key.client_id, key.name))
        raise TokenInvalid
    return generation


@dataclass(frozen=True)
class Examined:
    """A token that we signed: its claims, the secret that got it, and why it is not valid now, if it is not."""

    claims: dict[str, Any]
    generation: SecretGeneration
    reason: str


def examine(token: str) -> Examined:
    """What this token is worth at this moment; raises `TokenInvalid` when nobody can say whose it was."""
    known = _known_token(token)
    generation = known.read()
    return Examined(known.claims, generation, known.why_not(generation))


def _presented(request: HttpRequest) -> str:
    header = request.META.get("HTTP_AUTHORIZATION", "")  # `request.headers` would copy all of them first
    if not SCHEME.match(header):
        raise TokenMissing
    matched = BEARER.fullmatch(header)
    if matched is None:
        raise TokenInvalid
    return matched[1]


class Seen(NamedTuple):
    """What was read of a token's key, when, and until when a call is let in with it (seconds since 1970)."""

    generation: SecretGeneration
    read_at: float
    until: float
    is_renewed: bool = False

    @property
    def is_due(self) -> bool:
        """Whether to read it again: it is too old, or on its way there and nobody else is reading it."""
        age = (time.monotonic() - self.read_at) * 1000
        return age >= constants.KEY_STATE_AGE or (age * 2 >= constants.KEY_STATE_AGE and not self.is_renewed)


@dataclass
class KnownToken:
    """A token whose signature was found right, with the id of the key that signed.

    A signature stays right for as long as its key is one of ours; everything else is looked at with each call.
    """

    kid: str
    claims: dict[str, Any]
    expires_at: int
    scopes: frozenset[str]
    # What was read of it lately.
    lately: Seen | None = None

    def why_not(self, generation: SecretGeneration) -> str:
        """Why the token does not work with its key in this state: a word for the audit log, empty when it does."""
        expired = "token_expired" if self.expires_at <= time.time() else ""
        ended = "secret_ended" if generation.has_ended else ""
        revoked = "token_revoked" if generation.token_revoked else ""  # type: ignore[attr-defined]  # annotated
        return generation.key.standing or ended or expired or revoked

    def read(self) -> SecretGeneration:
        """The generation that got the token, with its key, as they are in the database at this moment."""
        found = GENERATION.rows(str(self.claims["jti"]), str(self.claims["client_id"]), int(self.claims["gen"]))
        if not found:
            raise TokenInvalid
        return found[0]

    def read_lately(self) -> SecretGeneration:
        """The same as it was at most KEY_STATE_AGE milliseconds ago: so soon a revocation holds in every process."""
        lately = self.lately  # another thread may replace it
        if lately is not None and not lately.is_due:
            return lately.generation
        with _storing:
            if lately is not None and self.lately is lately:
                self.lately = lately._replace(is_renewed=True)  # one asks the database, the others go on meanwhile
        now = time.monotonic()  # before the database is asked: what it answers is younger than that
        generation = self.read()
        seen = Seen(generation, now, self._let_in_until(generation))
        with _storing:
            # Another thread that asked later may have had its answer sooner: that one holds.
            if self.lately is None or self.lately.read_at < now:
                self.lately = seen
            return self.lately.generation

    def let_in_lately(self) -> SecretGeneration | None:
        """What `read_lately` read, if every call is let in with that; None when this one is to be looked at."""
        lately = self.lately
        return None if lately is None or lately.until <= time.time() or lately.is_due else lately.generation

    def _let_in_until(self, generation: SecretGeneration) -> float:
        """The first end of token, key and secret; 0 where it depends on the call, or something is wrong."""
        key = generation.key
        if key.networks or key.is_browning_out or self.why_not(generation):
            return 0
        return min([self.expires_at, *(end.timestamp() for end in (key.expires_at, generation.ends_at) if end)])


# For as long as a `KnownToken.lately` is compared and replaced; nothing is read under it.
_storing = Lock()
# By the BLAKE2b digest of the token.
_known: dict[bytes, KnownToken] = {}
MOST_KNOWN = 10_000


def forget() -> None:
    """Verify each token and read each key again."""
    _known.clear()


def _known_token(token: str) -> KnownToken:
    if len(token) > LONGEST_TOKEN:
        raise TokenInvalid
    remembered = hashlib.blake2b(token.encode(), digest_size=32).digest()
    known = _known.get(remembered)
    if known is None or signer_of(known.kid) is None:
        known = _decoded(token)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[remembered] = known
    return known


def _decoded(token: str) -> KnownToken:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenInvalid from None
    kid = header.get("kid", "")
    signer = signer_of(kid)
    if signer is None or header.get("alg") != signer.algorithm or header.get("typ") != "at+jwt" or "crit" in header:
        raise TokenInvalid
    try:
        claims = jwt.decode(
            token,
            signer.public,
            algorithms=[signer.algorithm],
            audience=audience(),
            issuer=settings.PORTAL_URL,
            leeway=constants.CLOCK_LEEWAY,
            # Looked at with each call: of an expired token it is recorded whose it was.
            options={"require": REQUIRED, "verify_exp": False},
        )
        expires_at = int(claims["exp"])
    except (jwt.PyJWTError, ValueError, TypeError):
        raise TokenInvalid from None
    return KnownToken(kid, claims, expires_at, frozenset(str(claims["scope"]).split()))


def record_refused_call(request: HttpRequest, secret: SecretGeneration, reason: str, actor: Actor) -> None:
    """Record that a call with this secret was refused; what repeats within a minute is only counted."""
    key = secret.key
    same = ("call", key.occasion(reason), key.client_id, repeats.network_of(actor.address))
    # By agent as well: whoever gets here has, or had, the secret.
    caller = actor._replace(agent=repeats.agent_of(actor.agent, *same))
    with repeats.counted(*same, caller.agent) as repeated, tenant_scope(key.tenant_id):
        if repeated is None and uses.is_only_counted(secret, actor=caller, route=ANY_CALL):
            return
        with transaction.atomic(durable=True):
            uses.note(secret, actor=caller, route=ANY_CALL, ok=False)
            if repeated is not None:
                refused = events.CallRefused(
                    client_id=key.client_id,
                    reason=reason,
                    method=request.method or "",
                    path=request.path[:300],
                    repeated=repeated,
                )
                record(refused, by=actor, outcome=Outcome.DENIED, subject=key.subject)
