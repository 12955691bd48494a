"""Asset Management v3: assets, aspects, variables, paging, filter, headers, errors."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from portal.emulator.testing import RunningEmulator

from .answers import PUMPS, assert_error, names
from .flows import Api, SignIn

ASSET_KEYS = [
    "assetId",
    "tenantId",
    "name",
    "etag",
    "externalId",
    "t2Tenant",
    "subTenant",
    "description",
    "timezone",
    "twinType",
    "parentId",
    "typeId",
    "location",
    "fileAssignments",
    "variables",
    "aspects",
    "locks",
    "deleted",
    "sharing",
]


def test_the_billboard_names_the_collections(api: Api) -> None:
    base = f"{api.base}/assetmanagement/v3"
    assert api.get("/assetmanagement/v3/").json() == {
        "_links": {
            "self": {"href": f"{base}/"},
            "aspectTypes": {"href": f"{base}/aspecttypes"},
            "assetTypes": {"href": f"{base}/assettypes"},
            "assets": {"href": f"{base}/assets"},
            "files": {"href": f"{base}/files"},
        }
    }


def test_the_first_page_has_ten_assets_by_name(api: Api) -> None:
    answer = api.assets()
    body = answer.json()
    assert names(answer) == [
        "Augsburg Works",
        "Boiler House",
        *PUMPS,
        "Pump Station",
        "Turbine T-301",
    ]
    assert body["page"] == {
        "size": 10,
        "totalElements": 12,
        "totalPages": 2,
        "number": 0,
    }
    base = f"{api.base}/assetmanagement/v3/assets"
    assert body["_links"] == {
        "self": {"href": f"{base}?page=0&size=10&sort=name,asc"},
        "first": {"href": f"{base}?page=0&size=10&sort=name,asc"},
        "next": {"href": f"{base}?page=1&size=10&sort=name,asc"},
        "last": {"href": f"{base}?page=1&size=10&sort=name,asc"},
    }


def test_next_links_lead_through_the_whole_list(api: Api) -> None:
    found, href = [], f"{api.base}/assetmanagement/v3/assets?size=5&sort=name,desc"
    while href:
        page = api.session.get(href).json()
        found += [entry["name"] for entry in page["_embedded"]["assets"]]
        href = page["_links"].get("next", {}).get("href")
    assert len(found) == 12
    assert found == sorted(found, reverse=True)


def test_one_page_has_only_a_self_link(api: Api) -> None:
    assert list(api.assets(size=200).json()["_links"]) == ["self"]


def test_the_last_page_has_a_previous_one_and_a_later_page_is_empty(api: Api) -> None:
    assert list(api.assets(page=1).json()["_links"]) == [
        "self",
        "first",
        "prev",
        "last",
    ]
    beyond = api.assets(page=7)
    assert names(beyond) == []
    assert beyond.json()["page"]["number"] == 7


@pytest.mark.parametrize(
    "params",
    [
        {"size": 201},
        {"size": 0},
        {"size": "ten"},
        {"page": -1},
        {"page": "١"},
        {"sort": "name;asc"},
        {"sort": "name,up"},
        {"sort": "location,asc"},
        {"sort": "nothing,asc"},
        {"filter": "{"},
        {"filter": "[]"},
        {"filter": '{"name":{"like":"x"}}'},
        {"filter": '{"name":{"in":"x"}}'},
        {"filter": '{"name":["x"]}'},
        {"filter": '{"a":' * 5000},
    ],
)
def test_a_wrong_parameter_is_400(api: Api, params: dict[str, Any]) -> None:
    assert_error(api.assets(**params), 400, "invalidParameter")


def test_an_asset_has_the_recorded_keys_in_order_and_keeps_nulls(api: Api) -> None:
    pump = api.assets(filter='{"name":"Pump P-101"}').json()["_embedded"]["assets"][0]
    assert list(pump) == [*ASSET_KEYS, "_links"]
    assert pump["t2Tenant"] is None and pump["deleted"] is None
    assert pump["variables"] == [{"name": "ratedFlow", "value": "120.0"}]
    assert pump["sharing"] == {"modes": []}
    assert re.fullmatch("[0-9a-f]{32}", pump["assetId"])
    assert pump["_links"]["children"]["href"].endswith(f"/assets?filter=%7B%22parentId%22:%22{pump['assetId']}%22%7D")


def test_a_single_asset_tells_its_path_from_the_root(api: Api) -> None:
    pump = api.assets(f"/{api.asset_id('Pump P-101')}").json()
    assert list(pump) == [*ASSET_KEYS, "hierarchyPath", "_links"]
    assert [above["name"] for above in pump["hierarchyPath"]] == [
        "acme",
        "Augsburg Works",
        "Pump Station",
    ]
    assert list(pump["hierarchyPath"][0]) == ["assetId", "name"]


def test_an_asset_id_is_found_in_any_letter_case(api: Api) -> None:
    asset_id = api.asset_id("Pump P-101")
    assert api.assets(f"/{asset_id.upper()}").json()["assetId"] == asset_id


def test_the_root_asset_has_no_parent(api: Api) -> None:
    root = api.assets("/root").json()
    assert (root["parentId"], root["typeId"], root["hierarchyPath"]) == (
        "",
        "core.basicenterprise",
        [],
    )
    assert root["variables"] == [{"name": "tenantFlag", "value": "true"}]
    assert "parent" not in root["_links"]


def test_the_children_link_leads_to_the_children(api: Api) -> None:
    works = api.assets(f"/{api.asset_id('Augsburg Works')}").json()
    assert names(api.session.get(works["_links"]["children"]["href"])) == [
        "Boiler House",
        "Pump Station",
    ]


def test_aspects_of_an_asset_include_inherited_ones(api: Api) -> None:
    asset_id = api.asset_id("Turbine T-302")
    answer = api.assets(f"/{asset_id}/aspects")
    assert names(answer, "aspects") == ["Bearing_A", "PrimaryMotor", "status"]
    motor = answer.json()["_embedded"]["aspects"][1]
    assert list(motor)[:7] == [
        "name",
        "holderAssetId",
        "aspectTypeId",
        "aspectTypeName",
        "category",
        "description",
        "variables",
    ]
    assert motor["holderAssetId"] == asset_id
    assert (motor["aspectTypeId"], motor["category"]) == (
        "acme.PowerConsumption",
        "dynamic",
    )
    assert motor["variables"][0] == {
        "name": "power",
        "dataType": "DOUBLE",
        "unit": "kW",
        "searchable": False,
        "length": None,
        "qualityCode": False,
        "defaultValue": None,
    }


def test_variables_of_an_asset_include_inherited_ones(api: Api) -> None:
    answer = api.assets(f"/{api.asset_id('Pump P-101')}/variables")
    assert names(answer, "variables") == ["externalId", "ratedFlow"]


def test_a_tenant_sees_only_its_own_assets(api: Api, foreign_api: Api) -> None:
    assert names(foreign_api.assets()) == [
        "Transformer X-1",
        "Wind Park North",
        "Wind Turbine W-1",
        "Wind Turbine W-2",
        "globex",
    ]
    foreign_id = api.asset_id("Pump P-101")
    for part in ("", "/aspects", "/variables"):
        assert_error(foreign_api.assets(f"/{foreign_id}{part}"), 404, "noMatch")
    assert names(foreign_api.assets(filter=f'{{"assetId":"{foreign_id}"}}')) == []


def test_an_unknown_asset_is_404(api: Api) -> None:
    assert_error(api.assets("/" + "0" * 32), 404, "noMatch")


def test_no_token_an_expired_or_a_foreign_one_is_401(emulator: RunningEmulator, api: Api) -> None:
    url = f"{api.base}/assetmanagement/v3/assets"
    assert_error(requests.get(url), 401, "unauthorized")
    assert_error(requests.get(url, auth=("acme-hub-reader", "x")), 401, "unauthorized")
    # The issuer of acme may not speak for globex.
    foreign = emulator.user_token("charlie@globex.example", host="acme")
    assert_error(Api(emulator, foreign).assets(), 401, "unauthorized")
    emulator.clock.shift(1801)
    assert_error(api.assets(), 401, "unauthorized")
    assert emulator.requests[-1].reason == "expired"


def test_an_id_token_is_no_access_token(emulator: RunningEmulator, sign_in: SignIn) -> None:
    id_token = sign_in.exchange(sign_in.code()).json()["id_token"]
    assert_error(Api(emulator, id_token).assets(), 401, "unauthorized")
    assert emulator.requests[-1].reason == "not an access token"


def test_a_token_without_a_role_is_403(emulator: RunningEmulator) -> None:
    token = emulator.user_token("alice@acme.example", scope=("iot.tim.r",))
    assert_error(Api(emulator, token).assets(), 403, "forbidden")


@pytest.mark.parametrize("accept", ["application/hal+json", "*/*", "application/json, */*;q=0.1"])
def test_hal_is_served_when_accepted(api: Api, accept: str) -> None:
    answer = api.get("/assetmanagement/v3/assets", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/hal+json;charset=UTF-8"


def test_plain_json_alone_is_a_500_as_at_the_hub(api: Api) -> None:
    answer = api.get("/assetmanagement/v3/assets", headers={"Accept": "application/json"})
    assert_error(answer, 500, "internalServerError")
    assert answer.json()["errors"][0]["message"] == "No acceptable representation"


def test_the_recorded_headers(api: Api) -> None:
    headers = api.assets().headers
    recorded = "no-cache, no-store, max-age=0, must-revalidate, no-cache, max-age=0, must-revalidate"
    assert headers["Cache-Control"] == recorded
    assert headers["X-Frame-Options"] == "DENY, DENY"
    assert headers["X-Content-Type-Options"] == "nosniff, nosniff"
    assert headers["X-Application-Context"] == "mindgate:prod:9090"
    assert headers["Strict-Transport-Security"] == "max-age=31536000 ; includeSubDomains"
    assert re.fullmatch('"0[0-9a-f]{32}"', headers["ETag"])


def test_an_unchanged_list_is_304(api: Api) -> None:
    etag = api.assets().headers["ETag"]
    path = "/assetmanagement/v3/assets"
    same = api.get(path, headers={"If-None-Match": etag})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", etag)
    assert api.get(path, headers={"If-None-Match": '"0bc"'}).status_code == 200


def test_the_seed_decides_the_ids(emulator: RunningEmulator) -> None:
    from portal.emulator.assets.acme import assets

    same = [asset.asset_id for asset in assets("bindery")]
    assert same == [asset.asset_id for asset in emulator.hub.inventory.assets("acme")]
    assert not set(same) & {asset.asset_id for asset in assets("other")}
