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


@pytest.mark.parametrize(
    "text",
    ["", "[", "[" * 100_000, '{"shift": NaN}', '{"shift": Infinity}', '{"email": NaN}', "[]", "\xff", "1" * 10_000],
)
def test_what_is_no_json_object_is_refused(emulator: RunningEmulator, text: str) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("clock", "faults", "switches", "user-token"):
        answer = requests.post(f"{emulator.url}/_emulator/{path}", data=text.encode("latin-1"), headers=headers)
        assert answer.status_code == 400


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


def test_the_journal_is_read_newest_first_and_filtered(emulator: RunningEmulator, api: Api) -> None:
    emulator.clock.freeze(1_800_000_000)
    api = Api(emulator, technical_token(emulator, "acme"))
    emulator.requests.clear()
    api.assets(size="500")
    api.assets(filter='{"name":"secret"}')
    requests.get(f"{api.base}/assetmanagement/v3/assets/root", headers={"Authorization": "Bearer secret"})
    journal = f"{emulator.url}/_emulator/requests"
    whole = requests.get(journal)
    assert "secret" not in whole.text
    root, listed, refused = whole.json()["requests"]
    assert (root["status"], root["tenant"], root["client"]) == (401, "", "")
    assert root["reason"].startswith("not a token of this Hub")
    assert listed.pop("duration_ms") > 0
    assert listed == {
        "time": "2027-01-15T08:00:00.000Z",
        "method": "GET",
        "path": "/gateway/api/assetmanagement/v3/assets",
        "status": 200,
        "client": "acme-hub-reader",
        "tenant": "acme",
        "reason": "allowed by mdsp:core:assetmanagement.standarduser",
        "limit": "",
        "fault": "",
    }
    assert (refused["status"], refused["limit"]) == (400, "200 entries per page")

    def paths(**params: Any) -> list[int]:
        return [entry["status"] for entry in requests.get(journal, params=params).json()["requests"]]

    assert paths(limit=1) == [401]
    assert paths(path="assets/root") == [401]
    assert paths(status=400) == [400]
    assert paths(client="acme-hub-reader", limit=1) == [200]
    assert paths(client="nobody") == []
    for wrong in ({"limit": "x"}, {"limit": "-1"}, {"limit": "1001"}, {"status": "4xx"}):
        assert requests.get(journal, params=wrong).status_code == 400
    assert requests.delete(journal).status_code == 204
    assert len(emulator.requests) == 0


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
        ({}, 404),
        ({"email": "nobody@acme.example"}, 404),
        ({"email": ["alice@acme.example"]}, 404),
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


def test_the_pytest_plugin_gives_a_fresh_emulator_to_each_test(tmp_path: Path) -> None:
    test = tmp_path / "test_client.py"
    test.write_text(
        "import pytest\n"
        "pytest_plugins = ['portal.emulator.pytest_plugin']\n"
        "@pytest.mark.parametrize('run', [1, 2])\n"
        "def test_it(hub_emulator, run):\n"
        "    assert list(hub_emulator.faults) == []\n"
        "    hub_emulator.faults.add('*', status=503)\n"
        "    assert hub_emulator.user_token('alice@acme.example')\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django", str(test)]
    path = {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, **path}, capture_output=True, text=True)
    assert "2 passed" in done.stdout, done.stdout + done.stderr
