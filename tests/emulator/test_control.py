"""The emulator's own paths, faults, clock, journal, and the ways to start it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.test import Client

from portal.emulator.application import make_application
from portal.emulator.config import EmulatorConfig, WrongSetting
from portal.emulator.testing import RunningEmulator

from .flows import Api

REPOSITORY = Path(__file__).parents[2]
CONTROL = (
    ("GET", "/_emulator/banner"),
    ("POST", "/_emulator/faults"),
    ("DELETE", "/_emulator/faults"),
    ("POST", "/_emulator/clock"),
)


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
        {"REMOTE_ADDR": ""},
    ],
)
def test_control_answers_only_callers_on_this_machine(
    emulator: RunningEmulator, method: str, path: str, environ: dict[str, str]
) -> None:
    client = Client(make_application(emulator.hub))
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
    assert control(emulator, "clock", {"freeze": "2030-01-01T00:00:00Z"}).json() == {"now": "2030-01-01T00:00:00+00:00"}
    assert control(emulator, "clock", {"shift": 60}).json() == {"now": "2030-01-01T00:01:00+00:00"}
    assert control(emulator, "clock", {"reset": True}).status_code == 200
    assert abs(emulator.clock.now() - time.time()) < 5


@pytest.mark.parametrize("body", [{}, {"freeze": "soon"}, {"freeze": "2030-01-01T00:00:00"}, {"shift": "x"}])
def test_a_wrong_clock_is_refused(emulator: RunningEmulator, body: Any) -> None:
    assert control(emulator, "clock", body).status_code == 400


def test_the_journal_tells_who_called_what_and_why_it_was_refused(emulator: RunningEmulator, api: Api) -> None:
    emulator.requests.clear()
    api.assets(filter="{")
    requests.get(f"{api.base}/assetmanagement/v3/assets/root")
    refused, anonymous = emulator.requests
    assert (refused.method, refused.path) == (
        "GET",
        "/gateway/api/assetmanagement/v3/assets",
    )
    assert (refused.status, refused.client) == (400, "acme-hub-reader")
    assert refused.reason == "The filter is not valid JSON."
    assert (anonymous.status, anonymous.client, anonymous.reason) == (
        401,
        "",
        "no bearer token",
    )


def test_the_journal_is_bounded(emulator: RunningEmulator, http: requests.Session) -> None:
    from portal.emulator.control.journal import Journal, ReceivedRequest

    journal = Journal(capacity=3)
    for status in range(5):
        journal.record(ReceivedRequest("GET", "/", status, "", ""))
    assert [entry.status for entry in journal] == [2, 3, 4]
    assert len(journal) == 3 and journal[-1].status == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMULATOR_URL", "http://localhost:8100/"),
        ("EMULATOR_URL", "localhost:8100"),
        ("EMULATOR_PORTAL_URL", "ftp://portal"),
        ("EMULATOR_SEED", ""),
    ],
)
def test_a_setting_that_cannot_work_is_refused_with_an_example(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=f"{name} is .*for example"):
        EmulatorConfig.from_environment({name: value})


def run_python(program: str, **environ: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_wsgi_module_reads_the_environment() -> None:
    program = (
        "from werkzeug.test import Client; from portal.emulator.wsgi import application;"
        "answer = Client(application).get('/acme.piam/.well-known/openid-configuration');"
        "print(answer.json['issuer'])"
    )
    issuer = run_python(program, EMULATOR_URL="https://hub.example")
    assert issuer == "https://hub.example/acme.piam/oauth/token"


def test_the_module_runs_alone_and_prints_where() -> None:
    command = [sys.executable, "-m", "portal.emulator", "--port", "0", "--seed", "demo"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://localhost:\d+", process.stdout.readline())
        try:
            assert found is not None
            assert requests.get(f"{found[0]}/_emulator/health").json()["healthStatus"] == "green"
        finally:
            process.terminate()


def test_the_emulator_imports_nothing_of_the_product_and_no_django() -> None:
    program = (
        "import sys; import portal.emulator.wsgi, portal.emulator.__main__;"
        "found = [m for m in sys.modules if m.partition('.')[0] in ('django', 'assets_app', 'requests')"
        " or m.startswith('portal.') and not m.startswith('portal.emulator')];"
        "print(found)"
    )
    assert run_python(program) == "[]"


def test_stop_frees_the_port_and_may_be_called_twice() -> None:
    from portal.emulator.testing import start_emulator

    emulator = start_emulator()
    emulator.stop()
    emulator.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{emulator.url}/_emulator/health")
