"""Technical Token Manager: what does not fit into a row of the contract table."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import jwt
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from portal.emulator.application import make_application
from portal.emulator.config import EmulatorConfig
from portal.emulator.hub import Hub
from portal.emulator.testing import RunningEmulator

from .flows import Api, claims_of

CLIENT = "acme-demoapp-1.0.0"
APPLICATION = {"hostTenant": "acme", "appName": "demoapp", "appVersion": "1.0.0"}
PATHS = ("oauth/token", "oauthTokens")
YEAR = 365 * 24 * 3600


@pytest.fixture(autouse=True)
def fresh(emulator: RunningEmulator) -> Iterator[None]:
    emulator.hub.reset()
    yield
    emulator.hub.reset()


def key_of(client_id: str, secret: str) -> dict[str, str]:
    return {"X-SPACE-AUTH-KEY": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def seeded_key(emulator: RunningEmulator, client_id: str = CLIENT) -> dict[str, str]:
    """The credential of the banner."""
    banner = requests.get(f"{emulator.url}/_emulator/banner", timeout=5).json()
    return next(
        key_of(client_id, entry["client_secret"])
        for entry in banner["app_credentials"]
        if entry["client_id"] == client_id
    )


def ask(emulator: RunningEmulator, headers: dict[str, str], **fields: Any) -> requests.Response:
    body = {**APPLICATION, "userTenant": "acme", **fields}
    url = f"{emulator.url}/gateway/api/technicaltokenmanager/v3/oauth/token"
    return requests.post(url, json=body, headers=headers, timeout=5)


def create(emulator: RunningEmulator, **fields: Any) -> requests.Response:
    body = {"hostTenant": "acme", "appName": "pumps", "appVersion": "1.0.0", **fields}
    return requests.post(f"{emulator.url}/_emulator/app-credentials", json=body, timeout=5)


def test_the_way_of_an_sdk_from_key_to_checked_token_to_data(emulator: RunningEmulator) -> None:
    """It asks for a token, fetches the keys where ``gateway`` is replaced by ``<tenant>.piam``, and checks it."""
    gateway = f"{emulator.url}/gateway"
    token = ask(emulator, seeded_key(emulator)).json()["access_token"]
    keys = requests.get(gateway.replace("gateway", "acme.piam", 1) + "/token_keys", timeout=5).json()["keys"]
    pem = next(key["value"] for key in keys if key["kid"] == jwt.get_unverified_header(token)["kid"])
    assert jwt.decode(token, pem, algorithms=["RS256"], audience=CLIENT)["ten"] == "acme"
    assert Api(emulator, token).asset_id("Pump P-101")


def test_the_token_of_a_customer_opens_the_customers_data_only(emulator: RunningEmulator) -> None:
    token = ask(emulator, seeded_key(emulator), userTenant="globex").json()["access_token"]
    tenants = {asset["tenantId"] for asset in Api(emulator, token).assets().json()["_embedded"]["assets"]}
    assert tenants == {"globex"}


@pytest.mark.parametrize(
    ("level", "reads", "writes"), [("Limited", True, False), ("Read and Write", True, True), ("SDI only", False, False)]
)
def test_the_access_level_decides_what_the_token_opens(
    emulator: RunningEmulator, level: str, reads: bool, writes: bool
) -> None:
    made = create(emulator, accessLevel=level).json()
    headers = key_of(made["clientId"], made["clientSecret"])
    scope = ask(emulator, headers, appName="pumps").json()["scope"].split()
    assert ("iot.tim.r" in scope, "iot.tim.w" in scope) == (reads, writes)


def test_a_credential_lives_365_days_by_the_emulators_clock(emulator: RunningEmulator) -> None:
    emulator.clock.freeze(1_800_000_000)
    made = create(emulator).json()
    headers = key_of(made["clientId"], made["clientSecret"])
    emulator.clock.shift(YEAR - 1)
    assert ask(emulator, headers, appName="pumps").status_code == 200
    emulator.clock.shift(1)
    assert ask(emulator, headers, appName="pumps").status_code == 401
    assert emulator.requests[-1].reason == "acme-pumps-1.0.0 has expired"


def test_the_secret_of_a_new_credential_is_shown_once(emulator: RunningEmulator) -> None:
    made = create(emulator).json()
    banner = requests.get(f"{emulator.url}/_emulator/banner", timeout=5)
    listed = requests.get(f"{emulator.url}/_emulator/app-credentials", timeout=5)
    assert made["clientId"] in banner.text and made["clientId"] in listed.text
    assert made["clientSecret"] not in banner.text + listed.text
    assert made["clientSecret"] not in repr(list(emulator.hub.app_credentials))


def test_credentials_made_at_the_same_time_have_different_ids(emulator: RunningEmulator) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: create(emulator).json()["clientId"], range(16)))
    assert ids == {"acme-pumps-1.0.0", *(f"acme-pumps-1.0.0-{number}" for number in range(2, 17))}


def test_a_custom_level_needs_scopes_and_no_other_level_takes_them(emulator: RunningEmulator) -> None:
    assert create(emulator, accessLevel="Custom").status_code == 400
    assert create(emulator, accessLevel="Limited", scopes=["iot.tim.w"]).status_code == 400
    assert create(emulator, accessLevel="Custom", scopes=["iot.tim.w", "iot.tim.w"]).status_code == 400
    assert create(emulator, accessLevel="Custom", scopes=["not a scope"]).status_code == 400
    assert len(list(emulator.hub.app_credentials)) == 2


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["app-credentials", "technical-users"])
def test_credentials_are_made_only_from_this_machine(emulator: RunningEmulator, method: str, path: str) -> None:
    client = Client(make_application(emulator.hub))
    environ = {"REMOTE_ADDR": "192.0.2.7"}
    answer = client.open(f"/_emulator/{path}", method=method, environ_overrides=environ)
    assert answer.status_code == (405 if (method, path) == ("GET", "technical-users") else 403)


@pytest.mark.parametrize("path", ["app-credentials", "technical-users"])
def test_a_page_of_another_origin_cannot_make_a_credential(emulator: RunningEmulator, path: str) -> None:
    body = json.dumps({**APPLICATION, "tenant": "acme", "name": "x"})
    answer = requests.post(
        f"{emulator.url}/_emulator/{path}", data=body, headers={"Content-Type": "text/plain"}, timeout=5
    )
    assert answer.status_code == 415


def test_nothing_is_revoked_twice(emulator: RunningEmulator) -> None:
    url = f"{emulator.url}/_emulator/app-credentials"
    assert requests.delete(url, params={"client_id": CLIENT}, timeout=5).status_code == 204
    assert requests.delete(url, params={"client_id": CLIENT}, timeout=5).status_code == 404


def test_the_journal_tells_who_asked_and_why_not(emulator: RunningEmulator) -> None:
    headers = seeded_key(emulator)
    emulator.requests.clear()
    ask(emulator, headers)
    ask(emulator, headers, appVersion="2.0.0")
    ask(emulator, key_of(CLIENT, "wrong"))
    ask(emulator, key_of("wrong-way-round", CLIENT))
    assert [(entry.status, entry.client, entry.reason) for entry in emulator.requests] == [
        (200, CLIENT, f"allowed: a token of {CLIENT}"),
        (403, CLIENT, "The credential belongs to another application or version."),
        (401, CLIENT, f"wrong secret of {CLIENT}"),
        (401, "", "no credential has the client id in X-SPACE-AUTH-KEY"),
    ]


def test_impersonation_ends_with_the_account(emulator: RunningEmulator) -> None:
    headers = seeded_key(emulator)
    person = {"caller_context_type": "email", "caller_context": "Dev@acme.example"}
    assert ask(emulator, headers, **person).status_code == 200
    dev = emulator.hub.directory.by_email("dev@acme.example")
    emulator.hub.directory.remove(dev, at=emulator.clock.now())
    assert ask(emulator, headers, **person).status_code == 403


WHOLE = {**APPLICATION, "userTenant": "acme", "userTenants": ["acme"], "tenant": "acme", "name": "line-1"}
HOSTILE = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"appName":NaN}',
    b'{"appName":1e999}',
    b'{"appName":' + b"9" * 5000 + b"}",
    b'{"appName":"other",' + json.dumps(WHOLE)[1:].encode(),
    json.dumps(WHOLE)[:-1].encode() + b',"more":NaN}',
    b'{"appName":"\\ud800"}',
    b'{"appName":"demoapp\\u0000"}',
    b'{"appName":"demoapp\\n"}',
    b'{"appName":{"$gt":""}}',
    json.dumps({**APPLICATION, "userTenant": "acme", "appName": "a" * 1000}).encode(),
    json.dumps({**APPLICATION, "userTenant": ["acme"], "userTenants": "acme"}).encode(),
    json.dumps({**APPLICATION, "userTenant": None, "userTenants": ["acme", "acme"]}).encode(),
    json.dumps({**APPLICATION, "userTenant": "../acme", "userTenants": [None]}).encode(),
    json.dumps({**APPLICATION, "userTenant": "", "userTenants": ["x"] * 501}).encode(),
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_body_is_refused_as_a_wrong_parameter(emulator: RunningEmulator, path: str, body: bytes) -> None:
    headers = {**seeded_key(emulator), "Content-Type": "application/json"}
    url = f"{emulator.url}/gateway/api/technicaltokenmanager/v3/{path}"
    answer = requests.post(url, data=body, headers=headers, timeout=5)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "mdsp.core.generic.invalidParameter")


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("path", ["app-credentials", "technical-users"])
def test_a_hostile_body_makes_no_credential(emulator: RunningEmulator, path: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{emulator.url}/_emulator/{path}", data=body, headers=headers, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


@pytest.mark.parametrize("query", ["page=-1", "page=x", "page=1e3", "size=0", "size=", "page=99999999999", "size=²"])
def test_a_page_is_two_whole_numbers(emulator: RunningEmulator, query: str) -> None:
    url = f"{emulator.url}/gateway/api/technicaltokenmanager/v3/userTenants?{query}"
    assert requests.get(url, headers=seeded_key(emulator), timeout=5).status_code == 400


HUB = Hub(EmulatorConfig())
IN_PROCESS = Client(make_application(HUB))


@given(key=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=80))
@settings(max_examples=200)
def test_no_key_but_the_right_one_is_let_in(key: str) -> None:
    for value in (key, f"Basic {key}", "Basic " + base64.b64encode(key.encode("latin-1")).decode()):
        answer = IN_PROCESS.get(
            "/gateway/api/technicaltokenmanager/v3/userTenants",
            environ_overrides={"HTTP_X_SPACE_AUTH_KEY": value},
        )
        assert answer.status_code == 401


def test_a_token_is_written_in_the_form_in_which_it_was_asked_for(emulator: RunningEmulator) -> None:
    port = emulator.url.rpartition(":")[2]
    answer = requests.post(
        f"{emulator.url}/api/technicaltokenmanager/v3/oauth/token",
        json={**APPLICATION, "userTenant": "acme"},
        headers={**seeded_key(emulator), "Host": f"gateway.eu1.localhost:{port}"},
        timeout=5,
    )
    issuer = claims_of(answer.json()["access_token"])["iss"]
    assert issuer == f"http://core.piam.eu1.localhost:{port}/oauth/token"


@pytest.mark.parametrize("moment", [-1, 1 << 62])
def test_a_credential_was_made_at_a_moment_that_can_be_written(emulator: RunningEmulator, moment: int) -> None:
    credential = emulator.hub.app_credentials.get(CLIENT)
    assert credential is not None
    with pytest.raises(ValueError, match="before the year 9000"):
        replace(credential, issued_at=moment)
