"""The keys that sign the portal's access tokens: made on first use, sealed at rest, kept in memory for seconds.

Rotation needs no restart. A new key is published at once and signs some seconds later, when every process has read it.
The key before it verifies until the last token that it may have signed has expired. All of this follows from the
moments at which the keys were made, so all processes agree without talking to each other.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.keys.models import SigningKey
from portal.keys.upstream import SecretSealed
from portal.lib.crypto import SealBroken

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

KEPT_SECONDS = 3
# An unknown key id may be another process's new key, or anybody's invention: this often it is worth a look.
LOOK_AGAIN_SECONDS = 1
# From its making to its first signature: twice as long as any process goes without a look.
SIGNS_AFTER_SECONDS = 2 * KEPT_SECONDS


class SigningKeySealed(SecretSealed):
    """A key that signs tokens does not open: the master key that sealed it is not configured."""

    message = _("The portal cannot open the keys that sign its tokens.")


@dataclass(frozen=True)
class Signer:
    """A private key that signs under its id, from one moment on and, once another one does, verifies until another.

    Moments are seconds since 1970.
    """

    kid: str
    algorithm: str
    private: PrivateKey = field(repr=False)
    public: PublicKey = field(repr=False)
    public_pem: str
    signs_from: float
    verifies_until: float = float("inf")


# When they were read, and what: replaced as one, never changed, because other threads are reading it.
_kept: tuple[float, list[Signer]] = (0.0, [])


def signers() -> list[Signer]:
    """All keys whose signatures are valid, the one that signs first (some clients read only the first)."""
    return _in_order(_read(KEPT_SECONDS))


def signer_of(kid: str) -> Signer | None:
    """The key with this id, or None when no signature under it is valid."""
    for seconds in (KEPT_SECONDS, LOOK_AGAIN_SECONDS):
        for signer in _read(seconds):
            if signer.kid == kid and signer.verifies_until > time.time():
                return signer
    return None


def _in_order(known: list[Signer]) -> list[Signer]:
    now = time.time()
    valid = [signer for signer in known if signer.verifies_until > now]
    # `known` is newest first: the newest that may sign already, then those before it, then those that wait.
    return sorted(valid, key=lambda signer: signer.signs_from > now)


def _read(seconds: int) -> list[Signer]:
    """All keys, newest first, as they were at most that many seconds ago; raises `SigningKeySealed`."""
    global _kept
    kept_at, kept = _kept
    if not kept or time.monotonic() - kept_at > seconds:
        now = time.monotonic()  # before the database is asked: what it answers is younger than that
        kept = _opened(list(SigningKey.objects.all()) or _first())
        _kept = now, kept
    return kept


def forget() -> None:
    """Read the keys from the database again on the next use."""
    global _kept
    _kept = (0.0, [])


def _opened(stored: list[SigningKey]) -> list[Signer]:
    """Newest first, each with the moment until which it verifies: that follows from the one after it."""
    opened: list[Signer] = []
    for key in stored:
        is_oldest = key is stored[-1]
        signs_from = key.created_at.timestamp() + (0 if is_oldest else SIGNS_AFTER_SECONDS)
        verifies_until = last_signature(opened[-1].signs_from) if opened else float("inf")
        opened.append(_signer(key, signs_from, verifies_until))
    return opened


def last_signature(replaced_at: float) -> float:
    """Until when signatures of a key are valid whose successor signs since `replaced_at`.

    The last token that it signed has expired by then, also where a clock or a process was late.
    """
    return replaced_at + constants.TOKEN_LIFETIME + constants.CLOCK_LEEWAY + KEPT_SECONDS


def _signer(key: SigningKey, signs_from: float, verifies_until: float) -> Signer:
    try:
        pem = settings.MASTER_KEYS.open(bytes(key.sealed), place=key.place)
    except SealBroken as error:
        raise SigningKeySealed from error
    # Read once: reading a PEM takes longer than signing with it.
    private = cast(PrivateKey, serialization.load_pem_private_key(pem, password=None))
    return Signer(key.kid, key.algorithm, private, private.public_key(), key.public_pem, signs_from, verifies_until)


def _first() -> list[SigningKey]:
    """The first key, made here or meanwhile by another process: the database lets one of them be the first."""
    try:
        return [make(is_first=True)]
    except IntegrityError:
        return list(SigningKey.objects.all())


def make(*, is_first: bool | None = None) -> SigningKey:
    """Store a new key pair; nobody signs with it yet, unless it is the only one."""
    key = _new()
    key.is_first = is_first
    with transaction.atomic():
        key.save()
    return key


def _new() -> SigningKey:
    """A key pair that is not stored yet."""
    private: PrivateKey
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
