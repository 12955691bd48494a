"""IoT Time Series v3: ranges, limits, paging, sparse records, errors, and plausible values."""

from __future__ import annotations

import re
import uuid

import pytest
import requests

from portal.emulator.testing import RunningEmulator

from .flows import Api, read


def test_without_a_range_the_latest_record(pump: Api) -> None:
    answer = pump.series("Pump P-101", "Vibration")
    (record,) = answer.json()
    assert record["_time"] == "2026-11-20T12:00:00Z"
    assert list(record) == [
        "_time",
        "velocity",
        "velocity_qc",
        "acceleration",
        "bearingTemperature",
    ]
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert "Link" not in answer.headers


def test_from_is_exclusive_and_to_inclusive(pump: Api) -> None:
    records = read(pump, **{"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T10:03:00Z"})
    assert [record["_time"] for record in records] == [
        "2026-11-20T10:01:00Z",
        "2026-11-20T10:02:00Z",
        "2026-11-20T10:03:00Z",
    ]
    same = {"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T10:00:00Z"}
    assert read(pump, **same) == []
    just_before = {"from": "2026-11-20T09:59:59.999Z", "to": "2026-11-20T10:00:00Z"}
    assert len(read(pump, **just_before)) == 1


def test_a_moment_may_have_an_offset(pump: Api) -> None:
    utc = {"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T10:03:00Z"}
    berlin = {"from": "2026-11-20T11:00:00+01:00", "to": "2026-11-20T11:03:00+01:00"}
    assert read(pump, **berlin) == read(pump, **utc)


def test_there_is_nothing_after_now(pump: Api) -> None:
    records = read(pump, **{"from": "2026-11-20T11:57:00Z", "to": "2026-11-20T15:00:00Z"})
    assert [record["_time"][11:16] for record in records] == ["11:58", "11:59", "12:00"]
    assert read(pump, **{"from": "2026-11-20T13:00:00Z", "to": "2026-11-20T15:00:00Z"}) == []


def test_new_records_come_with_the_clock(pump: Api, emulator: RunningEmulator) -> None:
    emulator.clock.shift(300)
    assert read(pump)[0]["_time"] == "2026-11-20T12:05:00Z"


def test_variables_without_a_value_are_left_out(pump: Api) -> None:
    records = read(pump, **{"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T10:10:00Z"})
    with_temperature = [r["_time"][14:16] for r in records if "bearingTemperature" in r]
    assert with_temperature == ["05", "10"]


def test_quality_codes_only_for_variables_that_have_them(pump: Api) -> None:
    day = {"from": "2026-11-19T00:00:00Z", "to": "2026-11-20T00:00:00Z"}
    records = read(pump, **day)
    assert {key for record in records for key in record if key.endswith("_qc")} == {"velocity_qc"}
    assert {record["velocity_qc"] for record in records} <= {0, -2144075776}


def test_select_reduces_the_variables(pump: Api) -> None:
    hour = {"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T11:00:00Z"}
    records = read(pump, select="bearingTemperature", **hour)
    assert len(records) == 12
    assert all(list(record) == ["_time", "bearingTemperature"] for record in records)
    assert list(read(pump, select="velocity,acceleration", **hour)[0]) == [
        "_time",
        "velocity",
        "velocity_qc",
        "acceleration",
    ]
    assert read(pump, select="colour", **hour) == []


def test_the_latest_record_of_a_sparse_variable(pump: Api, emulator: RunningEmulator) -> None:
    emulator.clock.shift(240)
    (record,) = read(pump, select="bearingTemperature")
    assert record["_time"] == "2026-11-20T12:00:00Z"


def test_sort_descending(pump: Api) -> None:
    hour = {"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T11:00:00Z"}
    assert read(pump, sort="desc", **hour) == read(pump, **hour)[::-1]


@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_links_lead_through_the_whole_range_without_gap_or_repetition(pump: Api, sort: str) -> None:
    two_days = {"from": "2026-11-18T00:00:00Z", "to": "2026-11-20T00:00:00Z"}
    answer = pump.series("Pump P-101", "Motor", sort=sort, limit=1000, **two_days)
    times = [record["_time"] for record in answer.json()]
    while "Link" in answer.headers:
        link = re.fullmatch('<(.+)>; rel="next"', answer.headers["Link"])
        assert link is not None
        answer = pump.session.get(link[1])
        times += [record["_time"] for record in answer.json()]
    assert len(times) == len(set(times)) == 2880
    assert times == sorted(times, reverse=sort == "desc")


