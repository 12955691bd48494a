"""Snapshots: the whole state as one file, and nothing changes when the file is wrong."""

from __future__ import annotations

import copy
import json
import os
import random
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.test import Client

from portal.emulator.appgateway.applications import Application
from portal.emulator.application import make_application
from portal.emulator.control import snapshots
from portal.emulator.hub import Hub
from portal.emulator.testing import RunningEmulator, start_emulator
from portal.emulator.tokenmanager.credentials import AccessLevel
from portal.emulator.tokenmanager.credentials import Application as AppVersion

from .conftest import NOON
from .flows import Api

REPOSITORY = Path(__file__).parents[2]
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def changed(emulator: RunningEmulator) -> Iterator[RunningEmulator]:
    """An emulator in which a client has written into every store, over HTTP where that is possible."""
    emulator.reset()
    emulator.clock.freeze(NOON)
    hub = emulator.hub
    api = Api(emulator, admin_token(emulator))
    pump = api.asset_id("Pump P-101")
    written = [{"_time": "2026-11-20T11:30:00Z", "velocity": 4.5}]
    series = f"{api.base}/iottimeseries/v3/timeseries/{pump}/Vibration"
    assert api.session.put(series, json=written).status_code == 204
    gone = {"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T11:00:00Z"}
    assert api.session.delete(series, params=gone).status_code == 204
    assets = f"{api.base}/assetmanagement/v3/assets"
    new = {"name": "Péngüin ☃", "typeId": "core.basicdevice", "parentId": hub.inventory.root("acme").asset_id}
    assert api.session.post(assets, json=new).status_code == 201
    files = {"file": ("a.png", b"\x89PNG\r\n\x00\xff", "image/png")}
    assert api.session.post(f"{api.base}/assetmanagement/v3/files", files=files, data={"name": "a"}).status_code == 201
    hub.clients.change_secret("acme-hub-reader", "x" * 43)
    hub.applications.add(Application("shop", "acme", "http://127.0.0.1:5000"))
    hub.app_credentials.issue(AppVersion("acme", "shop", "1.0.0"), AccessLevel.CUSTOM, ("shop.user",), ("globex",))
    hub.locked_models.add("globex")
    assert control(emulator, "sharings", {"assetId": pump, "receiver": "globex"}).status_code == 201
    assert control(emulator, "switches", {"max_page_size": 2000}).status_code == 200
    yield emulator
    emulator.reset()


def admin_token(emulator: RunningEmulator) -> str:
    hub = emulator.hub
    client = hub.clients.by_id("acme-hub-admin")
    return hub.tokens.for_technical_user(client, "acme", client.scope).value


def control(emulator: RunningEmulator, path: str, body: Any) -> requests.Response:
    return requests.post(f"{emulator.url}/_emulator/{path}", json=body)


def saved(emulator: RunningEmulator) -> Any:
    return requests.post(f"{emulator.url}/_emulator/snapshot").json()


def answers(emulator: RunningEmulator) -> list[bytes]:
    """What a set of requests is answered."""
    api = Api(emulator, admin_token(emulator))
    pump = emulator.hub.inventory.example("acme")[0].asset_id
    paths = (
        "/assetmanagement/v3/assets?size=100",
        "/assetmanagement/v3/assettypes?size=100",
        "/assetmanagement/v3/aspecttypes?size=100",
        "/assetmanagement/v3/files",
        "/assetmanagement/v3/model/lock",
        f"/iottimeseries/v3/timeseries/{pump}/Vibration?from=2026-11-20T09:00:00Z&to=2026-11-20T12:00:00Z",
        "/identitymanagement/v3/Users",
        "/identitymanagement/v3/Groups",
        "/tenantmanagement/v4/tenantInfo",
    )
    found = [api.get(path) for path in paths]
    assert {answer.status_code for answer in found} == {200}
    return [answer.content.replace(emulator.url.encode(), b"") for answer in found]


def test_a_snapshot_brings_everything_back(changed: RunningEmulator) -> None:
    before, content = answers(changed), saved(changed)
    changed.reset("other")
    loaded = requests.post(f"{changed.url}/_emulator/snapshot/load", json=content)
    assert (loaded.status_code, loaded.json()["seed"]) == (200, "bindery")
    assert saved(changed) == content
    assert answers(changed) == before
    assert changed.hub.clients.by_id("acme-hub-reader").has_secret("x" * 43)
    assert changed.hub.applications.get("acme-shop") is not None
    assert changed.hub.clients.get("acme-shop-acme") is not None
    assert "acme-shop-1.0.0" in {credential.client_id for credential in changed.hub.app_credentials}
    assert changed.hub.switches.max_page_size == 2000
    pump = next(asset.asset_id for asset in changed.hub.inventory.assets("acme") if asset.name == "Pump P-101")
    sharings = requests.get(f"{changed.url}/_emulator/sharings").json()["sharings"]
    assert {"assetId": pump, "sharer": "acme", "receiver": "globex"} in sharings


