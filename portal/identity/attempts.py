"""Sign-ins that were started and are still at the Hub: where, state, nonce and PKCE verifier, in a signed cookie.

In a cookie and not in a session row, so that opening the sign-in page costs no database write. The cookie binds the
answer to the browser that asked (RFC 9700 section 4.7); an attempt is used once and lives SIGN_IN_LIFETIME seconds.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from dataclasses import asdict, dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from portal import constants
from portal.lib import zones

COOKIE = "__Host-sign-in" if settings.HTTPS else "sign-in"
SALT = "portal.identity.attempts"
# People open several tabs; more than this and the oldest is forgotten.
MOST = 4
# A path on this site: printable ASCII, one slash first, no backslash. "//host" and "/\host" lead elsewhere. Short
# enough for MOST of them in one cookie.
OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,399}|/")


def own_path(written: str) -> str:
    """The path if it is one of this site, else the home page; signing in never leads to signing in or out."""
    return written if OWN_PATH.fullmatch(written) and not written.startswith("/sign-in/") else "/"


@dataclass(frozen=True)
class Attempt:
    """One started sign-in; `provider` is the name of the identity provider at which it goes on."""

    provider: str
    state: str
    nonce: str
    code_verifier: str
    next_path: str
    started_at: int
    time_zone: str = ""  # the browser's, if it told one that exists

    @classmethod
    def start(cls, provider: str, next_path: str, time_zone: str = "") -> Attempt:
        """A new attempt that leads to `next_path` afterwards, or home if that is no page of this site."""
        return cls(
            provider,
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(64),
            own_path(next_path),
            int(time.time()),
            time_zone=time_zone if zones.find(time_zone) else "",
        )

    @property
    def code_challenge(self) -> str:
        """The PKCE challenge, method S256 (RFC 7636 section 4.2)."""
        digest = hashlib.sha256(self.code_verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def pending(request: HttpRequest) -> list[Attempt]:
    """The attempts of this browser that have not expired, oldest first."""
    try:
        stored = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=constants.SIGN_IN_LIFETIME)
        attempts = [Attempt(**attempt) for attempt in stored]
    except (signing.BadSignature, TypeError):
        return []
    # Each for itself: the cookie is written anew by every other tab.
    oldest = time.time() - constants.SIGN_IN_LIFETIME
    return [attempt for attempt in attempts if attempt.started_at >= oldest]


def remember(response: HttpResponseBase, attempts: list[Attempt]) -> None:
    """Put these attempts into the browser's cookie; none removes it."""
    if not attempts:
        response.delete_cookie(COOKIE, path="/", samesite="Lax")
        return
    response.set_cookie(
        COOKIE,
        signing.dumps([asdict(attempt) for attempt in attempts[-MOST:]], salt=SALT, compress=True),
        max_age=constants.SIGN_IN_LIFETIME,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
