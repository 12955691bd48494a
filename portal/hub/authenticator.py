"""Access tokens of the Hub for the credentials that the portal holds (client credentials, RFC 6749 section 4.4).

Tokens live in this process only and are renewed HUB_TOKEN_MARGIN seconds early, as the Hub's SDKs do. While a token is
still valid nobody waits for its successor, and a Hub that cannot renew it takes nothing away.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field
from threading import Lock

import requests

from portal import constants
from portal.hub import token_manager, transport
from portal.hub.errors import HubCredentialRefused, HubError, HubTimeout
from portal.lib.secret import Secret


@dataclass(frozen=True)
class Credential:
    """What one calls the Hub with: TokenURL, clientID and clientSecret."""

    token_url: str
    client_id: str
    secret: Secret = field(compare=False)

    @property
    def fingerprint(self) -> str:
        """Tells two credentials apart without telling the secret."""
        parts = "\n".join((self.token_url, self.client_id, self.secret.reveal()))
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True)
class _Token:
    value: Secret
    renew_at: float
    expires_at: float


@dataclass(frozen=True)
class _Failure:
    error: HubError
    until: float


# A failure is told to everybody who waited for the same token, instead of letting them fail one after the other.
FAILURE_KEPT = 2.0
# What can stand in a header; the longest tokens of the Hub have about 4000 characters.
WRITTEN = re.compile(r"[!-~]{1,8192}")
LONGEST_LIFE = 10**9

_tokens: dict[str, _Token] = {}
_failures: dict[str, _Failure] = {}
# When each credential last got a token.
_fetched_at: dict[str, float] = {}
_locks: dict[str, Lock] = {}
# Held for a moment only: a token is not replaced between being compared and being dropped.
_swap = Lock()


def access_token(credential: Credential) -> Secret:
    """A valid access token for this credential, from memory or from the Hub.

    A token that is due for renewal is renewed by one caller; all others go on with the old one. A caller without any
    waits for who fetches it, HUB_CONNECT_TIMEOUT and HUB_READ_TIMEOUT together at most.
    Raises `HubCredentialRefused` when the Hub does not accept the credential, else the errors of `transport`.
    """
    fingerprint = credential.fingerprint
    token = _valid(fingerprint)
    if token is not None and token.renew_at > time.time():
        return token.value
    lock = _locks.setdefault(fingerprint, Lock())  # many callers, one token request
    patience = 0 if token is not None else constants.HUB_CONNECT_TIMEOUT + constants.HUB_READ_TIMEOUT
    if not lock.acquire(timeout=patience):
        if token is not None:
            return token.value
        raise HubTimeout
    try:
        return _renewed(credential, fingerprint).value
    finally:
        lock.release()


def fresh_token(credential: Credential) -> Secret:
    """A token that was just asked for, whatever is in memory: to try a credential."""
    fetched = _fetch(credential)
    with _swap:
        _tokens[credential.fingerprint] = fetched
        _fetched_at[credential.fingerprint] = time.time()
    return fetched.value


def _renewed(credential: Credential, fingerprint: str) -> _Token:
    """The token after an attempt to renew it, if that is still due. Called by one thread at a time."""
    token, failure = _valid(fingerprint), _failures.get(fingerprint)
    if token is not None and token.renew_at > time.time():
        return token
    if failure is not None and failure.until > time.monotonic():
        if token is not None:
            return token
        raise type(failure.error) from failure.error
    try:
        fetched = _fetch(credential)
    except HubError as error:
        _failures[fingerprint] = _Failure(error, time.monotonic() + FAILURE_KEPT)
        # Looked up again: the Hub may have refused the old one in the meantime.
        token = _valid(fingerprint)
        if token is not None:
            return token
        raise
    with _swap:
        _tokens[fingerprint] = fetched
        _fetched_at[fingerprint] = time.time()
    return fetched


def _valid(fingerprint: str) -> _Token | None:
    token = _tokens.get(fingerprint)
    return token if token is not None and token.expires_at > time.time() else None


def fetched_at(credential: Credential) -> float | None:
    """When the Hub last gave this process a token for exactly these three values; None when it never did."""
    return _fetched_at.get(credential.fingerprint)


def forget(credential: Credential, token: Secret) -> None:
    """Drop this very token, because the Hub no longer accepts it; its successor, if there is one already, stays."""
    with _swap:
        held = _tokens.get(credential.fingerprint)
        if held is not None and held.value is token:
            del _tokens[credential.fingerprint]


def forget_all() -> None:
    """Drop all tokens and failures of this process."""
    _tokens.clear()
    _failures.clear()
    _fetched_at.clear()


def _fetch(credential: Credential) -> _Token:
    response = _ask(credential)
    if response.status_code in {400, 401, 403}:
        raise HubCredentialRefused
    answer = transport.json_object(response)
    value, lifetime = answer.get("access_token"), answer.get("expires_in")
    if response.status_code != 200 or not isinstance(value, str) or not WRITTEN.fullmatch(value):
        raise HubError
    if type(lifetime) is not int or not 0 < lifetime <= LONGEST_LIFE:
        raise HubError
    margin, now = min(constants.HUB_TOKEN_MARGIN, lifetime // 2), time.time()
    return _Token(Secret(value), now + lifetime - margin, now + lifetime)


def _ask(credential: Credential) -> requests.Response:
    """The request in the form that the credential's TokenURL wants."""
    if token_manager.is_meant_by(credential.token_url):
        url, content = token_manager.request(credential.token_url, credential.client_id, credential.secret)
        return transport.call("POST", url, **content)
    return transport.call(
        "POST",
        credential.token_url,
        data={"grant_type": "client_credentials"},
        auth=(credential.client_id.encode(), credential.secret.reveal().encode()),
        headers={"Accept": "application/json"},
    )
