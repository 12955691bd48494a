"""Who may report leaked secrets: `PORTAL_LEAK_SCANNERS`, and whether a report was signed by one of them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.exceptions import ImproperlyConfigured

from portal.lib.secret import Secret

NAME = re.compile(r"[a-z0-9-]{1,40}")
SHORTEST_SECRET = 32


@dataclass(frozen=True)
class Scanner:
    """A scanner with its Ed25519 key, or with the secret that it shares with us for HMAC-SHA256."""

    name: str
    public_key: Ed25519PublicKey | None = None
    secret: Secret | None = None

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Whether the signature is this scanner's for these bytes."""
        if self.secret is not None:
            expected = hmac.new(self.secret.reveal().encode(), content, hashlib.sha256).digest()
            return hmac.compare_digest(expected, signature)
        if self.public_key is None:
            return False
        try:
            self.public_key.verify(signature, content)
        except InvalidSignature:
            return False
        return True


def read(entries: list[dict[str, Any]], secret_of: Callable[[str], str]) -> dict[str, Scanner]:
    """The scanners by name; raises `ImproperlyConfigured` with what to write."""
    scanners = {}
    for entry in entries:
        name = str(entry.get("name", ""))
        if not NAME.fullmatch(name) or name in scanners:
            raise _wrong(name, "name", "1 to 40 lower-case letters, digits and hyphens, each name once")
        if set(entry) == {"name", "public_key"}:
            scanners[name] = Scanner(name, public_key=_public_key(name, str(entry["public_key"])))
        elif set(entry) == {"name", "secret_variable"}:
            secret = secret_of(str(entry["secret_variable"]))
            if len(secret) < SHORTEST_SECRET:
                raise _wrong(
                    name, "secret_variable", f"the name of a variable with {SHORTEST_SECRET} characters or more"
                )
            scanners[name] = Scanner(name, secret=Secret(secret))
        else:
            raise _wrong(name, "the entry", "name and either public_key (Ed25519) or secret_variable (HMAC-SHA256)")
    return scanners


def _public_key(name: str, written: str) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(written, validate=True))
    except (binascii.Error, ValueError):
        raise _wrong(name, "public_key", "the 32 bytes of an Ed25519 public key in base64") from None


def _wrong(name: str, part: str, write: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"PORTAL_LEAK_SCANNERS: {part} of {name!r} cannot be used, write {write}.")
