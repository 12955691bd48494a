"""Asset Management v3: the filter of the asset list."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .answers import PUMPS, names
from .flows import Api


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