def test_a_snapshot_moves_to_another_emulator(changed: RunningEmulator) -> None:
    before, content = answers(changed), saved(changed)
    with start_emulator(seed="elsewhere") as other:
        answer = requests.put(f"{other.url}/_emulator/snapshot/load", json=content)
        assert answer.status_code == 200
        assert answers(other) == before
        assert snapshots.dump(other.hub) == content
        portal = other.hub.clients.by_id("bindery")
        assert portal.redirect_uris == ("http://testserver/sign-in/callback/",)


def test_a_snapshot_is_a_download_and_holds_neither_key_nor_sessions(changed: RunningEmulator) -> None:
    answer = requests.get(f"{changed.url}/_emulator/snapshot")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="insights-hub-snapshot.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(answer.json()) == {"format", "version", "seed", "clock", "switches", *snapshots.PARTS}
    assert "PRIVATE KEY" not in answer.text
    assert changed.hub.clients.by_id("bindery").secret not in answer.text


def test_a_token_from_before_is_still_good(changed: RunningEmulator) -> None:
    api = Api(changed, admin_token(changed))
    assert control(changed, "snapshot/load", saved(changed)).status_code == 200
    assert api.assets().status_code == 200


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("NaN", "is not JSON"),
        (DEEP, "nested too deeply"),
        ("1" * 1_000_000, "is not JSON"),
        ("[]", "no snapshot"),
        ('{"format":"other"}', "no snapshot"),
        ('{"format":"insights-hub-emulator"}', "version None"),
        ('{"format":"insights-hub-emulator","version":2}', "version 2; this emulator reads version 1"),
        ('{"format":"insights-hub-emulator","version":true}', "version True"),
        ('{"format":"insights-hub-emulator","version":1}', "lacks part 'appCredentials'"),
    ],
)
def test_what_is_no_snapshot_is_refused(emulator: RunningEmulator, text: str, message: str) -> None:
    before = snapshots.dump_text(emulator.hub)
    answer = requests.post(f"{emulator.url}/_emulator/snapshot/load", data=text, headers=JSON)
    assert (answer.status_code, message in answer.json()["error_description"]) == (400, True), answer.text
    assert snapshots.dump_text(emulator.hub).partition('"switches"')[2] == before.partition('"switches"')[2]


def test_a_snapshot_is_json_and_nothing_else(emulator: RunningEmulator) -> None:
    answer = requests.post(f"{emulator.url}/_emulator/snapshot/load", data=snapshots.dump_text(emulator.hub))
    assert answer.status_code == 415


def at(snapshot: Any, path: str) -> tuple[Any, Any]:
    """The container and the key of a place such as ``inventory.assets.0.typeId``."""
    *above, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in above:
        snapshot = snapshot[key]
    return snapshot, last


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("seed", ""),
        ("seed", 5),
        ("clock", {"frozen": 1e300, "offset": 0.0}),
        ("clock", {"frozen": None}),
        ("switches", {"colour": 1}),
        ("switches.max_page_size", "2000"),
        ("inventory.assets.0.type_id", "core.nothing"),
        ("inventory.assets.1.parent_id", "0" * 32),
        ("inventory.assets.1.parent_id", ""),
        ("inventory.assets.0.tenant_id", "umbrella"),
        ("inventory.assets.0.name", 5),
        ("inventory.assets.0.name", "\ud800"),
        ("inventory.assets.0.shared_with", ["umbrella"]),
        ("inventory.assets.0.colour", "red"),
        ("inventory.assets.0", "acme"),
        ("inventory.assets", []),
        ("inventory.assets", {}),
        ("inventory.assetTypes", []),
        ("inventory.aspectTypes", []),
        ("inventory", []),
        ("files", [{"content": "x"}]),
        ("lockedModels", ["umbrella"]),
        ("lockedModels", ["globex", "acme"]),
        ("directory.accounts.0.email", 5),
        ("directory.accounts.0.tenant", "umbrella"),
        ("directory.groups", None),
        ("tenants", {}),
        ("clients.0.tenant", "umbrella"),
        ("clients.0.secret", None),
        ("applications", [{"name": "x", "tenant": "acme", "upstream": "http://192.0.2.1"}]),
        ("appCredentials.0.user_tenants", ["umbrella"]),
        ("appCredentials.0.access_level", "Everything"),
        ("timeSeries", {"series": 5}),
        ("timeSeries", []),
    ],
)
def test_a_state_that_cannot_be_is_refused_as_a_whole(emulator: RunningEmulator, path: str, value: Any) -> None:
    emulator.clock.freeze(NOON)
    before = snapshots.dump(emulator.hub)
    wrong = copy.deepcopy(before)
    container, key = at(wrong, path)
    container[key] = value
    wrong["seed"] = wrong["seed"] if path == "seed" else "another"
    assert control(emulator, "snapshot/load", wrong).status_code == 400
    assert snapshots.dump(emulator.hub) == before


