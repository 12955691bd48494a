"""The vendor's SDK for Node.js does a day's work at the emulator, with both kinds of credentials it has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.emulator.testing import RunningEmulator
from portal.emulator.tokenmanager.credentials import AccessLevel, Application

from .conftest import Run, basic


def app_authorization(emulator: RunningEmulator) -> str:
    """The header of a new app credential, as a cockpit would give it."""
    application = Application("acme", "demoapp", "1.0.0")
    credential, secret = emulator.hub.app_credentials.issue(application, AccessLevel.READ_AND_WRITE, (), ())
    return basic(credential.client_id, secret)


@pytest.fixture(scope="module", params=["service", "app"])
def seen(request: pytest.FixtureRequest, emulator: RunningEmulator, node: Run) -> dict[str, Any]:
    """What the SDK got, by name."""
    if request.param == "app":
        authorization = app_authorization(emulator)
    else:
        client = emulator.hub.clients.by_id("acme-hub-admin")
        authorization = basic(client.client_id, client.secret)
    done = node("sdk.js", CREDENTIALS=request.param, BASIC=authorization)
    return dict(json.loads(done.stdout))


def test_types_are_created_once(seen: dict[str, Any]) -> None:
    assert seen["aspectType"]["id"] == "acme.Fan"
    assert [variable["name"] for variable in seen["aspectType"]["variables"]] == ["rpm", "on"]
    assert "The resource exists already." in seen["aspectTypeAgain"]
    (aspect,) = seen["assetType"]["aspects"]
    assert (aspect["name"], aspect["aspectType"]["id"]) == ("Air", "acme.Fan")


def test_an_asset_is_created_changed_and_found(seen: dict[str, Any]) -> None:
    asset = seen["asset"]
    assert (asset["name"], asset["typeId"], asset["tenantId"]) == ("Fan 1", "acme.FanType", "acme")
    assert asset["variables"] == [{"name": "maker", "value": "Acme"}]
    assert seen["patched"]["description"] == "On the roof"
    assert seen["patched"]["etag"] == asset["etag"] + 1
    assert "If-Match is 0, but the etag of the resource is 1." in seen["stale"]
    assert seen["located"]["location"]["locality"] == "Augsburg"
    (found,) = seen["found"]["_embedded"]["assets"]
    assert found["assetId"] == asset["assetId"]
    assert "Air" in [aspect["name"] for aspect in seen["aspects"]["_embedded"]["aspects"]]
    assert "maker" in [variable["name"] for variable in seen["variables"]["_embedded"]["variables"]]
    assert set(seen["billboard"]["_links"]) == {"self", "aspectTypes", "assetTypes", "assets", "files"}


def test_files_are_kept_and_assigned(seen: dict[str, Any]) -> None:
    assert seen["file"]["name"] == "plate.txt"
    assert seen["fileContent"] == "nameplate"
    assert [(one["key"], one["fileId"]) for one in seen["assigned"]] == [("plate", seen["file"]["id"])]


def test_time_series_are_written_read_and_deleted(seen: dict[str, Any]) -> None:
    assert len(seen["read"]) == 60
    assert seen["read"][0] == {"_time": "2026-11-19T10:00:00Z", "rpm": 1000, "rpm_qc": 0, "on": True}
    assert len(seen["page"]["records"]) == 25
    assert seen["page"]["nextRecord"].startswith("/api/iottimeseries/v3/timeseries/")
    assert seen["nextPage"]["records"][0]["rpm"] == 1025
    assert seen["afterDelete"] == []
    assert "[6410]" in seen["unknownAspect"]


def test_aggregates_of_both_versions_agree(seen: dict[str, Any]) -> None:
    (old,) = seen["aggregatesV3"]
    (new,) = seen["aggregatesV4"]["aggregates"]
    # The interval is (10:00, 11:00]: the record at 10:00 belongs to the one before.
    assert (old["rpm"]["countgood"], old["rpm"]["minvalue"], old["rpm"]["maxvalue"]) == (59, 1001, 1059)
    assert {name: value for name, value in new["rpm"].items() if name in old["rpm"]} == old["rpm"]


def test_users_and_groups(seen: dict[str, Any]) -> None:
    assert "alice@acme.example" in [user["userName"] for user in seen["users"]["resources"]]
    assert "mdsp:core:TenantAdmin" in [group["displayName"] for group in seen["groups"]["resources"]]
    assert seen["user"]["userName"] == "nina@acme.example"
    assert [member["value"] for member in seen["members"]] == [seen["user"]["id"]]
    assert "mdsp_usergroup:fans" in [group["display"] for group in seen["userInGroup"]["groups"]]
    assert [user["userName"] for user in seen["filtered"]["resources"]] == ["alice@acme.example"]


def test_the_tenant_and_its_subtenants(seen: dict[str, Any]) -> None:
    info = seen["tenantInfo"]
    assert (info["name"], info["prefix"], info["companyName"]) == ("acme", "acme", "Acme Pumps GmbH")
    assert [one["id"] for one in seen["subtenants"]["content"]] == ["south"]


def test_what_was_made_is_gone(seen: dict[str, Any]) -> None:
    assert "noMatch" in seen["gone"]
