"""The tenant's assets, and what the pages say when the Hub does not answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal import constants
from portal.emulator.testing import RunningEmulator
from tests.cast import Cast, make_upstream_key, pump_of

ASSETS = "/t/acme/assets/"


@pytest.fixture(autouse=True)
def upstream(cast: Cast) -> None:
    make_upstream_key(cast.acme)


def names(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"{ASSETS}{query}")
    assert answer.status_code == 200
    assert answer.context["problem"] is None
    return [asset["name"] for asset in answer.context["assets"]]


def test_lists_the_tenants_assets_by_name(alice: Client) -> None:
    found = names(alice)
    assert "Pump P-101" in found
    assert "Transformer X-1" not in found
    assert found == sorted(found)


def test_search(alice: Client) -> None:
    assert set(names(alice, "?q=P-10")) == {"Pump P-101", "Pump P-102", "Pump P-103"}
    assert names(alice, '?q="}{') == []


def test_pages(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "PAGE_SIZE", 5)
    first, second = names(alice), names(alice, "?page=2")
    assert len(first) == len(second) == 5
    assert not set(first) & set(second)
    assert alice.get(ASSETS).context["pages"].total == 12


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=-1", "?page=100001", "?q=" + "x" * 101, "?q=%00"])
def test_strange_queries_still_give_a_page(alice: Client, query: str) -> None:
    assert alice.get(f"{ASSETS}{query}").status_code == 200


def test_detail_shows_aspects_and_how_to_read_them(alice: Client) -> None:
    answer = alice.get(f"{ASSETS}{pump_of('acme')}/")
    aspects = {aspect["name"]: aspect for aspect in answer.context["aspects"]}
    assert "Vibration" in aspects
    assert f"/api/iottimeseries/v3/timeseries/{pump_of('acme')}/Vibration" in aspects["Vibration"]["try_line"]


def test_unknown_asset_is_404(alice: Client) -> None:
    assert alice.get(f"{ASSETS}{'0' * 32}/").status_code == 404


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"drop": True}, "cannot be reached"),
        ({"status": 500}, "status 500"),
        ({"status": 429}, "status 429"),
        ({"status": 200, "body": "<html>"}, "does not understand"),
        ({"status": 200, "body": "[]"}, "does not understand"),
        ({"status": 200, "body": "{}"}, "does not understand"),
        ({"status": 200, "body": '{"_embedded": {"assets": 7}, "page": {}}'}, "does not understand"),
        ({"truncate": True}, "cannot be reached"),
    ],
)
def test_page_renders_and_says_what_is_the_matter(
    alice: Client, hub: RunningEmulator, fault: dict[str, Any], told: str
) -> None:
    hub.faults.add("/gateway/api/assetmanagement/*", **fault)
    answer = alice.get(ASSETS)
    assert answer.status_code == 200
    assert told in str(answer.context["problem"]["title"])
    assert answer.context["problem"]["request_id"] == answer["X-Request-Id"]
    assert "/t/acme/keys/" in answer.content.decode()


def test_silent_hub_is_told_in_time(alice: Client, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HUB_READ_TIMEOUT", 0.2)
    hub.faults.add("/gateway/api/assetmanagement/*", latency=1.0)
    assert "did not answer in time" in str(alice.get(ASSETS).context["problem"]["title"])


def test_detail_renders_without_the_hub(alice: Client, hub: RunningEmulator) -> None:
    hub.faults.add("/gateway/*", drop=True)
    answer = alice.get(f"{ASSETS}{pump_of('acme')}/")
    assert answer.status_code == 200
    assert answer.context["problem"] is not None


def test_identity_that_fails_is_told_too(alice: Client, hub: RunningEmulator) -> None:
    hub.faults.add("/acme.piam/*", status=401, body="{}")
    assert "refuses the credential" in str(alice.get(ASSETS).context["problem"]["title"])


def test_tenant_without_a_credential_is_told_what_to_do(cast: Cast) -> None:
    from tests.cast import signed_in

    answer = signed_in(cast.charlie).get("/t/globex/assets/")
    assert "holds no credential" in str(answer.context["problem"]["title"])
