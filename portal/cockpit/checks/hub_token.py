"""A token of the Hub that checks may use, and one that only looks like it. Neither is verified here."""

from __future__ import annotations

import base64
import json
import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from portal.lib.secret import Secret

_JWT = re.compile(r"[A-Za-z0-9_-]+\.(?P<claims>[A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
LONGEST = 8000
# As many signs in a row that are the token's, and nobody doubts where they come from.
PIECE = 21
_RUN = re.compile(rf"[A-Za-z0-9_.-]{{{PIECE},}}")
MASK = "***"


@dataclass(frozen=True)
class HubToken:
    """A person's token, as the Hub's gateway sends it. `claims` is empty for what is no token."""

    value: Secret
    claims: dict[str, Any]

    @classmethod
    def read(cls, written: str) -> HubToken:
        """From its text; `is_sendable` says whether it is one."""
        match = _JWT.fullmatch(written) if len(written) <= LONGEST else None
        try:
            claims = json.loads(base64.urlsafe_b64decode(match["claims"] + "===")) if match else None
        except (ValueError, RecursionError):
            claims = None
        return cls(Secret(written), claims if isinstance(claims, dict) else {})

    @property
    def is_sendable(self) -> bool:
        """Whether it is a token at all: anything else must not get into a header."""
        return bool(self.claims)

    def masked(self, text: str) -> str:
        """The text with `***` for the token, and for every piece of it that is longer than 20 signs."""
        return _RUN.sub(lambda match: self._masked_run(match[0]), text) if self.is_sendable else text

    def masked_bytes(self, body: bytes) -> bytes:
        """The same for a body, for the whole token and each of its three parts that is so long."""
        if self.is_sendable:
            value = self.value.reveal()
            for part in (value, *sorted(value.split("."), key=len, reverse=True)):
                if len(part) >= PIECE:
                    body = body.replace(part.encode(), MASK.encode())
        return body

    @cached_property
    def _pieces(self) -> frozenset[str]:
        value = self.value.reveal()
        return frozenset(value[at : at + PIECE] for at in range(len(value) - PIECE + 1))

    def _masked_run(self, run: str) -> str:
        """From the first to the last sign that is the token's."""
        at = [at for at in range(len(run) - PIECE + 1) if run[at : at + PIECE] in self._pieces]
        return run[: at[0]] + MASK + run[at[-1] + PIECE :] if at else run

    @property
    def issuer(self) -> str:
        """Who made it."""
        return str(self.claims.get("iss", ""))

    @property
    def tenant(self) -> str:
        """Whose people it speaks for: a name, or ten digits in the Xcelerator world."""
        return str(self.claims.get("ten") or self.claims.get("sws.samauth.ten") or "")

    @property
    def expires(self) -> float:
        """Seconds since 1970; 0 if it does not say."""
        expires = self.claims.get("exp", 0)
        return float(expires) if isinstance(expires, int | float) and abs(expires) < 10**12 else 0.0


def forged(tenant: str, now: float) -> str:
    """Like a token of the Hub in everything but its signature, which nobody made."""
    name = tenant or "acme"
    claims = {
        "iss": f"https://{name}.piam.eu1.mindsphere.io/oauth/token",
        "ten": name,
        "sub": "nobody",
        "user_name": "nobody@example.com",
        "scope": ["mdsp:core:StandardUser"],
        "iat": int(now),
        "exp": int(now) + 1800,
    }
    parts = ({"alg": "RS256", "typ": "JWT", "kid": "key-id-1"}, claims)
    written = [_base64url(json.dumps(part).encode()) for part in parts]
    return ".".join([*written, _base64url(secrets.token_bytes(256))])


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
