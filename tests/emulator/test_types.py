"""Asset Management v3: asset types and aspect types."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from portal.emulator.testing import RunningEmulator

from .flows import Api


def types(api: Api, path: str, **params: Any) -> requests.Response:
    return api.get(f"/assetmanagement/v3/{path}", **params)


def ids(answer: requests.Response, key: str) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [entry["id"] for entry in answer.json()["_embedded"][key]]


def test_a_tenant_sees_its_own_and_the_core_asset_types(api: Api) -> None:
    assert ids(types(api, "assettypes", size=50, sort="id,asc"), "assetTypes") == [
        "acme.CNGTurbine",
        "acme.CentrifugalPump",
        "acme.LPGTurbine",
        "core.basicagent",
        "core.basicarea",
        "core.basicasset",
        "core.basicdevice",
        "core.basicenterprise",
        "core.basichierarchy",
        "core.basicsite",
        "core.basicsubtenant",
    ]


def test_an_asset_type_shows_what_it_declares_itself(api: Api) -> None:
    kind = types(api, "assettypes/acme.LPGTurbine").json()
    assert list(kind) == [
        "id",
        "tenantId",
        "name",
        "description",
        "parentTypeId",
        "instantiable",
        "scope",
        "etag",
        "aspects",
        "variables",
        "fileAssignments",
        "sharing",
        "_links",
    ]
    assert kind["parentTypeId"] == "acme.CNGTurbine"
    (bearing,) = kind["aspects"]
    assert (bearing["name"], bearing["aspectType"]["id"]) == (
        "Bearing_A",
        "acme.Vibration",
    )
    assert kind["_links"]["parent"]["href"].endswith("/assettypes/acme.CNGTurbine")


def test_an_exploded_asset_type_adds_what_it_inherits(api: Api) -> None:
    kind = types(api, "assettypes/acme.LPGTurbine", exploded="true").json()
    origins = {aspect["name"]: aspect["_links"]["origin"]["href"].rpartition("/")[2] for aspect in kind["aspects"]}
    assert origins == {
        "status": "core.basicdevice",
        "PrimaryMotor": "acme.CNGTurbine",
        "Bearing_A": "acme.LPGTurbine",
    }
    assert [variable["name"] for variable in kind["variables"]] == ["externalId"]


def test_exploded_has_to_be_a_boolean(api: Api) -> None:
    assert types(api, "assettypes", exploded="yes").status_code == 400


def test_asset_types_can_be_filtered(api: Api) -> None:
    found = types(api, "assettypes", filter='{"parentTypeId":"acme.CNGTurbine"}')
    assert ids(found, "assetTypes") == ["acme.LPGTurbine"]


def test_aspect_types_with_their_variables(api: Api) -> None:
    found = types(api, "aspecttypes", filter='{"category":"static","tenantId":"acme"}')
    assert ids(found, "aspectTypes") == ["acme.NamePlate"]
    kind = types(api, "aspecttypes/acme.Vibration").json()
    assert list(kind)[:7] == [
        "id",
        "tenantId",
        "name",
        "category",
        "scope",
        "description",
        "variables",
    ]
    velocity = kind["variables"][0]
    assert (velocity["name"], velocity["unit"], velocity["qualityCode"]) == (
        "velocity",
        "mm/s",
        True,
    )


@pytest.mark.parametrize("path", ["assettypes/acme.CNGTurbine", "aspecttypes/acme.Vibration"])
def test_the_types_of_another_tenant_do_not_exist(foreign_api: Api, path: str) -> None:
    answer = types(foreign_api, path)
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == "mdsp.core.generic.noMatch"


def test_core_types_belong_to_everybody(foreign_api: Api) -> None:
    status = types(foreign_api, "aspecttypes/core.assetstatus").json()
    assert (status["tenantId"], status["scope"], status["name"]) == (
        "core",
        "public",
        "DeviceAssetStatus",
    )


def test_types_need_a_role(emulator: RunningEmulator) -> None:
    api = Api(emulator, emulator.user_token("alice@acme.example", scope=()))
    assert types(api, "assettypes").status_code == 403
    assert types(api, "aspecttypes/core.assetstatus").status_code == 403
