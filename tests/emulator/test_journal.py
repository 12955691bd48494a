"""The journal: who called what, and why it was refused."""

from __future__ import annotations

from typing import Any

import requests

from portal.emulator.testing import RunningEmulator

from .flows import Api, technical_token


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
