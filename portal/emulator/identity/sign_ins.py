"""The short-lived facts of a sign-in: pending requests, authorization codes, sessions at an identity host."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from portal.emulator.control.clock import Clock

PENDING_LIFETIME = 600
CODE_LIFETIME = 60
SESSION_LIFETIME = 12 * 3600
"""Seconds. The Hub ends a session after 12 hours at the latest."""
CAPACITY = 10_000

T = TypeVar("T")


@dataclass(frozen=True)
class AuthorizationRequest:
    """A checked request to the authorization endpoint; ``max_age`` in seconds."""

    host: str
    client_id: str
    redirect_uri: str
    scope: str
    state: str | None
    nonce: str | None
    code_challenge: str | None
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    login_hint: str = ""
    id_token_hint: str | None = None


@dataclass(frozen=True)
class Grant:
    """What an authorization code stands for; ``auth_time`` in epoch seconds."""

    request: AuthorizationRequest
    user_id: str
    auth_time: int


@dataclass(frozen=True)
class Session:
    """A browser that is signed in at one identity host, since ``auth_time`` (epoch seconds)."""

    host: str
    user_id: str
    auth_time: int


@dataclass(frozen=True)
class PagesPending:
    """A sign-in to the Hub's own pages under way: whose pages, in which browser, and the page that was wanted."""

    tenant: str
    redirect_uri: str
    browser: str
    page: str


@dataclass(frozen=True)
class PageSession:
    """A browser that is signed in to the Hub's own pages; ``scope`` holds the roles as of the sign-in."""

    tenant: str
    user_id: str
    scope: tuple[str, ...]


class Shelf(Generic[T]):
    """Things kept under an unguessable name for a limited time (seconds of the emulator's clock)."""

    def __init__(self, clock: Clock, lifetime: float, capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._capacity = capacity
        self._lock = Lock()
        self._things: dict[str, tuple[float, T]] = {}

    def put(self, thing: T) -> str:
        """Keep a thing; returns its name. The oldest thing makes room when the shelf is full."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._things) >= self._capacity:
                del self._things[next(iter(self._things))]
            self._things[name] = (self._clock.now() + self._lifetime, thing)
        return name

    def get(self, name: str) -> T | None:
        """The thing with this name, unless its time is over."""
        with self._lock:
            return self._fresh(self._things.get(name))

    def take(self, name: str) -> T | None:
        """The thing with this name, for the only time."""
        with self._lock:
            return self._fresh(self._things.pop(name, None))

    def _fresh(self, entry: tuple[float, T] | None) -> T | None:
        if entry is None or entry[0] <= self._clock.now():
            return None
        return entry[1]


class CodeLedger:
    """Authorization codes: one use, and a second use takes back what the first one gave.

    RFC 6749, section 4.1.2: a code used twice is denied and the tokens issued for it are revoked.
    """

    def __init__(self, clock: Clock) -> None:
        self._codes: Shelf[Grant] = Shelf(clock, CODE_LIFETIME)
        self._lock = Lock()
        self._issued: dict[str, str] = {}

    def issue(self, grant: Grant) -> str:
        """A new code for a grant."""
        return self._codes.put(grant)

    def redeem(self, code: str) -> Grant | None:
        """The grant of a code, for the only time; nothing when it is unknown, expired or used."""
        return self._codes.take(code)

    def remember(self, code: str, jti: str) -> None:
        """Note which token a code was exchanged for."""
        with self._lock:
            while len(self._issued) >= CAPACITY:
                del self._issued[next(iter(self._issued))]
            self._issued[code] = jti

    def token_of(self, code: str) -> str | None:
        """The id of the token this code was already exchanged for."""
        with self._lock:
            return self._issued.get(code)


class SignIns:
    """All short-lived sign-in facts of the Hub."""

    def __init__(self, clock: Clock) -> None:
        self.pending: Shelf[AuthorizationRequest] = Shelf(clock, PENDING_LIFETIME)
        self.codes = CodeLedger(clock)
        self.sessions: Shelf[Session] = Shelf(clock, SESSION_LIFETIME)
        self.pages_pending: Shelf[PagesPending] = Shelf(clock, PENDING_LIFETIME)
        self.page_sessions: Shelf[PageSession] = Shelf(clock, SESSION_LIFETIME)
