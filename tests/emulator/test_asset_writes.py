"""Asset Management v3: what a row of the contract cannot say about writing assets."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.emulator.assets.model import AssetLock
from portal.emulator.control.switches import LOOSE
from portal.emulator.tenants import TENANTS
from portal.emulator.testing import RunningEmulator

from .answers import assert_error, names
from .flows import Api

MERGE = {"Content-Type": "application/merge-patch+json"}
PUMP_TYPE = "acme.CentrifugalPump"
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PROPERTIES = st.sampled_from(
    [
        *("name", "typeId", "parentId", "externalId", "description"),
        *("location", "timezone", "twinType", "variables", "aspects", "fileAssignments"),
    ]
)


@pytest.fixture
def admin(emulator: RunningEmulator) -> Api:
    """acme's administrator, with everything as at the start."""
    emulator.hub.reset()
    client = emulator.hub.clients.by_id("acme-hub-admin")
    token = emulator.hub.tokens.for_technical_user(client, TENANTS["acme"].identity_host, client.scope)
    return Api(emulator, token.value)


def send(api: Api, method: str, path: str, etag: Any = None, **more: Any) -> requests.Response:
    headers = {**more.pop("headers", {}), **({} if etag is None else {"If-Match": str(etag)})}
    url = f"{api.base}/assetmanagement/v3{path}"
    return api.session.request(method, url, headers=headers, timeout=10, **more)


