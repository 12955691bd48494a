"""The emulator's own paths, faults, clock, journal, and the ways to start it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.test import Client

from portal.emulator.application import make_application
from portal.emulator.banner import banner_text
from portal.emulator.config import EmulatorConfig
from portal.emulator.routes import url_map
from portal.emulator.testing import RunningEmulator

from .flows import Api, technical_token

REPOSITORY = Path(__file__).parents[2]
OPEN_TO_ALL = {"/_emulator/health", "/_emulator/static/<name>"}
CONTROL = sorted(
    {
        (method, rule.rule.replace("<fault_id>", "f1").replace("<action>", "reset"))
        for rule in url_map().iter_rules()
        if rule.rule.startswith("/_emulator") and rule.rule not in OPEN_TO_ALL
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
)


@pytest.fixture(scope="module")
def client(running: RunningEmulator) -> Client:
    """The application without a server, so that a test can choose where a request comes from."""
    return Client(make_application(running.hub))


def test_health(emulator: RunningEmulator) -> None:
    emulator.clock.freeze(1_800_000_000.5)
    answer = requests.get(f"{emulator.url}/_emulator/health")
    assert answer.text == '{"healthStatus":"green","time":"2027-01-15T08:00:00.500Z"}'


def test_the_banner_has_all_a_newcomer_needs(emulator: RunningEmulator) -> None:
    answer = requests.get(f"{emulator.url}/_emulator/banner")
    assert answer.headers["Cache-Control"] == "no-store"
    banner = answer.json()
    assert banner["url"] == emulator.url
    assert banner["tenants"] == [
        {
            "name": "acme",
            "display_name": "Acme Pumps GmbH",
            "numeric_id": "1000001701",
            "region": "eu1",
            "world": "classic",
        },
        {
            "name": "globex",
            "display_name": "Globex Energy",
            "numeric_id": "1000001702",
            "region": "eu1",
            "world": "classic",
        },
        {
            "name": "initech",
            "display_name": "Initech Drives",
            "numeric_id": "1000001703",
            "region": "eu1",
            "world": "xcelerator",
        },
    ]
    assert [account["email"] for account in banner["accounts"]] == [
        "alice@acme.example",
        "dev@acme.example",
        "dana@acme.example",
        "audrey@acme.example",
        "olga@acme.example",
        "charlie@globex.example",
        "iris@initech.example",
    ]
    for client in banner["clients"][1:]:
        token = requests.post(
            client["token_urls"][0],
            data={"grant_type": "client_credentials"},
            auth=(client["client_id"], client["client_secret"]),
        ).json()["access_token"]
        (example,) = [e for e in banner["examples"] if e["tenant"] == client["tenant"]]
        gateway, suffix = ("/api.app", "-1000001700") if client["tenant"] == "initech" else ("/gateway", "")
        path = f"/iottimeseries{suffix}/v3/timeseries/{example['asset_id']}/{example['aspect']}"
        assert example["variable"] in Api(emulator, token, gateway).get(path).json()[0]


def test_the_banner_does_without_an_example(emulator: RunningEmulator) -> None:
    """Tenants may delete all that has time series."""
    inventory = emulator.hub.inventory
    for asset in inventory.assets("initech"):
        if asset.name.startswith("Drive"):
            inventory.put_asset(replace(asset, deleted=emulator.clock.now_datetime()))
    examples = requests.get(f"{emulator.url}/_emulator/banner").json()["examples"]
    assert [example["tenant"] for example in examples] == ["acme", "globex"]
    assert "Assets to start with" in banner_text(emulator.hub)
    emulator.reset()


def test_secrets_follow_from_the_seed_and_do_not_show_in_a_repr(
    emulator: RunningEmulator,
) -> None:
    clients = requests.get(f"{emulator.url}/_emulator/banner").json()["clients"]
    assert all(re.fullmatch("[A-Za-z0-9_-]{43}", client["client_secret"]) for client in clients)
    assert len({client["client_secret"] for client in clients}) == len(clients)
    registered = emulator.hub.clients.by_id("bindery")
    assert registered.secret not in repr(registered)


@pytest.mark.parametrize(("method", "path"), CONTROL)
@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "rebound.example:8100"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost.example"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "[::1"},
        {"REMOTE_ADDR": ""},
    ],
)
def test_control_answers_only_callers_on_this_machine(
    client: Client, method: str, path: str, environ: dict[str, str]
) -> None:
    answer = client.open(path, method=method, environ_overrides=environ)
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["localhost:8100", "127.0.0.1", "hub.example:443"])
def test_control_knows_the_emulators_own_names(host: str) -> None:
    from portal.emulator.hub import Hub

    client = Client(make_application(Hub(EmulatorConfig(url="https://hub.example"))))
    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": host}
    assert client.get("/_emulator/banner", environ_overrides=environ).status_code == 200


def control(emulator: RunningEmulator, path: str, body: Any) -> requests.Response:
    return requests.post(f"{emulator.url}/_emulator/{path}", json=body)


def test_the_clock_can_be_set_over_http(emulator: RunningEmulator) -> None:
    clock = f"{emulator.url}/_emulator/clock"
    frozen = control(emulator, "clock", {"freeze": "2030-01-01T00:00:00Z"}).json()
    assert (frozen["now"], frozen["frozen"]) == ("2030-01-01T00:00:00+00:00", True)
    assert control(emulator, "clock", {"shift": 60}).json()["now"] == "2030-01-01T00:01:00+00:00"
    assert requests.get(clock).json()["now"] == "2030-01-01T00:01:00+00:00"
    running = control(emulator, "clock", {"resume": True}).json()
    assert (running["now"][:16], running["frozen"]) == ("2030-01-01T00:01", False)
    assert requests.delete(clock).status_code == 200
    assert abs(emulator.clock.now() - time.time()) < 5
    assert control(emulator, "clock", {"freeze": True}).json()["frozen"] is True


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"freeze": "soon"},
        {"freeze": "2030-01-01T00:00:00"},
        {"freeze": "9999-01-01T00:00:00Z"},
        {"freeze": "1950-01-01T00:00:00Z"},
        {"shift": "x"},
        {"shift": True},
        {"shift": 1e300},
        {"shift": 10**400},
        {"shift": -1e10},
        {"shift": 1, "reset": True},
        {"reset": False},
    ],
)
def test_a_wrong_clock_is_refused(emulator: RunningEmulator, body: Any) -> None:
    assert control(emulator, "clock", body).status_code == 400
    assert abs(emulator.clock.now() - time.time()) < 5


def test_reset_gives_back_the_start(emulator: RunningEmulator, api: Api) -> None:
    state = f"{emulator.url}/_emulator/state"
    before = requests.get(state).json()
    pump = api.asset_id("Pump P-101")
    emulator.clock.freeze(1_800_000_000)
    emulator.faults.add("/nowhere", status=500)
    control(emulator, "switches", {"max_page_size": 2000})
    emulator.hub.clients.remove("acme-hub-admin")
    after = requests.post(f"{emulator.url}/_emulator/reset").json()
    volatile = {"now", "requests"}
    assert {k: v for k, v in after.items() if k not in volatile} == {
        k: v for k, v in before.items() if k not in volatile
    }
    assert api.asset_id("Pump P-101") == pump


def test_another_seed_gives_other_ids_and_the_same_seed_the_same(emulator: RunningEmulator, api: Api) -> None:
    banner = f"{emulator.url}/_emulator/banner"
    before = requests.get(banner).json()
    assert control(emulator, "reset", {"seed": "other"}).json()["seed"] == "other"
    other = requests.get(banner).json()
    for key in ("examples", "clients"):
        assert other[key] != before[key]
    assert control(emulator, "reset", {"seed": "bindery"}).status_code == 200
    assert requests.get(banner).json() == before


@pytest.mark.parametrize("body", [{"seed": ""}, {"seed": 5}, {"seed": "x" * 201}, {"seed": "a\nb"}, {"sead": "x"}])
def test_a_wrong_seed_changes_nothing(emulator: RunningEmulator, body: Any) -> None:
    before = emulator.hub.inventory
    assert control(emulator, "reset", body).status_code == 400
    assert emulator.hub.inventory is before


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost:3000"}, {"Sec-Fetch-Site": "same-site"}])
@pytest.mark.parametrize("path", ["reset", "tokens/expire"])
def test_a_foreign_page_cannot_post_without_a_body(
    emulator: RunningEmulator, path: str, headers: dict[str, str]
) -> None:
    assert requests.post(f"{emulator.url}/_emulator/{path}", headers=headers).status_code == 403


def test_tokens_expire_on_demand(emulator: RunningEmulator, api: Api) -> None:
    emulator.clock.freeze()
    person = Api(emulator, emulator.user_token("alice@acme.example", "acme"))
    assert (api.assets().status_code, person.assets().status_code) == (200, 200)
    assert requests.post(f"{emulator.url}/_emulator/tokens/expire").status_code == 204
    assert (api.assets().status_code, person.assets().status_code) == (401, 401)
    assert emulator.requests[-1].reason == "expired on demand"
    assert Api(emulator, technical_token(emulator, "acme")).assets().status_code == 200


def test_a_script_gets_a_persons_token(emulator: RunningEmulator) -> None:
    answer = control(emulator, "user-token", {"email": "alice@acme.example"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["token_type"] == "bearer"
    assert Api(emulator, answer.json()["access_token"]).assets().status_code == 200
    iris = control(emulator, "user-token", {"email": "iris@initech.example"}).json()["access_token"]
    assert Api(emulator, iris, "/api.app").get("/assetmanagement-1000001700/v3/assets").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"email": "nobody@acme.example"}, 404),
        ({"email": ["alice@acme.example"]}, 400),
        ({"email": "alice@acme.example", "host": "globex"}, 400),
        ({"email": "alice@acme.example", "host": "nowhere"}, 400),
        ({"email": "alice@acme.example", "host": []}, 400),
        ({"email": "alice@acme.example", "client": "nobody"}, 400),
        ({"email": "alice@acme.example", "client": 5}, 400),
        ({"email": "alice@acme.example", "scope": "x"}, 400),
    ],
)
def test_a_wrong_wish_for_a_token_is_refused(emulator: RunningEmulator, body: Any, status: int) -> None:
    assert control(emulator, "user-token", body).status_code == status


def test_switches_are_shown_and_set(emulator: RunningEmulator, api: Api) -> None:
    url = f"{emulator.url}/_emulator/switches"
    assert api.assets(size="500").status_code == 400
    assert control(emulator, "switches", {"max_page_size": 2000}).json()["max_page_size"] == 2000
    assert api.assets(size="500").status_code == 200
    shown = requests.get(url).json()["max_page_size"]
    assert (shown["value"], shown["default"]) == (2000, 200)
    for wrong in ({"colour": 1}, {"max_page_size": "many"}, {"max_page_size": 300, "latest_value": "perhaps"}):
        assert control(emulator, "switches", wrong).status_code == 400
    assert requests.get(url).json()["max_page_size"]["value"] == 2000
    emulator.reset()
