"""A hostile identity host: real HTTP, real keys, and tokens that say what a test wants."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.conf import settings
from django.test import Client
from werkzeug import Response

from tests.faults import Answer, AnyServer
from tests.identity import flow

KID = "op-key-1"
SUBJECT = "5f0c7c1e-0000-4000-8000-00000000a11c"


class _Absent:
    """Stands for a claim or header that is left out."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Any = _Absent()
Signer = Callable[[bytes], bytes]


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """A key of this name, made once for all tests."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(name: str) -> bytes:
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return rsa_key(name).public_key().public_bytes(serialization.Encoding.PEM, spki)


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def jwk(name: str = "op", **changes: Any) -> dict[str, Any]:
    """The public key as the key set publishes it."""
    numbers = rsa_key(name).public_key().public_numbers()
    members = {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": KID,
        "n": base64url(numbers.n.to_bytes(256, "big")),
        "e": base64url(numbers.e.to_bytes(3, "big")),
        **changes,
    }
    return present(members)


def present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ABSENT}


def rs(name: str = "op", digest: hashes.HashAlgorithm | None = None) -> Signer:
    """RSA PKCS 1 v1.5 with SHA-256 unless another digest is given."""
    return lambda message: rsa_key(name).sign(message, padding.PKCS1v15(), digest or hashes.SHA256())


def pss(digest: hashes.HashAlgorithm) -> Signer:
    used = padding.PSS(padding.MGF1(digest), digest.digest_size)
    return lambda message: rsa_key("op").sign(message, used, digest)


def hs(secret: bytes, digest: str = "sha256") -> Signer:
    return lambda message: hmac.digest(secret, message, digest)


def es(message: bytes) -> bytes:
    r, s = decode_dss_signature(ec_key().sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def unsigned(message: bytes) -> bytes:
    return b""


def written(part: Any) -> bytes:
    return part if isinstance(part, bytes) else json.dumps(part).encode()


def jws(header: Any, payload: Any, sign: Signer) -> str:
    """A JWS in compact form of anything, however wrong: no library would encode most of it."""
    message = f"{base64url(written(header))}.{base64url(written(payload))}"
    return f"{message}.{base64url(sign(message.encode()))}"


class HostileOp:
    """The identity host: `id_token`, `access_token` and `userinfo` are what it answers at the next sign-in.

    Several can live on one server, each below a path and with a key of its own; all keys have the same id.
    """

    def __init__(self, server: AnyServer, path: str = "", key: str = "op") -> None:
        self.server = server
        self.base = f"{server.url}{path}"
        self.issuer = f"{self.base}/oauth/token"
        self.keys: Any = {"keys": [jwk(key)]}
        self.id_token: Any = ABSENT
        self.access_token: Any = ABSENT
        self.userinfo: Any = {"sub": SUBJECT, "name": "Alice Adler", "email": "alice@acme.example"}
        self.nonce = ""
        server.answers |= {
            f"{path}/oauth/token": lambda request: self._tokens(),
            f"{path}/token_keys": lambda request: self._json(self.keys),
            f"{path}/userinfo": lambda request: self._json(self.userinfo),
        }

    def header(self, **changes: Any) -> dict[str, Any]:
        return present({"alg": "RS256", "typ": "JWT", "kid": KID, **changes})

    def id_claims(self, **changes: Any) -> dict[str, Any]:
        """What a good ID token says now, with changes."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "sub": SUBJECT,
            "aud": settings.OIDC_RP_CLIENT_ID,
            "azp": settings.OIDC_RP_CLIENT_ID,
            "exp": now + 600,
            "iat": now,
            "nonce": self.nonce,
            "name": "Alice Adler",
        }
        return present(good | changes)

    def access_claims(self, **changes: Any) -> dict[str, Any]:
        """What a good access token says now, with changes."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "sub": SUBJECT,
            "aud": [settings.OIDC_RP_CLIENT_ID],
            "client_id": settings.OIDC_RP_CLIENT_ID,
            "azp": settings.OIDC_RP_CLIENT_ID,
            "exp": now + 600,
            "iat": now,
            "jti": hashlib.sha256(str(now).encode()).hexdigest(),
            "ten": "acme",
            "scope": ["mdsp:core:StandardUser"],
        }
        return present(good | changes)

    def good(self, **changes: Any) -> str:
        """A well-signed ID token with these changes of its claims."""
        return jws(self.header(), self.id_claims(**changes), rs())

    def good_access(self, **changes: Any) -> str:
        """A well-signed access token with these changes of its claims."""
        return jws(self.header(), self.access_claims(**changes), rs())

    def begin(self, client: Client, next_path: str | None = None, provider: str | None = None) -> str:
        """Start a sign-in at the portal and remember its nonce; the state."""
        parameters = flow.asked(flow.start(client, next_path, provider))
        self.nonce = parameters["nonce"]
        return parameters["state"]

    def finish(self, client: Client, state: str) -> Any:
        """Come back to the portal with a code. Tokens that the test did not set are good ones."""
        self.id_token = self.good() if self.id_token is ABSENT else self.id_token
        self.access_token = self.good_access() if self.access_token is ABSENT else self.access_token
        return client.get(flow.callback(code="code-1", state=state, iss=self.issuer))

    def _tokens(self) -> Answer:
        tokens = {"id_token": self.id_token, "access_token": self.access_token, "token_type": "bearer"}
        return self._json(present(tokens))

    def _json(self, value: Any) -> Answer:
        # A value that is an answer already is given as it is.
        if isinstance(value, Response | bytes):
            return value
        return Response(json.dumps(value), content_type="application/json")
