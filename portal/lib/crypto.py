"""Sealing of secrets at rest: AES-256-GCM under a ring of master keys.

A sealed value is bound to its place by associated data, so that a ciphertext copied into another row does not open.
Layout of a sealed value: version (1 byte) | length of the key id (1 byte) | key id | nonce (12 bytes) | ciphertext.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import time
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32
KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,32}")


class KeyRingError(ValueError):
    """The written key ring cannot be used; the message says what to write."""


class SealBroken(Exception):
    """A sealed value does not open: wrong place, changed bytes, or its master key is gone."""


@dataclass(frozen=True)
class KeyRing:
    """Master keys by id. The first one written is the newest: it seals; all of them open."""

    keys: dict[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> KeyRing:
        """Read `id:base64key[,id:base64key…]`, newest first, each key 32 bytes in base64 (standard or URL-safe)."""
        keys: dict[str, bytes] = {}
        for entry in filter(None, (part.strip() for part in text.split(","))):
            key_id, _, encoded = entry.partition(":")
            try:
                key = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
            except binascii.Error:
                key = b""
            if not KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES:
                raise KeyRingError(f"the key with id {key_id[:32]!r} is not an id, a colon and 32 bytes in base64")
            if key_id in keys:
                raise KeyRingError(f"the key id {key_id!r} is there twice")
            keys[key_id] = key
        if not keys:
            raise KeyRingError("it holds no key")
        return cls(keys)

    @staticmethod
    def generate(key_id: str) -> str:
        """One new ring entry in the form that `parse` reads."""
        return f"{key_id}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"

    @property
    def newest(self) -> str:
        return next(iter(self.keys))

    def seal(self, plaintext: bytes, *, place: str) -> bytes:
        """Encrypt under the newest key, bound to `place` (for example `tenant 3|key 7|generation 2`)."""
        key_id = self.newest.encode()
        header = bytes([VERSION, len(key_id)]) + key_id
        nonce = os.urandom(NONCE_BYTES)
        return header + nonce + AESGCM(self.keys[self.newest]).encrypt(nonce, plaintext, header + place.encode())

    def open(self, sealed: bytes, *, place: str) -> bytes:
        """Decrypt what `seal` made for the same place; raises `SealBroken` for anything else."""
        header = _header(sealed)
        key_id = key_id_of(sealed)
        if header[:1] != bytes([VERSION]) or key_id not in self.keys:
            raise SealBroken(f"no master key with the id {key_id!r} is configured")
        nonce, ciphertext = sealed[len(header) :][:NONCE_BYTES], sealed[len(header) + NONCE_BYTES :]
        try:
            return AESGCM(self.keys[key_id]).decrypt(nonce, ciphertext, header + place.encode())
        except (InvalidTag, ValueError):
            raise SealBroken("the sealed value was changed or belongs to another place") from None


def _header(sealed: bytes) -> bytes:
    return sealed[: 2 + sealed[1]] if len(sealed) > 2 else b""


def key_id_of(sealed: bytes) -> str:
    """Id of the master key under which a value is sealed; empty where there is none."""
    return _header(sealed)[2:].decode("ascii", "replace")


if __name__ == "__main__":  # needs no settings: it is how the first master key is made
    print(KeyRing.generate(time.strftime("%Y-%m-%d", time.gmtime())))
