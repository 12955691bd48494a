"""The sessions of browsers at the application gateway: at most 12 hours, and over after 30 idle minutes."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field, replace
from threading import Lock

from portal.emulator.addresses import Addresses
from portal.emulator.control.clock import Clock
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.sign_ins import PENDING_LIFETIME, Shelf

LONGEST = 12 * 3600
IDLE = 30 * 60
"""Seconds, as the platform documents them."""
RENEW_TOKEN_AFTER = 25 * 60
"""Seconds; the advice to clients is to renew 5 minutes before the end, so an application has that long to use it."""
CAPACITY = 10_000


@dataclass(frozen=True)
class GatewaySession:
    """A browser that is signed in to one application; times in epoch seconds.

    ``account`` is the person as of the sign-in: a change of roles takes effect at the next one. ``addresses`` are those
    of the form in which its tokens are issued.
    """

    session_id: str = field(repr=False)
    region_session: str = field(repr=False)
    xsrf_token: str = field(repr=False)
    application: str
    account: Account
    addresses: Addresses
    started: float
    last_used: float
    token: str = field(repr=False)
    token_issued: float

    @property
    def ends(self) -> float:
        """When it ends at the latest."""
        return self.started + LONGEST

    def matches_region(self, presented: str) -> bool:
        """Whether the second cookie is right; takes the same time for every wrong one."""
        return hmac.compare_digest(self.region_session.encode(), presented.encode("utf-8", "replace"))

    def matches_xsrf(self, presented: str) -> bool:
        """Whether the header is right; takes the same time for every wrong one."""
        return hmac.compare_digest(self.xsrf_token.encode(), presented.encode("utf-8", "replace"))


@dataclass(frozen=True)
class PendingSignIn:
    """A sign-in under way: the callback, the browser that began it, and where it wanted to go."""

    redirect_uri: str
    browser: str = field(repr=False)
    return_to: str


class GatewaySessions:
    """All sessions by their id, and the sign-ins under way by their ``state``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._sessions: dict[str, GatewaySession] = {}
        self.pending: Shelf[PendingSignIn] = Shelf(clock, PENDING_LIFETIME)

    def start(self, application: str, account: Account, addresses: Addresses, token: str) -> GatewaySession:
        """A new session with a fresh token; the oldest session makes room when there are too many."""
        now = self._clock.now()
        session = GatewaySession(
            session_id=secrets.token_urlsafe(32),
            region_session=secrets.token_urlsafe(24),
            xsrf_token=secrets.token_urlsafe(24),
            application=application,
            account=account,
            addresses=addresses,
            started=now,
            last_used=now,
            token=token,
            token_issued=now,
        )
        with self._lock:
            while len(self._sessions) >= CAPACITY:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[session.session_id] = session
        return session

    def use(self, session_id: str, region_session: str, application: str) -> GatewaySession | None:
        """The session of these cookies at this application, which now counts as used; nothing when it is over."""
        now = self._clock.now()
        with self._lock:
            session = self._sessions.get(session_id)
            if session is None or session.application != application or not session.matches_region(region_session):
                return None
            if now >= session.ends or now >= session.last_used + IDLE:
                del self._sessions[session_id]
                return None
            session = replace(session, last_used=now)
            self._sessions[session_id] = session
            return session

    def needs_token(self, session: GatewaySession) -> bool:
        """Whether the token of a session is so old that a new one is due."""
        return self._clock.now() >= session.token_issued + RENEW_TOKEN_AFTER

    def renew(self, session: GatewaySession, token: str) -> GatewaySession:
        """The session with a new token; one that ended meanwhile stays ended."""
        renewed = replace(session, token=token, token_issued=self._clock.now())
        with self._lock:
            if session.session_id in self._sessions:
                self._sessions[session.session_id] = renewed
        return renewed

    def end(self, session_id: str) -> None:
        """End a session; nothing happens if there is none."""
        with self._lock:
            self._sessions.pop(session_id, None)

    def end_all(self, application: str) -> None:
        """End all sessions at an application."""
        with self._lock:
            self._sessions = {
                name: session for name, session in self._sessions.items() if session.application != application
            }
