"""The keys that sign the portal's access tokens: made on first use, sealed at rest, kept in memory for a minute."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.keys.models import SigningKey
from portal.keys.upstream import SecretSealed
from portal.lib.crypto import SealBroken

KEPT_SECONDS = 60
# An unknown key id may be another process's new key, or anybody's invention: this often it is worth a look.
LOOK_AGAIN_SECONDS = 1


class SigningKeySealed(SecretSealed):
    """A key that signs tokens does not open: the master key that sealed it is not configured."""

    message = _("The portal cannot open the keys that sign its tokens.")


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
    return _read(KEPT_SECONDS)


def signer_of(kid: str) -> Signer | None:
    """The key with this id, or None when no signature under it is valid."""
    for seconds in (KEPT_SECONDS, LOOK_AGAIN_SECONDS):
        for signer in _read(seconds):
            if signer.kid == kid:
                return signer
    return None


def _read(seconds: int) -> list[Signer]:
    """All keys as they were at most that many seconds ago; raises `SigningKeySealed`."""
    global _kept, _kept_at
    if not _kept or time.monotonic() - _kept_at > seconds:
        stored = list(SigningKey.objects.all()) or _first()
        _kept, _kept_at = [_opened(key) for key in stored], time.monotonic()
    return _kept


def forget() -> None:
    """Read the keys from the database again on the next use."""
    _kept.clear()


def _opened(key: SigningKey) -> Signer:
    try:
        private = settings.MASTER_KEYS.open(bytes(key.sealed), place=key.place)
    except SealBroken as error:
        raise SigningKeySealed from error
    return Signer(key.kid, key.algorithm, private, key.public_pem)


def _first() -> list[SigningKey]:
    """The first key, made here or meanwhile by another process: the database lets one of them be the first."""
    try:
        return [_make(is_first=True)]
    except IntegrityError:
        return list(SigningKey.objects.all())


def _make(*, is_first: bool | None = None) -> SigningKey:
    key = _new()
    key.is_first = is_first
    with transaction.atomic():
        key.save()
    return key


def _new() -> SigningKey:
    """A key pair that is not stored yet."""
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
    return key
