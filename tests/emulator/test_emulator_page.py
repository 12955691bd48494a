"""The emulator's page for people: what it shows, what its forms do, and who may send them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from portal.emulator.control import snapshots
from portal.emulator.testing import RunningEmulator

from .conftest import NOON
from .flows import Api

OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def as_at_the_start(emulator: RunningEmulator) -> Iterator[None]:
    emulator.reset()
    yield
    emulator.reset()


def show(emulator: RunningEmulator, query: str = "") -> str:
    answer = requests.get(f"{emulator.url}/_emulator/{query}")
    assert answer.status_code == 200
    return answer.text


def send(emulator: RunningEmulator, action: str, headers: dict[str, str] = OWN, **fields: str) -> requests.Response:
    url = f"{emulator.url}/_emulator/page/{action}"
    return requests.post(url, data=fields, headers=headers, allow_redirects=False)


def test_the_page_shows_people_clients_assets_and_switches(emulator: RunningEmulator) -> None:
    text = show(emulator)
    for expected in ("Alice Adler", "iris@initech.example", "acme-hub-reader", "Pump P-101", "max_page_size", "strict"):
        assert expected in text
    assert "No faults: the Hub answers as it should." in text
    assert "No requests yet." in text


def test_the_page_is_its_own_world(emulator: RunningEmulator) -> None:
    answer = requests.get(f"{emulator.url}/_emulator/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';") and "unsafe" not in policy
    assert "<script" not in answer.text and "style=" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    for path in ("/", "/_emulator"):
        bare = requests.get(f"{emulator.url}{path}", allow_redirects=False)
        assert (bare.status_code, bare.headers["Location"]) == (303, "/_emulator/")


def test_whatever_a_client_sends_is_shown_as_text(emulator: RunningEmulator, api: Api) -> None:
    requests.get(f"{emulator.url}/<script>alert(1)</script>")
    emulator.faults.add('"><script>{0}', status=500)
    root = emulator.hub.inventory.root("acme")
    new = {"name": "<b>{name}", "typeId": "core.basicdevice", "parentId": root.asset_id}
    token = emulator.user_token("alice@acme.example", "acme")
    assert Api(emulator, token).session.post(f"{api.base}/assetmanagement/v3/assets", json=new).status_code == 201
    text = show(emulator, "?path=<script>&done=<script>")
    assert "<script" not in text and "<b>{name}" not in text
    assert "&lt;b&gt;{name}" in text


def test_requests_are_filtered_by_path_and_status(emulator: RunningEmulator, api: Api) -> None:
    emulator.requests.clear()
    api.assets(size="500")
    api.get("/assetmanagement/v3/aspecttypes")
    text = show(emulator)
    assert "2 of 2 shown" in text and "limit: 200 entries per page" in text
    assert "1 of 2 shown" in show(emulator, "?path=aspecttypes")
    assert "1 of 2 shown" in show(emulator, "?status=400")
    assert "No request matches." in show(emulator, "?status=418")
    assert "2 of 2 shown" in show(emulator, "?status=x")
    assert send(emulator, "request-clear").status_code == 303
    assert "No requests yet." in show(emulator)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "{url}"},
    ],
)
def test_a_form_of_another_page_changes_nothing(emulator: RunningEmulator, headers: dict[str, str]) -> None:
    filled = {name: value.format(url=emulator.url) for name, value in headers.items()}
    assert send(emulator, "clock-freeze", filled).status_code == 403
    assert not emulator.clock.is_frozen


def test_an_old_browser_is_known_by_its_origin(emulator: RunningEmulator) -> None:
    assert send(emulator, "clock-freeze", {"Origin": emulator.url}).status_code == 303
    assert emulator.clock.is_frozen


def test_the_clock_is_moved_frozen_and_put_back(emulator: RunningEmulator) -> None:
    answer = send(emulator, "clock-freeze", at="2026-11-20T12:00:30")
    assert answer.headers["Location"] == "/_emulator/?done=clock-freeze#clock"
    assert emulator.clock.now_datetime() == NOON
    assert "2026-11-20 12:00:30 UTC" in show(emulator, "?done=clock-freeze")
    send(emulator, "clock-shift", seconds="43200")
    assert "2026-11-21 00:00:30 UTC" in show(emulator)
    send(emulator, "clock-resume")
    assert "ahead" in show(emulator) or "behind" in show(emulator)
    send(emulator, "clock-reset")
    assert "real time" in show(emulator)


@pytest.mark.parametrize(
    ("action", "fields", "message"),
    [
        ("clock-shift", {"seconds": "soon"}, "Seconds: write a number."),
        ("clock-shift", {"seconds": "5e11"}, "The clock was not moved"),
        ("clock-shift", {"seconds": "nan"}, "Seconds: write a smaller number."),
        ("clock-freeze", {"at": "soon"}, "write a date and time (UTC)"),
        ("clock-freeze", {"at": "9999-12-31T00:00:00"}, "write a date and time (UTC)"),
        ("fault-add", {"pattern": ""}, "pattern: write a shell pattern"),
        ("fault-add", {"pattern": "*"}, "The fault would do nothing."),
        ("fault-add", {"pattern": "*", "status": "99"}, "status: write a whole number from 200 to 599."),
        ("fault-add", {"pattern": "*", "latency": "x"}, "Latency: write a number."),
        ("fault-end", {"id": "f99"}, "This fault has ended already."),
        ("switch-set", {"max_page_size": "x"}, "max_page_size is"),
        ("switch-set", {"colour": "red"}, "There is no switch colour."),
        ("snapshot-load", {}, "Choose the file of a snapshot first."),
        ("reset", {"seed": "x" * 201}, "Seed: write a word"),
    ],
)
def test_a_wrong_field_is_explained_and_changes_nothing(
    emulator: RunningEmulator, action: str, fields: dict[str, str], message: str
) -> None:
    before = (list(emulator.faults), emulator.hub.switches, emulator.hub.inventory, emulator.clock.is_frozen)
    answer = send(emulator, action, **fields)
    assert (answer.status_code, message in answer.text, 'role="alert"' in answer.text) == (400, True, True)
    assert abs(emulator.clock.offset) < 5
    assert (list(emulator.faults), emulator.hub.switches, emulator.hub.inventory, emulator.clock.is_frozen) == before


def test_faults_are_added_and_ended(emulator: RunningEmulator, api: Api) -> None:
    fields = {"pattern": "*/assets", "status": "503", "retry_after": "5", "probability": "", "times": "3", "effect": ""}
    assert send(emulator, "fault-add", **fields).status_code == 303
    assert api.assets().headers["Retry-After"] == "5"
    assert "status 503, Retry-After 5, at most 3 times · struck once" in show(emulator)
    send(emulator, "fault-add", pattern="*", effect="drop", probability="0.25")
    assert "drop, 25 % of requests" in show(emulator)
    send(emulator, "fault-end", id="f1")
    assert [entry.id for entry in emulator.faults] == ["f2"]
    send(emulator, "fault-clear")
    assert list(emulator.faults) == []


def test_switches_tokens_and_reset(emulator: RunningEmulator, api: Api) -> None:
    send(emulator, "switch-set", max_page_size="2000", latest_value="false")
    assert (emulator.hub.switches.max_page_size, emulator.hub.switches.latest_value) == (2000, False)
    assert "usually 200" in show(emulator) and "own switches" in show(emulator)
    send(emulator, "token-expire")
    assert api.assets().status_code == 401
    send(emulator, "reset", seed="other")
    assert emulator.hub.config.seed == "other"
    assert "Everything is as at the start." in show(emulator, "?done=reset")
    emulator.reset("bindery")


def test_a_snapshot_is_loaded_from_a_file(emulator: RunningEmulator) -> None:
    content = snapshots.dump_text(emulator.hub)
    emulator.reset("other")

    def load(text: str) -> requests.Response:
        files = {"snapshot": ("hub.json", text)}
        url = f"{emulator.url}/_emulator/page/snapshot-load"
        return requests.post(url, files=files, headers=OWN, allow_redirects=False)

    wrong = load("{}")
    assert (wrong.status_code, "no snapshot of the emulator" in wrong.text) == (400, True)
    assert emulator.hub.config.seed == "other"
    assert load(content).status_code == 303
    assert emulator.hub.config.seed == "bindery"


def test_an_unknown_form_is_not_found(emulator: RunningEmulator) -> None:
    assert send(emulator, "explode").status_code == 404


def look(page: Page) -> None:
    """No accessibility finding and no horizontal scroll."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.e2e
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser_at_each_width_and_scheme(
    emulator: RunningEmulator, api: Api, chromium: Browser, width: int, scheme: Any
) -> None:
    api.assets(size="500")
    requests.get(f"{emulator.url}/gateway/api/{'long' * 60}")
    emulator.faults.add("/gateway/api/iottimeseries/" + "x" * 200, status=503)
    emulator.faults.add("*", status=503, times=1)
    # axe is injected as a script, which the page's own policy forbids.
    with chromium.new_context(
        bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900}
    ) as context:
        page = context.new_page()
        page.goto(f"{emulator.url}/_emulator/")
        look(page)
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        look(page)


@pytest.mark.e2e
def test_a_person_makes_a_fault_without_javascript(emulator: RunningEmulator, api: Api, chromium: Browser) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{emulator.url}/_emulator/")
        page.get_by_text("Add a fault").click()
        page.get_by_label("Status").first.fill("503")
        page.get_by_role("button", name="Add fault").click()
        assert "The fault is in force." in page.get_by_role("status").inner_text()
        assert api.assets().status_code == 503
        page.get_by_role("button", name="End fault f1").click()
        page.get_by_role("button", name="+12 h").click()
        assert "ahead" in page.locator("#clock").inner_text()
        page.get_by_text("Reset everything").click()
        page.get_by_role("button", name="Reset now").click()
        assert "Everything is as at the start." in page.get_by_role("status").inner_text()
    assert abs(emulator.clock.offset) < 5
