"""A Hub that answers in another shape: the pages stand and say so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from portal.emulator.testing import RunningEmulator
from tests.cast import Cast, make_upstream_key, pump_of

ASSETS = "/t/acme/assets/"
ID = "0" * 31 + "a"
PAGE = {"number": 0, "totalPages": 1, "totalElements": 1}


@pytest.fixture(autouse=True)
def upstream(cast: Cast) -> None:
    make_upstream_key(cast.acme)


def listed(items: Any, name: str = "assets", **page: Any) -> dict[str, Any]:
    return {"_embedded": {name: items}, "page": PAGE | page}


def title(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.context["problem"]["title"])


STRANGE_ASSETS: list[Any] = [
    {},
    None,
    7,
    "x",
    [],
    {"assetId": None},
    {"assetId": 7},
    {"assetId": "../x"},
    {"assetId": ID + "0"},
    {"assetId": ID + "\n"},
    {"assetId": ID, "location": "Augsburg"},
    {"assetId": ID, "location": ["Augsburg"]},
    {"assetId": ID, "location": {"country": 7}},
    {"assetId": ID, "name": ["x"]},
    {"assetId": ID, "name": "\ud800"},
    {"assetId": ID, "typeId": {}},
    {"assetId": ID, "hierarchyPath": [{}]},
    {"assetId": ID, "hierarchyPath": [None]},
    {"assetId": ID, "hierarchyPath": {"name": "x"}},
    {"assetId": ID, "hierarchyPath": "x"},
]


@pytest.mark.parametrize("asset", STRANGE_ASSETS)
def test_strange_assets(alice: Client, hub: RunningEmulator, asset: Any) -> None:
    hub.faults.add("/gateway/api/assetmanagement/*", status=200, body=json.dumps(listed([asset])))
    assert "does not understand" in title(alice.get(ASSETS))
    hub.faults.clear()
    hub.faults.add("/gateway/api/assetmanagement/*", status=200, body=json.dumps(asset))
    assert "does not understand" in title(alice.get(f"{ASSETS}{pump_of('acme')}/"))


@pytest.mark.parametrize(
    "answer",
    [
        listed({}),
        listed("x"),
        listed(None),
        listed([], number=-1),
        listed([], number="0"),
        listed([], totalPages=None),
        listed([], totalElements=float("inf")),
        listed([], totalElements=10**12),
        {"_embedded": [], "page": PAGE},
        {"_embedded": {"assets": []}, "page": []},
    ],
)
def test_strange_lists(alice: Client, hub: RunningEmulator, answer: Any) -> None:
    hub.faults.add("/gateway/api/assetmanagement/*", status=200, body=json.dumps(answer))
    assert "does not understand" in title(alice.get(ASSETS))


@pytest.mark.parametrize(
    "aspect",
    [
        {},
        None,
        "x",
        {"name": None},
        {"name": 7},
        {"name": ""},
        {"name": "A", "variables": [{}]},
        {"name": "A", "variables": [None]},
        {"name": "A", "variables": {"name": "x"}},
        {"name": "A", "variables": "x"},
        {"name": "A", "variables": [{"name": "x", "unit": 7}]},
    ],
)
def test_strange_aspects(alice: Client, hub: RunningEmulator, aspect: Any) -> None:
    hub.faults.add("/gateway/api/*/aspects", status=200, body=json.dumps(listed([aspect], "aspects")))
    answer = alice.get(f"{ASSETS}{pump_of('acme')}/")
    assert "does not understand" in title(answer)
    assert answer.context["asset"]["name"].startswith("Pump")


def test_a_name_does_not_become_a_command(alice: Client, hub: RunningEmulator) -> None:
    """People copy the line into their shell."""
    body = json.dumps(listed([{"name": "A; rm -rf ~ $(x)"}], "aspects"))
    hub.faults.add("/gateway/api/*/aspects", status=200, body=body)
    (aspect,) = alice.get(f"{ASSETS}{pump_of('acme')}/").context["aspects"]
    assert aspect["try_line"].endswith("/A%3B%20rm%20-rf%20~%20%24%28x%29")


@pytest.mark.parametrize("path", [ASSETS, f"{ASSETS}{ID}/"])
def test_the_hubs_own_reference_is_shown(alice: Client, hub: RunningEmulator, path: str) -> None:
    hub.faults.add("/gateway/*", status=500, body='{"errors": [{"logref": "4bf92f35-77b3"}]}')
    answer = alice.get(path)
    assert answer.context["problem"]["detail"].endswith(" Insights Hub's reference: 4bf92f35-77b3")
    assert "4bf92f35-77b3" in answer.content.decode()


@pytest.mark.parametrize("logref", ["", None, [], {}, "x" * 65, "a b", "\ud800", "é"])
def test_a_reference_that_is_none(alice: Client, hub: RunningEmulator, logref: Any) -> None:
    hub.faults.add("/gateway/*", status=500, body=json.dumps({"errors": [{"logref": logref}]}))
    assert "status 500" in title(alice.get(ASSETS))