def create(api: Api, name: str, parent: str = "Pump Station", **properties: Any) -> dict[str, Any]:
    body = {"name": name, "typeId": PUMP_TYPE, "parentId": api.asset_id(parent), **properties}
    answer = send(api, "POST", "/assets", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_of_two_writers_with_the_same_etag_one_wins(admin: Api) -> None:
    path = f"/assets/{admin.asset_id('Pump P-101')}"

    def write(number: int) -> int:
        return send(admin, "PUT", path, 1, json={"name": f"Pump {number}"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(write, range(8))) == {200: 1, 412: 7}
    assert admin.get(f"/assetmanagement/v3{path}").json()["etag"] == 2


def test_a_child_and_the_deletion_of_its_parent_exclude_each_other(admin: Api) -> None:
    """No child ever stands below a deleted asset."""
    for number in range(5):
        parent = create(admin, f"Parent {number}")

        def add(parent_id: str = parent["assetId"]) -> int:
            body = {"name": "Child", "typeId": PUMP_TYPE, "parentId": parent_id}
            return send(admin, "POST", "/assets", json=body).status_code

        def remove(parent_id: str = parent["assetId"]) -> int:
            return send(admin, "DELETE", f"/assets/{parent_id}", 0).status_code

        with ThreadPoolExecutor(2) as pool:
            added, removed = pool.submit(add), pool.submit(remove)
        assert (added.result(), removed.result()) in ((201, 409), (400, 204))


def test_what_was_read_can_be_sent_back(admin: Api) -> None:
    path = f"/assets/{admin.asset_id('Pump P-101')}"
    before = admin.get(f"/assetmanagement/v3{path}").json()
    after = send(admin, "PUT", path, before["etag"], json=before).json()
    assert after == {**before, "etag": before["etag"] + 1}


@pytest.mark.parametrize("etag", ['"1"', "1", 'W/"1"', "*", '"7", "1"'])
def test_if_match_is_the_number_in_any_form(admin: Api, etag: str) -> None:
    path = f"/assets/{admin.asset_id('Pump P-101')}"
    assert send(admin, "PUT", path, etag, json={"name": "Pump"}).status_code == 200


def test_if_match_can_be_switched_off(emulator: RunningEmulator, admin: Api) -> None:
    emulator.hub.switches = LOOSE
    assert send(admin, "PUT", f"/assets/{admin.asset_id('Pump P-101')}", json={"name": "Pump"}).status_code == 200


def test_the_page_size_is_a_switch(emulator: RunningEmulator, admin: Api) -> None:
    emulator.hub.switches = LOOSE
    assert admin.assets(size=2000).status_code == 200
    assert_error(admin.assets(size=2001), 400, "invalidParameter")
    assert emulator.hub.requests[-1].reason == "size has to be 1 to 2000, not 2001."


def test_an_asset_that_a_service_holds_cannot_be_deleted(emulator: RunningEmulator, admin: Api) -> None:
    inventory = emulator.hub.inventory
    pump = next(asset for asset in inventory.assets("acme") if asset.name == "Pump P-101")
    lock = AssetLock("a" * 32, "AgentManagement", "Onboarded", "agentmanagement.agent.onboarded")
    inventory.put_asset(replace(pump, locks=(lock,)))
    shown = admin.assets(f"/{pump.asset_id}").json()["locks"]
    assert [(entry["service"], entry["reasonCode"]) for entry in shown] == [
        ("AgentManagement", "agentmanagement.agent.onboarded")
    ]
    assert_error(send(admin, "DELETE", f"/assets/{pump.asset_id}", 1), 409, "conflict")


def test_basic_fields_are_those_without_the_values_of_the_type(admin: Api) -> None:
    properties = {"dataType": "STRING", "name": "colour", "defaultValue": "blue"}
    body = {"name": "Red", "parentTypeId": PUMP_TYPE, "instantiable": True, "variables": [properties]}
    assert send(admin, "PUT", "/assettypes/acme.Red", json=body).status_code in (200, 201)
    asset = create(admin, "Red pump", typeId="acme.Red")
    assert asset["variables"] == [{"name": "colour", "value": "blue"}]
    basic = admin.assets(f"/{asset['assetId']}", basicFieldsOnly="true").json()
    assert basic["variables"] == []
    written = {"name": "Red pump", "variables": [{"name": "colour", "value": "red"}]}
    assert send(admin, "PUT", f"/assets/{asset['assetId']}", 0, json=written).json()["variables"] == [
        {"name": "colour", "value": "red"}
    ]


def test_a_refused_write_changes_nothing(admin: Api) -> None:
    path = f"/assets/{admin.asset_id('Pump P-101')}"
    before = admin.get(f"/assetmanagement/v3{path}").json()
    body = {"name": "Other", "variables": [{"name": "ratedFlow", "value": "x"}]}
    assert_error(send(admin, "PUT", path, 1, json=body), 400, "invalidRequestBodyProperty")
    assert admin.get(f"/assetmanagement/v3{path}").json() == before


def test_a_moved_asset_takes_everything_below_it_along(admin: Api) -> None:
    area = admin.asset_id("Pump Station")
    root = admin.assets("/root").json()["assetId"]
    assert send(admin, "POST", f"/assets/{area}/move", 1, json={"newParentId": root}).status_code == 200
    path = admin.assets(f"/{admin.asset_id('Pump P-101')}").json()["hierarchyPath"]
    assert [above["name"] for above in path] == ["acme", "Pump Station"]
    assert names(admin.assets(filter=json.dumps({"parentId": root}))) == ["Augsburg Works", "Pump Station"]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(PROPERTIES, ANY_JSON, max_size=4), method=st.sampled_from(["POST", "PUT", "PATCH"]))
def test_no_body_breaks_the_emulator(admin: Api, changes: dict[str, Any], method: str) -> None:
    """Whatever stands in a body: it is written and can be read, or it is refused with 400."""
    pump = admin.asset_id("Pump P-102")
    current = admin.assets(f"/{pump}").json()
    body = {"name": "x", "typeId": PUMP_TYPE, "parentId": current["parentId"], **changes}
    path = "/assets" if method == "POST" else f"/assets/{pump}"
    content_type = MERGE if method == "PATCH" else {"Content-Type": "application/json"}
    answer = send(admin, method, path, current["etag"], data=json.dumps(body), headers=content_type)
    assert answer.status_code in (200, 201, 400), answer.text
    if answer.status_code < 300:
        assert admin.assets(f"/{answer.json()['assetId']}").status_code == 200
        if answer.json()["name"] != "Pump P-102" and method != "POST":
            back = {"name": "Pump P-102"}
            assert send(admin, "PUT", path, answer.json()["etag"], json=back).status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"name":' * 5000,
        b'{"name":"\\ud800"}',
        b'{"name":"a","name":"b"}',
        b'{"name":NaN}',
        b'{"location":{"longitude":1e999}}',
        b"\xff\xfe",
    ],
)
def test_a_body_that_is_no_decent_json_is_400(admin: Api, data: bytes) -> None:
    answer = send(admin, "POST", "/assets", data=data, headers={"Content-Type": "application/json"})
    assert_error(answer, 400, "invalidRequestBodyProperty")


@pytest.mark.parametrize("asset_id", ["%ED%A0%80", "%00", "..%2froot", "%22%0d%0aX-Evil:1", "é", "a" * 5000])
def test_a_strange_id_is_just_unknown(admin: Api, asset_id: str) -> None:
    assert_error(admin.assets(f"/{asset_id}"), 404, "noMatch")
    assert_error(send(admin, "DELETE", f"/assets/{asset_id}", 1), 404, "noMatch")
