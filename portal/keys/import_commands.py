"""Trying a credential of the Hub before it is imported."""

from __future__ import annotations

import time
from dataclasses import dataclass

from portal.hub import authenticator
from portal.hub.authenticator import Credential
from portal.hub.client import HubClient
from portal.hub.environments import environment
from portal.hub.errors import HubCredentialRefused
from portal.keys.commands import CredentialRefused, check_token_url
from portal.tenants.models import Tenant


@dataclass(frozen=True)
class Trial:
    """How long the Hub took, in milliseconds, and how many assets the credential sees."""

    token_milliseconds: int
    read_milliseconds: int
    assets: int


def try_credential(tenant: Tenant, credential: Credential) -> Trial:
    """Get a token of the Hub with this credential and read one asset, before it replaces one that works.

    Changes nothing. Must run outside of a transaction: the Hub may take its time. Raises `ForeignTokenUrl`,
    `CredentialRefused` or another `HubError`.
    """
    check_token_url(tenant, credential.token_url)
    started = time.perf_counter()
    try:
        authenticator.fresh_token(credential)
    except HubCredentialRefused as error:
        raise CredentialRefused from error
    asked = time.perf_counter()
    page = HubClient(environment(tenant.environment), credential).assets(page=0, size=1)
    ended = time.perf_counter()
    return Trial(_milliseconds(asked - started), _milliseconds(ended - asked), page.total)


def _milliseconds(seconds: float) -> int:
    return max(round(seconds * 1000), 1)
