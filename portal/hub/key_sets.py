"""Public keys of the Hub's identity hosts, kept for KEY_SET_LIFETIME and fetched again when a token needs it.

A failed fetch is told to everybody for KEY_SET_REFETCH seconds, instead of letting them wait one after the other.

Reads both forms: RFC 7517 (`jwks`) and the Hub's `/token_keys`, which is the same with a PEM beside it.
"""

from __future__ import annotations

import time
from functools import lru_cache
from threading import Lock
from typing import Any

import jwt

from portal import constants
from portal.hub import transport
from portal.hub.errors import HubError, HubTimeout


class KeySet:
    """The keys published at one address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._keys: list[dict[str, Any]] = []
        self._fetched_at = float("-inf")
        self._failure: HubError | None = None
        self._failed_at = float("-inf")
        self._lock = Lock()

    def find(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        """The key with this id for this algorithm, from memory or fetched once more; None when it is not published.

        Raises the errors of `portal.hub.transport` when it must be fetched and the Hub does not answer.
        """
        if self._age() > constants.KEY_SET_LIFETIME:
            self.refresh()
        return self._match(kid, algorithm) or (self._match(kid, algorithm) if self.refresh() else None)

    def holds_any(self, algorithm: str) -> bool:
        """Whether any key of the last fetch could verify a token with this algorithm."""
        return any(_fits(key, algorithm) for key in self._keys)

    def refresh(self) -> bool:
        """Fetch the keys again, at most every KEY_SET_REFETCH seconds; False when it was too early.

        Raises the last failure's kind of error when that was less than KEY_SET_REFETCH seconds ago, and `HubTimeout`
        when another thread asks for longer than HUB_CONNECT_TIMEOUT and HUB_READ_TIMEOUT together.
        """
        if not self._lock.acquire(timeout=constants.HUB_CONNECT_TIMEOUT + constants.HUB_READ_TIMEOUT):
            raise HubTimeout
        try:
            if self._age() < constants.KEY_SET_REFETCH:
                return False
            if self._failure is not None and time.monotonic() - self._failed_at < constants.KEY_SET_REFETCH:
                raise type(self._failure) from self._failure
            self._fetch()
            return True
        finally:
            self._lock.release()

    def _fetch(self) -> None:
        try:
            keys = transport.json_object(transport.call("GET", self.url)).get("keys")
            if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
                raise HubError
        except HubError as error:
            self._failure, self._failed_at = error, time.monotonic()
            raise
        self._keys, self._fetched_at, self._failure = keys, time.monotonic(), None

    def _age(self) -> float:
        return time.monotonic() - self._fetched_at

    def _match(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        for key in self._keys:
            if key.get("kid") == kid and _fits(key, algorithm):
                try:
                    return jwt.PyJWK(key, algorithm=algorithm)
                except jwt.PyJWTError:
                    raise HubError from None
        return None


@lru_cache(maxsize=256)
def key_set_at(url: str) -> KeySet:
    """The keys that are published at this address, one set for the whole process."""
    return KeySet(url)


def forget() -> None:
    """Forget all keys."""
    key_set_at.cache_clear()


def _fits(key: dict[str, Any], algorithm: str) -> bool:
    signs = key.get("use", "sig") == "sig" and key.get("alg", algorithm) == algorithm
    return signs and key.get("kty") == "RSA"
