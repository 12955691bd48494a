"""The registry of OAuth clients, and technical users made while running."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import requests

from portal.emulator.config import EmulatorConfig
from portal.emulator.identity.clients import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    Client,
    ClientRefused,
    ClientRegistry,
    new_secret,
)
from portal.emulator.testing import RunningEmulator

from .flows import claims_of

APPLICATION = Client(
    client_id="demoapp",
    secret="s" * 43,
    grant_types=(AUTHORIZATION_CODE,),
    redirect_uris=("http://acme-demoapp.eu1.localhost:8100/login/callback",),
)


@pytest.fixture
def registry() -> ClientRegistry:
    return ClientRegistry(EmulatorConfig())


@pytest.fixture(autouse=True)
def fresh(emulator: RunningEmulator) -> Iterator[None]:
    emulator.hub.reset()
    yield
    emulator.hub.reset()


def technical_user(number: int) -> Client:
    return Client(f"acme-{number}", new_secret(), (CLIENT_CREDENTIALS,), tenant="acme")


def test_a_client_is_added_once_and_removed(registry: ClientRegistry) -> None:
    registry.add(APPLICATION)
    assert registry.get("demoapp") == APPLICATION
    with pytest.raises(ClientRefused, match="exists already"):
        registry.add(APPLICATION)
    registry.remove("demoapp")
    assert registry.get("demoapp") is None
    with pytest.raises(KeyError):
        registry.remove("demoapp")


def test_a_changed_secret_ends_the_old_one(registry: ClientRegistry) -> None:
    secret = new_secret()
    registry.change_secret("acme-hub-reader", secret)
    client = registry.by_id("acme-hub-reader")
    assert client.has_secret(secret)
    assert not client.has_secret(ClientRegistry(EmulatorConfig()).by_id("acme-hub-reader").secret)


@pytest.mark.parametrize("secret", ["", "a" * 42, "a" * 256, "a" * 42 + "-", "ä" * 43, "a" * 43 + "\n"])
def test_a_new_secret_has_43_to_255_letters_and_digits(registry: ClientRegistry, secret: str) -> None:
    before = registry.by_id("acme-hub-reader")
    with pytest.raises(ClientRefused, match="43 to 255"):
        registry.change_secret("acme-hub-reader", secret)
    assert registry.by_id("acme-hub-reader") is before
    with pytest.raises(KeyError):
        registry.change_secret("nobody", "a" * 43)


@pytest.mark.parametrize(
    "address",
    [
        "/relative",
        "http://x/#f",
        "http://x; script-src *",
        "http://x/ y",
        "http://x\n",
        "http://u:p@x/",
        "javascript:1",
    ],
)
def test_an_address_to_return_to_is_an_absolute_uri(registry: ClientRegistry, address: str) -> None:
    for client in (
        replace(APPLICATION, redirect_uris=(address,)),
        replace(APPLICATION, post_logout_uris=(address,)),
    ):
        with pytest.raises(ClientRefused, match="no address to return to"):
            registry.add(client)
    assert registry.get("demoapp") is None


@pytest.mark.parametrize("address", ["http://localhost:7707/", "http://[::1]:80/x?y=z", "com.example.app://callback"])
def test_hosts_ports_and_schemes_of_mobile_apps_are_addresses(registry: ClientRegistry, address: str) -> None:
    registry.add(replace(APPLICATION, redirect_uris=(address,)))


def test_a_tenant_has_at_most_ten_technical_users_even_at_the_same_time(registry: ClientRegistry) -> None:
    def add(number: int) -> bool:
        try:
            registry.add(technical_user(number))
        except ClientRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(30))) == 7
    registry.add(replace(technical_user(99), client_id="globex-99", tenant="globex"))
    registry.add(APPLICATION)


def test_the_sign_in_page_lets_its_form_return_to_a_mobile_app(emulator: RunningEmulator) -> None:
    mobile = replace(APPLICATION, redirect_uris=("com.example.app://callback",))
    emulator.hub.clients.add(mobile)
    question = {
        "client_id": "demoapp",
        "redirect_uri": mobile.redirect_uris[0],
        "response_type": "code",
        "scope": "openid",
    }
    page = requests.get(f"{emulator.url}/acme.piam/oauth/authorize", params=question, timeout=5)
    assert f"form-action {emulator.url} com.example.app:;" in page.headers["Content-Security-Policy"]


def create(emulator: RunningEmulator, **body: Any) -> requests.Response:
    return requests.post(f"{emulator.url}/_emulator/technical-users", json=body, timeout=5)


def test_a_technical_user_of_the_xcelerator_world_is_created_there(emulator: RunningEmulator) -> None:
    made = create(emulator, tenant="initech", name="line-1").json()
    assert made["token_url"] == f"{emulator.url}/1000001703.sws/oauth/token"
    form = {"grant_type": "client_credentials", **{name: made[name] for name in ("client_id", "client_secret")}}
    token = requests.post(made["token_url"], data=form, timeout=5).json()["access_token"]
    assert claims_of(token)["sws.samauth.ten"] == "1000001703"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"tenant": "acme"},
        {"tenant": "umbrella", "name": "x"},
        {"tenant": "acme", "name": "X"},
        {"tenant": "acme", "name": "x" * 33},
        {"tenant": ["acme"], "name": "x"},
        {"tenant": "acme", "name": "x", "scope": "iot.tim.r"},
        {"tenant": "acme", "name": "x", "scope": ["iot tim"]},
        {"tenant": "acme", "name": "x", "scope": [1]},
        {"tenant": "acme", "name": "x", "scope": [f"s{number}" for number in range(501)]},
    ],
)
def test_an_unusable_technical_user_is_refused(emulator: RunningEmulator, body: dict[str, Any]) -> None:
    before = len(list(emulator.hub.clients))
    assert create(emulator, **body).status_code == 400
    assert len(list(emulator.hub.clients)) == before


def test_the_secret_of_a_new_technical_user_is_shown_once(emulator: RunningEmulator) -> None:
    made = create(emulator, tenant="acme", name="line-1").json()
    banner = requests.get(f"{emulator.url}/_emulator/banner", timeout=5)
    (listed,) = [client for client in banner.json()["clients"] if client["client_id"] == made["client_id"]]
    assert listed["client_secret"] is None
    assert made["client_secret"] not in banner.text


def test_only_technical_users_can_be_deleted(emulator: RunningEmulator) -> None:
    url = f"{emulator.url}/_emulator/technical-users"
    for client_id, status in (("bindery", 404), ("nobody", 404), ("acme-hub-reader", 204), ("acme-hub-reader", 404)):
        assert requests.delete(url, params={"client_id": client_id}, timeout=5).status_code == status
    assert emulator.hub.clients.get("bindery") is not None
