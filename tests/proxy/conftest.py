"""A binding key of acme with a token, acme's credential at the Hub, and a Hub of our own making."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from django.test import Client
from werkzeug import Request, Response

from portal.keys.models import BindingKey
from portal.proxy import bulkhead, upstream
from portal.tenants.models import Tenant
from tests.cast import Cast, get_token, make_key, make_upstream_key
from tests.environment import emulator
from tests.faults import Answer, AnyServer


@dataclass(frozen=True)
class Program:
    """A program that calls the portal with a token, as gunicorn hands its requests over."""

    key: BindingKey
    token: str

    def get(self, raw_target: str, **environ: Any) -> Any:
        return self.send("GET", raw_target, **environ)

    def send(self, method: str, raw_target: str, body: str = "", **environ: Any) -> Any:
        """A request with this target, byte for byte."""
        path, _, query = raw_target.partition("?")
        target = {
            "PATH_INFO": unquote_to_bytes(path.encode()).decode("latin-1"),
            "QUERY_STRING": query.encode().decode("latin-1"),
            "RAW_URI": raw_target.encode().decode("latin-1"),
            "HTTP_AUTHORIZATION": f"Bearer {self.token}",
        }
        return Client().generic(method, "/", body, **target | environ)


def make_program(tenant: Tenant) -> Program:
    key, secret = make_key(tenant)
    make_upstream_key(tenant)
    return Program(key, get_token(Client(), key, secret))


@pytest.fixture
def program(cast: Cast) -> Program:
    """A program of acme, and the emulator's journal empty."""
    made = make_program(cast.acme)
    emulator.requests.clear()
    return made


@pytest.fixture(autouse=True)
def free_places() -> None:
    """Tests that do not read a streamed answer to its end leave its place taken."""
    bulkhead._waiting.clear()


@pytest.fixture(scope="session")
def any_server() -> AnyServer:
    return AnyServer()


@pytest.fixture
def hostile(any_server: AnyServer, cast: Cast, settings: Any) -> Iterator[AnyServer]:
    """A gateway that answers as a test wants. Acme lives there; its tokens still come from the emulator."""
    any_server.clear()
    base = f"{any_server.url}/gateway"
    settings.HUB_ENVIRONMENTS = [
        {
            "name": "hostile",
            "label": "H",
            "region": "x",
            "api_base": base,
            "identity_base": "http://127.0.0.1:9/{tenant}",
        },
        {
            "name": "suffixed",
            "label": "S",
            "region": "x",
            "api_base": base,
            "identity_base": "http://127.0.0.1:9/{tenant}",
            "service_suffix": "-1000001700",
        },
        {
            "name": "closed",
            "label": "C",
            "region": "x",
            "api_base": "http://127.0.0.1:9",
            "identity_base": "http://127.0.0.1:9/{tenant}",
        },
    ]
    yield any_server
    any_server.clear()
    upstream._POOL.clear()


def move(tenant: Tenant, environment: str) -> None:
    """From now on this tenant lives in another environment; its imported key stays as it is."""
    Tenant.objects.filter(pk=tenant.pk).update(environment=environment)


def ok(request: Request) -> Answer:
    return Response("{}", content_type="application/json")
