"""Importing the credential of an application, which gets its tokens of the Technical Token Manager."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
import requests
from django.test import Client

from portal.emulator.testing import RunningEmulator
from portal.hub import token_manager
from portal.hub.environments import environment
from portal.keys.models import BindingKey
from portal.keys.upstream import upstream_credential
from portal.lib.secret import Secret
from portal.scoping import tenant_scope
from tests.cast import Cast, get_token, make_key, make_upstream_key, signed_in

IMPORT = "/t/acme/keys/import/"
ADDRESS = "/gateway/api/technicaltokenmanager/v3/oauth/token"


@pytest.fixture
def secret(hub: RunningEmulator) -> str:
    banner = requests.get(f"{hub.url}/_emulator/banner", timeout=5).json()
    return str(
        next(one["client_secret"] for one in banner["app_credentials"] if one["client_id"] == "acme-demoapp-1.0.0")
    )


def written(hub: RunningEmulator, secret: str, **changed: str) -> dict[str, str]:
    return {
        "name": "Demo app",
        "source": "app_credential",
        "token_url": f"{hub.url}{ADDRESS}",
        "client_id": "acme-demoapp-1.0.0",
        "client_secret": secret,
        "app_name": "demoapp",
        "app_version": "1.0.0",
    } | changed


def test_becomes_the_way_to_the_hub(alice: Client, cast: Cast, hub: RunningEmulator, secret: str) -> None:
    page = alice.post(IMPORT, written(hub, secret), follow=True).content.decode()
    assert re.search(r"Demo app is imported .* gave a token in \d+ ms and the first of \d+ assets in \d+ ms", page)
    key = BindingKey.all_tenants.get()
    assert (key.source, key.get_source_display(), key.is_upstream) == (
        "app_credential",
        "Imported app credential",
        True,
    )
    assert "Pump P-101" in alice.get("/t/acme/assets/").content.decode()


def test_apps_read_through_it(alice: Client, cast: Cast, hub: RunningEmulator, secret: str) -> None:
    alice.post(IMPORT, written(hub, secret))
    token = get_token(Client(), *make_key(cast.acme))
    answer = Client().get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert b"Pump P-101" in b"".join(answer)


def test_wire_form_is_that_of_the_token_manager(alice: Client, cast: Cast, hub: RunningEmulator, secret: str) -> None:
    alice.post(IMPORT, written(hub, secret))
    with tenant_scope(cast.acme.pk):
        credential = upstream_credential(cast.acme)
    url, content = token_manager.request(credential.token_url, credential.client_id, credential.secret)
    assert url == f"{hub.url}{ADDRESS}"
    assert content["json"] == {"hostTenant": "acme", "appName": "demoapp", "appVersion": "1.0.0", "userTenant": "acme"}
    key = base64.b64encode(f"acme-demoapp-1.0.0:{secret}".encode()).decode()
    assert content["headers"]["X-SPACE-AUTH-KEY"] == f"Basic {key}"


def test_application_of_another_tenant_reads_this_ones_data(cast: Cast, hub: RunningEmulator, secret: str) -> None:
    charlie = signed_in(cast.charlie)
    charlie.post("/t/globex/keys/import/", written(hub, secret, host_tenant="acme"))
    assert BindingKey.all_tenants.get().tenant == cast.globex
    page = charlie.get("/t/globex/assets/").content.decode()
    assert "Pump P-101" not in page
    assert "could not" not in page


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"app_name": ""}, "An app credential works for one version of one application"),
        ({"app_version": ""}, "An app credential works for one version of one application"),
        ({"app_name": "Demo App"}, "Enter a valid value"),
        ({"host_tenant": "acme/x"}, "Enter a valid value"),
        ({"token_url": "{hub}/acme.piam/oauth/token"}, "the address of the Technical Token Manager"),
        (
            {"token_url": "https://evil.example/api/technicaltokenmanager/v3/oauth/token"},
            "The TokenURL of this tenant is",
        ),
        ({"token_url": f"{{hub}}{ADDRESS}?hostTenant=globex"}, "without a query"),
        ({"token_url": f"{{hub}}{ADDRESS}?hostTenant=acme&hostTenant=globex"}, "without a query"),
        ({"token_url": f"{{hub}}{ADDRESS}?hostTenant="}, "without a query"),
        ({"token_url": f"{{hub}}{ADDRESS}?appVersion=2.0.0"}, "without a query"),
        ({"token_url": f"{{hub}}{ADDRESS}?x"}, "without a query"),
        ({"token_url": f"{{hub}}{ADDRESS}?hostTenant=acme", "host_tenant": "globex"}, "without a query"),
        ({"client_secret": "wrong"}, "does not accept this clientID with this clientSecret"),
        ({"app_version": "2.0.0"}, "does not accept this clientID with this clientSecret"),
        ({"host_tenant": "globex"}, "does not accept this clientID with this clientSecret"),
    ],
)
def test_refused_and_the_one_before_stays(
    alice: Client, cast: Cast, hub: RunningEmulator, secret: str, changed: dict[str, str], told: str
) -> None:
    before = make_upstream_key(cast.acme)
    form = written(hub, secret, **{name: value.replace("{hub}", hub.url) for name, value in changed.items()})
    answer = alice.post(IMPORT, form)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert secret not in answer.content.decode()
    assert BindingKey.all_tenants.get(revoked_at=None).pk == before.pk


@pytest.mark.parametrize("query", ["?", "?hostTenant=acme", "?userTenant=acme&appVersion=1.0.0&appName=demoapp"])
def test_query_that_says_the_same_is_fine(
    alice: Client, cast: Cast, hub: RunningEmulator, secret: str, query: str
) -> None:
    assert alice.post(IMPORT, written(hub, secret, token_url=f"{hub.url}{ADDRESS}{query}")).status_code == 302
    kept = "?hostTenant=acme&appName=demoapp&appVersion=1.0.0&userTenant=acme"
    assert BindingKey.all_tenants.get().token_url == f"{hub.url}{ADDRESS}{kept}"


def test_secret_goes_to_the_token_manager_only_as_its_own_kind(
    alice: Client, cast: Cast, hub: RunningEmulator, secret: str
) -> None:
    """With another kind named, the address alone decides, and it must be one of this tenant."""
    answer = alice.post(
        IMPORT, written(hub, secret, source="technical_user", token_url=f"{hub.url}/gateway/api/other/v3/oauth/token")
    )
    assert answer.status_code == 422
    assert BindingKey.all_tenants.count() == 0


def test_credential_without_the_right_to_read_is_not_imported(alice: Client, cast: Cast, hub: RunningEmulator) -> None:
    body = {"hostTenant": "acme", "appName": "silent", "appVersion": "1.0.0", "accessLevel": "SDI only"}
    made: dict[str, Any] = requests.post(f"{hub.url}/_emulator/app-credentials", json=body, timeout=5).json()
    form = written(hub, made["clientSecret"], client_id=made["clientId"], app_name="silent")
    answer = alice.post(IMPORT, form)
    assert answer.status_code == 422
    assert "Insights Hub refused the call with status 403" in answer.content.decode()
    assert BindingKey.all_tenants.count() == 0


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("eu1", "https://gateway.eu1.mindsphere.io/api/technicaltokenmanager"),
        ("eu1x", "https://api.eu1.siemens.app/api/technicaltokenmanager-1000001700"),
    ],
)
def test_address_follows_the_environment(name: str, base: str) -> None:
    address = token_manager.address(environment(name))
    assert address == f"{base}/v3/oauth/token"
    assert token_manager.is_meant_by(address)


def test_request_does_not_show_the_secret_in_its_address() -> None:
    url = token_manager.token_url(
        "https://h/api/technicaltokenmanager/v3/oauth/token",
        host_tenant="a",
        app_name="b",
        app_version="1;2#3",
        user_tenant="c",
    )
    sent, content = token_manager.request(url, "id", Secret("s3cret"))
    assert "?" not in sent
    assert content["json"]["appVersion"] == "1;2#3"
