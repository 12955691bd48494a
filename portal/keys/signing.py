"""The keys that sign the portal's access tokens: made on first use, sealed at rest, kept in memory for a minute."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from django.conf import settings
from django.db import transaction

from portal.keys.models import SigningKey

KEPT_SECONDS = 60


@dataclass(frozen=True)
class Signer:
    """A private key that signs under its id."""

    kid: str
    algorithm: str
    private_pem: bytes = field(repr=False)
    public_pem: str = ""


_kept: list[Signer] = []
_kept_at = 0.0


def signers() -> list[Signer]:
    """All keys whose signatures are valid, the one that signs first (some clients read only the first)."""
    global _kept, _kept_at
    if not _kept or time.monotonic() - _kept_at > KEPT_SECONDS:
        stored = list(SigningKey.objects.all()) or [_make()]
        _kept, _kept_at = [_opened(key) for key in stored], time.monotonic()
    return _kept


def forget() -> None:
    """Read the keys from the database again on the next use."""
    _kept.clear()


def _opened(key: SigningKey) -> Signer:
    private = settings.MASTER_KEYS.open(bytes(key.sealed), place=key.place)
    return Signer(key.kid, key.algorithm, private, key.public_pem)


@transaction.atomic
def _make() -> SigningKey:
    private: PrivateKeyTypes
    if settings.TOKEN_ALGORITHM == "RS256":  # noqa: S105 - the name of an algorithm
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    else:
        private = ec.generate_private_key(ec.SECP256R1())
    public_pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    key = SigningKey(kid=uuid.uuid4().hex[:16], algorithm=settings.TOKEN_ALGORITHM, public_pem=public_pem.decode())
    private_pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key.sealed = settings.MASTER_KEYS.seal(private_pem, place=key.place)
    key.save()
    return key
