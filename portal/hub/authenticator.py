"""Access tokens of the Hub for the credentials that the portal holds (client credentials, RFC 6749 section 4.4).

Tokens live in this process only and are renewed HUB_TOKEN_MARGIN seconds early, as the Hub's SDKs do.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from threading import Lock

from portal import constants
from portal.hub import transport
from portal.hub.errors import HubCredentialRefused, HubError
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


@dataclass(frozen=True)
class _Failure:
    error: HubError
    until: float


# A failure is told to everybody who waited for the same token, instead of letting them fail one after the other.
FAILURE_KEPT = 2.0

_tokens: dict[str, _Token] = {}
_failures: dict[str, _Failure] = {}
_locks: dict[str, Lock] = {}


def access_token(credential: Credential) -> Secret:
    """A valid access token for this credential, from memory or from the Hub.

    Raises `HubCredentialRefused` when the Hub does not accept the credential, else the errors of `transport`.
    """
    fingerprint = credential.fingerprint
    with _locks.setdefault(fingerprint, Lock()):  # many callers, one token request
        token, failure = _tokens.get(fingerprint), _failures.get(fingerprint)
        if token is not None and token.renew_at > time.time():
            return token.value
        if failure is not None and failure.until > time.monotonic():
            raise type(failure.error) from failure.error
        try:
            _tokens[fingerprint] = _fetch(credential)
        except HubError as error:
            _failures[fingerprint] = _Failure(error, time.monotonic() + FAILURE_KEPT)
            raise
        return _tokens[fingerprint].value


def forget(credential: Credential) -> None:
    """Drop the token, because the Hub no longer accepts it; the next call gets a new one."""
    _tokens.pop(credential.fingerprint, None)


def forget_all() -> None:
    """Drop all tokens and failures of this process."""
    _tokens.clear()
    _failures.clear()


def _fetch(credential: Credential) -> _Token:
    response = transport.call(
        "POST",
        credential.token_url,
        data={"grant_type": "client_credentials"},
        auth=(credential.client_id.encode(), credential.secret.reveal().encode()),
        headers={"Accept": "application/json"},
    )
    if response.status_code in {400, 401, 403}:
        raise HubCredentialRefused
    answer = transport.json_object(response)
    value, lifetime = answer.get("access_token"), answer.get("expires_in")
    if response.status_code != 200 or not isinstance(value, str) or not isinstance(lifetime, int):
        raise HubError
    margin = min(constants.HUB_TOKEN_MARGIN, lifetime // 2)
    return _Token(Secret(value), time.time() + lifetime - margin)
