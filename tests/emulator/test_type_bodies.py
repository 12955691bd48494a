"""Asset Management v3: any body for a type is either written or refused, and nothing is half done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.emulator.testing import RunningEmulator

from .types_api import ASPECT_TYPE, ASSET_TYPE, Types

VALID = b'"name": "Any", "category": "static", "variables": [{"name": "v", "dataType": "INT"}]'
HOSTILE_MEMBERS = {
    "no value": b'"x"',
    "NaN": b'"x": NaN',
    "infinity": b'"x": -Infinity',
    "a number beyond any double": b'"x": 1e999',
    "a number of 5000 digits": b'"x": ' + b"9" * 5000,
    "a name twice": b'"x": 1, "x": 1',
    "a lone surrogate": b'"x": "\\ud800"',
    "a lone surrogate that would be kept": b'"description": "\\ud800"',
    "a lone surrogate as a name": b'"\\ud800": 1',
    "a lone surrogate as a name twice": b'"\\ud800": 1, "\\ud800": 1',
    "arrays nested beyond the stack": b'"x": ' + b"[" * 100_000 + b"]" * 100_000,
    "objects nested beyond all use": b'"x": ' + b'{"x": ' * 200 + b"1" + b"}" * 200,
    "no UTF-8": b'"x": "\xff"',
}
NO_OBJECTS = (b"", b"{", b"[]", b"null", b'"text"', b"5")


@pytest.fixture
def types(emulator: RunningEmulator) -> Iterator[Types]:
    emulator.hub.reset()
    yield Types(emulator)
    emulator.hub.reset()


@pytest.mark.parametrize("members", HOSTILE_MEMBERS.values(), ids=HOSTILE_MEMBERS)
@pytest.mark.parametrize("path", [ASPECT_TYPE, ASSET_TYPE])
def test_a_valid_body_with_a_hostile_member_is_refused(types: Types, path: str, members: bytes) -> None:
    answer = types.send("PUT", path, b"{" + VALID + b", " + members + b"}")
    assert answer.status_code == 400, answer.text
    assert types.api.get(path).status_code == 404
    assert types.send("PUT", path, b"{" + VALID + b"}").status_code == 201


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_what_is_no_object_is_refused(types: Types, body: bytes) -> None:
    assert types.send("PUT", ASPECT_TYPE, body).status_code == 400


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
VARIABLE = st.fixed_dictionaries(
    {"name": st.just("v") | ANYTHING, "dataType": st.sampled_from(["INT", "STRING", "BIG_STRING"]) | ANYTHING},
    optional=dict.fromkeys(("unit", "length", "searchable", "qualityCode", "defaultValue"), ANYTHING),
)
TYPE = st.fixed_dictionaries(
    {"name": st.just("Any") | ANYTHING},
    optional={
        "category": st.sampled_from(["static", "dynamic"]) | ANYTHING,
        "variables": st.lists(VARIABLE, max_size=2) | ANYTHING,
        "aspects": st.lists(st.fixed_dictionaries({"name": ANYTHING, "aspectTypeId": ANYTHING}), max_size=2) | ANYTHING,
        "fileAssignments": st.lists(st.fixed_dictionaries({"key": ANYTHING, "fileId": ANYTHING})) | ANYTHING,
        "parentTypeId": ANYTHING,
        "instantiable": ANYTHING,
        "scope": ANYTHING,
        "description": ANYTHING,
    },
)


@given(body=TYPE)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_body_is_either_written_or_refused(types: Types, emulator: RunningEmulator, body: Any) -> None:
    emulator.hub.reset()
    for path in (ASPECT_TYPE, ASSET_TYPE):
        answer = types.send("PUT", path, body)
        assert answer.status_code in (201, 400), answer.text
        assert types.api.get(path).status_code == (200 if answer.status_code == 201 else 404)
        patch = types.send("PATCH", path, body, If_Match="0")
        assert patch.status_code == (200 if answer.status_code == 201 else 404), patch.text
