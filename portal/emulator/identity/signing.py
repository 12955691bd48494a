"""The signing key of all identity hosts and its two published forms."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.types import Options

ALGORITHM = "RS256"
KEY_ID = "key-id-1"


class SigningKey:
    """An RSA-2048 key, made at start and gone at the end: a restart is a key rotation for clients."""

    def __init__(self) -> None:
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._public = self._private.public_key()
        # A client sends the same token with each call, and to check it takes a quarter of the time of a small answer.
        self._claims = lru_cache(maxsize=256)(self._verified)

    def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a signed JWT; header ``{"alg":"RS256","kid":"key-id-1","typ":"JWT"}``."""
        return jwt.encode(claims, self._private, algorithm=ALGORITHM, headers={"kid": KEY_ID})

    def read(self, token: str) -> dict[str, Any]:
        """The claims of a token signed with this key. Times and audience are the caller's business.

        :raises jwt.InvalidTokenError: not a JWT, another key, another algorithm.
        """
        return dict(self._claims(token))

    def _verified(self, token: str) -> dict[str, Any]:
        unchecked: Options = {
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
            "verify_aud": False,
        }
        claims: dict[str, Any] = jwt.decode(token, self._public, algorithms=[ALGORITHM], options=unchecked)
        return claims

    def hub_form(self) -> dict[str, Any]:
        """The key set as ``/token_keys`` publishes it: RFC 7517 members plus ``value``, the PEM."""
        return {"keys": [{**self._members(), "value": self._pem()}]}

    def jwk_set(self) -> dict[str, Any]:
        """The key set in RFC 7517 form."""
        return {"keys": [self._members()]}

    def _members(self) -> dict[str, str]:
        numbers = self._public.public_numbers()
        return {
            "kty": "RSA",
            "e": _base64url(numbers.e),
            "n": _base64url(numbers.n),
            "use": "sig",
            "kid": KEY_ID,
            "alg": ALGORITHM,
        }

    def _pem(self) -> str:
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._public.public_bytes(serialization.Encoding.PEM, spki).decode().strip()


def _base64url(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
