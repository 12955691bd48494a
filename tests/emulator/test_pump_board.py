"""The example application of the demo: whom it shows assets, and what it tells everybody."""

from __future__ import annotations

import pytest
from werkzeug.test import Client, TestResponse

from portal.emulator.example.application import HEADERS, Example
from portal.emulator.testing import RunningEmulator


@pytest.fixture
def board(emulator: RunningEmulator) -> Client:
    return Client(Example(f"{emulator.url}/gateway", f"{emulator.url}/static.hub"))


def opened(board: Client, token: str) -> TestResponse:
    return board.get("/", headers={"Authorization": f"Bearer {token}"})


def test_shows_the_assets_of_the_person(board: Client, emulator: RunningEmulator) -> None:
    page = opened(board, emulator.user_token("alice@acme.example"))
    assert page.status_code == 200
    assert "Pump P-101" in page.text
    assert {name: page.headers[name] for name in HEADERS} == HEADERS
    assert "Pump P-101" not in opened(board, emulator.user_token("charlie@globex.example")).text


def test_lets_nobody_in_without_a_token_of_the_hub(board: Client) -> None:
    assert (board.get("/").status_code, board.get("/").text[:30]) == (401, "Open this application on the L")
    assert opened(board, "forged").status_code == 401


def test_says_who_may_not_see_assets_and_that_the_hub_is_away(board: Client, emulator: RunningEmulator) -> None:
    token = emulator.user_token("alice@acme.example")
    emulator.faults.add("/gateway/api/assetmanagement/*", status=403, times=1)
    assert opened(board, token).status_code == 403
    emulator.faults.add("/gateway/api/assetmanagement/*", status=503, times=1)
    assert opened(board, token).status_code == 502


def test_is_well_and_changes_nothing(board: Client) -> None:
    assert board.get("/health/").json["healthStatus"] == "green"  # type: ignore[index]
    assert board.get("/app-info.json").status_code == board.get("/bar.js").status_code == 200
    assert board.get("/board.css").headers["Content-Type"] == "text/css; charset=utf-8"
    assert board.get("/other").status_code == 404
    assert board.post("/").status_code == 405
