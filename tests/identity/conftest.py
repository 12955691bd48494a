"""An identity host of our own making, whose tokens and keys a test may forge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.faults import AnyServer
from tests.identity.op import HostileOp
from tests.identity.worlds import Worlds, environments_at, make_worlds, providers_at


@pytest.fixture
def browser(db: None) -> Client:
    """A browser that was never here."""
    return Client()


@pytest.fixture(scope="session")
def op_server() -> AnyServer:
    return AnyServer()


@pytest.fixture
def op(op_server: AnyServer, settings: Any) -> Iterator[HostileOp]:
    """The hostile identity host, in the place of the Hub's."""
    op_server.clear()
    hostile = HostileOp(op_server)
    settings.OIDC_ISSUER = hostile.issuer
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{op_server.url}/oauth/authorize"
    settings.OIDC_OP_TOKEN_ENDPOINT = f"{op_server.url}/oauth/token"
    settings.OIDC_OP_USER_ENDPOINT = f"{op_server.url}/userinfo"
    settings.OIDC_OP_JWKS_ENDPOINT = f"{op_server.url}/token_keys"
    yield hostile
    op_server.clear()


@pytest.fixture
def worlds(db: None, op_server: AnyServer, settings: Any) -> Iterator[Worlds]:
    """Hostile identity hosts of both worlds, and a portal in front of whose gateway stands the Hub's."""
    op_server.clear()
    settings.HUB_GATEWAY_URL = "http://acme-bindery-acme.eu1.localhost:8100"
    settings.HUB_ENVIRONMENTS = environments_at(op_server.url)
    settings.OIDC_PROVIDERS = providers_at(op_server.url)
    yield make_worlds(op_server)
    op_server.clear()
