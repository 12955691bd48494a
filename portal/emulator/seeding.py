"""Everything that looks random but must be the same after a restart is derived from the seed here.

The derived client secrets are secrets of a demo on loopback, not of a production system.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid


def stable_uuid(seed: str, kind: str, name: str) -> uuid.UUID:
    """The UUID (version 5) of a named thing, for example ``("bindery", "account", "alice@acme.example")``."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"insights-hub-emulator:{seed}:{kind}:{name}")


def stable_hex_id(seed: str, kind: str, name: str) -> str:
    """An id of 32 lower-case hex digits, the form of the Hub's asset ids."""
    return stable_uuid(seed, kind, name).hex


def stable_secret(seed: str, name: str) -> str:
    """A secret of 43 characters: HMAC-SHA256 of the name keyed with the seed, base64url without padding."""
    digest = hmac.new(seed.encode(), f"client-secret:{name}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def stable_number(seed: str, *parts: str) -> int:
    """A 64-bit number that depends on the seed and all parts."""
    digest = hashlib.blake2b(":".join((seed, *parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