def test_an_open_range_keeps_its_ends_from_page_to_page(pump: Api) -> None:
    descending = pump.series("Pump P-101", "Motor", sort="desc", to="2026-11-20T00:00:00Z")
    assert "&from=2026-08-22T00:00:00Z>" in descending.headers["Link"]
    ascending = pump.series("Pump P-101", "Motor", **{"from": "2026-11-18T00:00:00Z"})
    assert "&to=2026-11-20T12:00:30Z>" in ascending.headers["Link"]


def test_a_page_has_at_most_2000_records(pump: Api) -> None:
    week = {"from": "2026-11-12T00:00:00Z", "to": "2026-11-19T00:00:00Z"}
    assert len(read(pump, **week)) == 2000
    assert len(read(pump, limit=7, **week)) == 7


def assert_spring(answer: requests.Response, status: int, message: str) -> None:
    assert answer.status_code == status
    body = answer.json()
    assert list(body) == [
        "timestamp",
        "status",
        "error",
        "exception",
        "message",
        "path",
    ]
    assert body["timestamp"] == "2026-11-20T12:00:30.000+0000"
    assert body["status"] == status
    assert body["exception"] == "com.siemens.mindsphere.iot.exception.IotException"
    assert body["message"] == message
    assert body["path"].startswith("/api/iottimeseries/v3/timeseries/")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"limit": "2001"},
            "[6009] Input limit[2001] can't exceed max configured limit of - 2000",
        ),
        ({"limit": "0"}, "[6007] Invalid value '0' for request param - limit"),
        ({"limit": "many"}, "[6007] Invalid value 'many' for request param - limit"),
        ({"sort": "up"}, "[6007] Invalid value 'up' for request param - sort"),
        (
            {"from": "yesterday"},
            "[6008] Invalid date format 'yesterday' for request param - from",
        ),
        (
            {"to": "2026-02-30T00:00:00Z"},
            "[6008] Invalid date format '2026-02-30T00:00:00Z' for request param - to",
        ),
        (
            {"to": "0001-01-01T00:00:00+23:59"},
            "[6008] Invalid date format '0001-01-01T00:00:00+23:59' for request param - to",
        ),
        (
            {"to": "2026-11-20"},
            "[6008] Invalid date format '2026-11-20' for request param - to",
        ),
        (
            {"from": "2026-08-20T12:00:00Z", "to": "2026-11-18T12:01:00Z"},
            "[6010] The range can't be longer than 90 days.",
        ),
        (
            {"from": "2026-11-20T12:00:00Z", "to": "2026-11-20T11:00:00Z"},
            "[6010] The start of the range is after its end.",
        ),
    ],
)
def test_a_wrong_parameter_is_400(pump: Api, params: dict[str, str], message: str) -> None:
    assert_spring(pump.series("Pump P-101", "Vibration", **params), 400, message)


def test_exactly_ninety_days_are_allowed(pump: Api) -> None:
    assert len(read(pump, **{"from": "2026-08-20T12:00:00Z", "to": "2026-11-18T12:00:00Z"})) == 2000


@pytest.mark.parametrize("aspect", ["Colour", "NamePlate", "status"])
def test_an_unknown_or_static_aspect_is_404(pump: Api, aspect: str) -> None:
    answer = pump.series("Pump P-101", aspect)
    assert_spring(answer, 404, f"[6410] Unable to find the property set - {aspect}")


def test_another_tenants_asset_is_404(pump: Api, foreign_api: Api) -> None:
    path = f"/iottimeseries/v3/timeseries/{foreign_api.asset_id('Wind Turbine W-1')}/Rotor"
    assert foreign_api.get(path).status_code == 200
    assert_spring(pump.get(path), 404, "[6410] Unable to find the property set - Rotor")


def test_no_token_is_the_services_own_401(api: Api) -> None:
    answer = requests.get(f"{api.base}/iottimeseries/v3/timeseries/x/y")
    assert answer.status_code == 401
    body = answer.json()
    assert list(body) == ["id", "message"]
    assert uuid.UUID(body["id"])
    assert body["message"] == "Not authorized to access this resource."


def test_a_token_without_a_role_is_403(emulator: RunningEmulator) -> None:
    roles = ("mdsp:core:assetmanagement.standarduser",)
    api = Api(emulator, emulator.user_token("alice@acme.example", scope=roles))
    answer = api.series("Pump P-101", "Vibration")
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "mdsp.core.generic.forbidden"
