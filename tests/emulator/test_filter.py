"""Asset Management v3: the filter of the asset list."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.emulator.assets.asset_wire import AssetJson
from portal.emulator.assets.filtering import parse_filter
from portal.emulator.gateway.errors import InvalidParameter
from portal.emulator.testing import RunningEmulator

from .answers import PUMPS, assert_error, names
from .flows import Api

RECORD = {"name": ("Pump",), "externalid": (None,), "deleted": (datetime(2020, 1, 1, tzinfo=UTC),)}
WORDS = st.sampled_from(
    [
        *("name", "externalId", "deleted", "colour", "and", "or", "not", "eq"),
        *("in", "value", "startsWith", "endsWith", "contains", "before", "after", "between", "like"),
    ]
)
VALUES = st.sampled_from(("Pump", "2020-01-01T00:00:00Z", "[2019-01-01T00:00:00Z, 2021-01-01T00:00:00Z)", "")) | (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
)
CONDITIONS = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)


def filtered(api: Api, condition: Any, **params: Any) -> list[str]:
    text = condition if isinstance(condition, str) else json.dumps(condition)
    return names(api.assets(filter=text, size=100, **params))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"name": "Pump P-101"}, ["Pump P-101"]),
        ({"name": {"eq": "Pump P-101"}}, ["Pump P-101"]),
        ({"name": {"startsWith": "Pump P-2"}}, PUMPS[3:]),
        ({"name": {"endsWith": "01"}}, ["Pump P-101", "Pump P-201", "Turbine T-301"]),
        ({"name": {"contains": "P-1"}}, PUMPS[:3]),
        ({"name": {"contains": "p-1"}}, []),
        ({"name": "P*"}, []),
        ({"typeId": {"in": {"value": ["acme.CNGTurbine", "x.y"]}}}, ["Turbine T-301"]),
        ({"hasType": "acme.CNGTurbine"}, ["Turbine T-301", "Turbine T-302"]),
        (
            {"typeId": "acme.CentrifugalPump", "name": {"endsWith": "3"}},
            ["Pump P-103", "Pump P-203"],
        ),
        ({"or": {"name": "Pump P-101", "externalId": "P-102"}}, PUMPS[:2]),
        (
            {"name": {"or": ["Pump P-101", {"endsWith": "202"}]}},
            ["Pump P-101", "Pump P-202"],
        ),
        (
            {"hasType": "core.basicdevice", "not": {"name": {"startsWith": "Pump"}}},
            ["Turbine T-301", "Turbine T-302"],
        ),
        ({"parentId": ""}, ["acme"]),
        ({"deleted": {"before": "2030-01-01T00:00:00Z"}}, []),
        ({"colour": "blue", "name": "Pump P-101"}, ["Pump P-101"]),
    ],
)
def test_filter(api: Api, condition: dict[str, Any], expected: list[str]) -> None:
    assert filtered(api, condition) == expected


def test_the_filter_stays_in_the_links(api: Api) -> None:
    links = api.assets(filter='{"typeId":"acme.CentrifugalPump"}', size=4).json()["_links"]
    assert "filter=%7B%22typeId%22:%22acme.CentrifugalPump%22%7D&page=1&size=4" in links["next"]["href"]
    assert names(api.session.get(links["next"]["href"])) == PUMPS[4:]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(condition=st.dictionaries(WORDS, CONDITIONS, max_size=3))
def test_every_filter_is_answered_or_refused(condition: dict[str, Any]) -> None:
    try:
        matches = parse_filter(json.dumps(condition))
    except InvalidParameter:
        return
    # What is not refused can be asked of any record, and its opposite is the opposite.
    opposite = parse_filter(json.dumps({"not": condition}))
    assert matches(RECORD) or opposite(RECORD)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"colour": "blue"}, True),
        ({"not": {"colour": "blue"}}, True),
        ({"or": {"colour": "blue", "name": "x"}}, False),
        ({"or": {"colour": "blue"}}, True),
        ({"and": {"colour": "blue", "name": "Pump"}}, True),
        ({"name": {"not": {"startsWith": "P"}}}, False),
        ({"or": [{"name": "x"}, {"name": "Pump"}]}, True),
        ({"name": {"in": {"value": []}}}, False),
        ({"externalId": {"in": {"value": [None]}}}, True),
        ({"externalId": {"contains": ""}}, False),
        ({"NAME": "Pump"}, True),
        ({"name": {"before": "2030-01-01T00:00:00Z"}}, False),
        ({"deleted": {"after": "2019-12-31T23:59:59.999999999Z"}}, True),
        ({"deleted": {"between": "(2019-01-01T00:00:00Z,2020-01-01T00:00:00Z]"}}, True),
        ({"deleted": {"between": "(2019-01-01T00:00:00Z,2020-01-01T00:00:00Z)"}}, False),
        ({"deleted": {"between": "(2020-01-01T00:00:00Z,2021-01-01T00:00:00Z)"}}, False),
        ({"deleted": {"between": "[2021-01-01T00:00:00Z,2019-01-01T00:00:00Z]"}}, False),
        ({"deleted": "2020-01-01T00:00:00.000Z"}, True),
        ({"deleted": "yesterday"}, False),
        ({}, True),
    ],
)
def test_a_filter_on_one_record(condition: dict[str, Any], expected: bool) -> None:
    assert parse_filter(json.dumps(condition))(RECORD) is expected


@pytest.mark.parametrize(
    "text",
    [
        '{"name":{"startsWith":null}}',
        '{"name":{"eq":{}}}',
        '{"name":{"or":{"eq":"a"}}}',
        '{"not":"x"}',
        '{"and":"x"}',
        '{"or":["x"]}',
        '{"name":NaN}',
        '{"name":-Infinity}',
        '{"name":' + "9" * 5000 + "}",
        '{"deleted":{"before":"2020-02-30T00:00:00Z"}}',
        '{"deleted":{"before":"2020-01-01T00:00:00+01:00"}}',
        '{"deleted":{"between":"[,2020-01-01T00:00:00Z]"}}',
        '{"name":{"\\ud800":"x"}}',
        '{"in":{"value":' + "[" * 3000,
    ],
)
def test_what_no_filter_can_be_is_400(api: Api, text: str) -> None:
    assert_error(api.assets(filter=text), 400, "invalidParameter")


def test_a_page_of_a_large_tenant_is_made_of_its_own_records_only(
    emulator: RunningEmulator, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.hub.reset()
    inventory = emulator.hub.inventory
    pump = next(asset for asset in inventory.assets("acme") if asset.name == "Pump P-101")
    for number in range(2000):
        inventory.put_asset(replace(pump, asset_id=f"{number:032x}", name=f"Asset {number:04}"))
    written: list[str] = []
    listed = AssetJson.listed
    monkeypatch.setattr(AssetJson, "listed", lambda self, record: written.append(record.name) or listed(self, record))
    found = api.assets(filter='{"name":{"startsWith":"Asset 0"}}', size=200, page=4)
    assert found.json()["page"] == {"size": 200, "totalElements": 1000, "totalPages": 5, "number": 4}
    assert names(found) == written == [f"Asset {number:04}" for number in range(800, 1000)]
    emulator.hub.reset()