def test_an_application_on_another_machine_comes_only_from_the_command_line(changed: RunningEmulator) -> None:
    content = saved(changed)
    content["applications"][0]["upstream"] = "http://192.0.2.1:80"
    answer = control(changed, "snapshot/load", content)
    assert answer.status_code == 400
    assert "has to be on this machine" in answer.json()["error_description"]


def test_assets_in_a_circle_are_refused(emulator: RunningEmulator) -> None:
    content = snapshots.dump(emulator.hub)
    first, second = [asset for asset in content["inventory"]["assets"] if asset["tenant_id"] == "acme"][1:3]
    first["parent_id"], second["parent_id"] = second["asset_id"], first["asset_id"]
    assert "lead nowhere" in control(emulator, "snapshot/load", content).json()["error_description"]


def test_a_root_asset_cannot_be_deleted_in_a_snapshot(emulator: RunningEmulator) -> None:
    content = saved(emulator)
    root = next(asset for asset in content["inventory"]["assets"] if asset["parent_id"] == "")
    root["deleted"] = "2026-11-20T12:00:00+00:00"
    answer = control(emulator, "snapshot/load", content)
    assert "needs one root asset, there are 0" in answer.json()["error_description"]


def places(value: Any, path: str = "") -> Iterator[str]:
    """Every place in a snapshot."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        here = f"{path}.{key}".lstrip(".")
        if "." not in str(key):
            yield here
            yield from places(inner, here)


def test_whatever_is_wrong_in_a_snapshot_the_emulator_goes_on(changed: RunningEmulator) -> None:
    """A value of another kind at any place: refused with nothing changed, or loaded and every request answered."""
    content = saved(changed)
    chance = random.Random(20261120)
    hub: Hub = changed.hub
    client = Client(make_application(hub))
    token = {"Authorization": f"Bearer {admin_token(changed)}"}
    refused = 0
    for place in chance.sample(sorted(places(content)), 150):
        value = chance.choice([None, 5, -1.5, True, "x", "", [], {}, [5], {"x": "y"}, 10**30])
        wrong = copy.deepcopy(content)
        container, key = at(wrong, place)
        container[key] = value
        try:
            snapshots.load_text(hub, json.dumps(wrong))
        except snapshots.WrongSnapshot:
            refused += 1
            assert snapshots.dump(hub) == content, place
            continue
        for path in ("assetmanagement/v3/assets", "identitymanagement/v3/Users", "tenantmanagement/v4/tenantInfo"):
            answer = client.get(f"/gateway/api/{path}", headers=token)
            assert answer.status_code < 500, (place, value, answer.text)
        assert client.get("/_emulator/", environ_overrides={"REMOTE_ADDR": "127.0.0.1"}).status_code == 200, place
        snapshots.load(hub, content)
    assert refused > 75


def test_a_file_is_replaced_only_by_a_complete_one(emulator: RunningEmulator, tmp_path: Path) -> None:
    file = tmp_path / "hub.json"
    snapshots.write_snapshot(emulator.hub, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["hub.json"]
    with pytest.raises(OSError, match="No such file"):
        snapshots.write_snapshot(emulator.hub, tmp_path / "nowhere" / "hub.json")


def test_the_command_line_keeps_the_state_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "hub.json"

    def run(shift: int) -> Any:
        command = [sys.executable, "-m", "portal.emulator", "--port", "0", "--seed", "demo", "--snapshot", str(file)]
        with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            url = process.stdout.readline().split()[4]
            now = requests.post(f"{url}/_emulator/clock", json={"shift": shift}).json()
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        return now

    assert run(5000)["offset"] == pytest.approx(5000, abs=1)
    assert json.loads(file.read_text())["seed"] == "demo"
    assert run(500)["offset"] == pytest.approx(5500, abs=1)


def test_a_wrong_file_stops_the_start_and_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "hub.json"
    file.write_text("{}")
    command = [sys.executable, "-m", "portal.emulator", "--port", "0", "--snapshot", str(file)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "no snapshot of the emulator" in done.stderr
    assert file.read_text() == "{}"
