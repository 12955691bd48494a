"""Asset Management v3: what happens around a write of a type; each single rule is a row of the contract table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portal.emulator.assets.files import FileRecord
from portal.emulator.testing import RunningEmulator

from .answers import assert_error
from .conftest import NOON
from .flows import Api
from .types_api import ASPECT_TYPE, ASSET_TYPE, FAN, FLOW, Types


@pytest.fixture
def types(emulator: RunningEmulator) -> Iterator[Types]:
    emulator.hub.reset()
    yield Types(emulator)
    emulator.hub.reset()


def add_file(emulator: RunningEmulator, tenant: str, digit: str) -> str:
    record = FileRecord(digit * 32, tenant, "photo", "photo.png", "", "PRIVATE", "image/png", b"PNG", NOON, NOON)
    emulator.hub.files.put(record)
    return record.file_id


def test_what_was_read_can_be_written_back(types: Types) -> None:
    """Aspect types have the same shape both ways; unknown properties are ignored."""
    path = "/assetmanagement/v3/aspecttypes/acme.NamePlate"
    before = types.get(path)
    after = types.put(path, before, If_Match=str(before["etag"]))
    assert after == {**before, "etag": before["etag"] + 1}


def test_an_empty_patch_changes_the_etag_only(types: Types) -> None:
    before = types.put(ASSET_TYPE, FAN)
    after = types.send("PATCH", ASSET_TYPE, {}, If_Match="0").json()
    assert after == {**before, "etag": 1}


def test_a_refused_change_leaves_the_type_as_it_was(types: Types) -> None:
    before = types.put(ASSET_TYPE, FAN)
    worse = {**FAN, "name": "Ventilator", "variables": FAN["variables"][:1]}
    assert_error(types.send("PUT", ASSET_TYPE, worse, If_Match="0"), 400, "invalidRequestBodyProperty")
    assert types.get(ASSET_TYPE) == before


def test_renamed_variables_keep_the_values_of_assets(types: Types, emulator: RunningEmulator) -> None:
    types.put(ASSET_TYPE, FAN)
    types.put("/assetmanagement/v3/assettypes/acme.BigFan", {"name": "BigFan", "parentTypeId": "acme.Fan"})
    inventory = emulator.hub.inventory
    fan = replace(
        inventory.root("acme"),
        asset_id="f" * 32,
        type_id="acme.BigFan",
        parent_id=inventory.root("acme").asset_id,
        variables={"maker": "Acme", "owner": "Globex", "externalId": "7"},
    )
    inventory.put_asset(fan)
    swap = {"maker": {"name": "owner"}, "owner": {"name": "maker"}}
    answer = types.send("PATCH", f"{ASSET_TYPE}/variables", swap, If_Match="0")
    assert (answer.status_code, answer.headers["ETag"]) == (204, '"1"')
    kept = inventory.asset("acme", fan.asset_id)
    assert kept is not None
    assert (kept.variables, kept.etag) == ({"owner": "Acme", "maker": "Globex", "externalId": "7"}, fan.etag)


@pytest.mark.parametrize("change", [None, 5, "owner", []])
def test_a_variable_cannot_be_removed_by_its_patch(types: Types, change: Any) -> None:
    types.put(ASSET_TYPE, FAN)
    answer = types.send("PATCH", f"{ASSET_TYPE}/variables", {"maker": change}, If_Match="0")
    assert_error(answer, 400, "invalidRequestBodyProperty")


def test_a_type_can_be_deleted_when_its_last_asset_is(types: Types, emulator: RunningEmulator) -> None:
    types.put(ASSET_TYPE, FAN)
    inventory = emulator.hub.inventory
    fan = replace(inventory.root("acme"), asset_id="f" * 32, type_id="acme.Fan", parent_id="0" * 32)
    inventory.put_asset(fan)
    assert_error(types.send("DELETE", ASSET_TYPE, If_Match="0"), 409, "conflict")
    inventory.put_asset(replace(fan, deleted=NOON))
    assert types.send("DELETE", ASSET_TYPE, If_Match="0").status_code == 204


def test_an_aspect_type_can_be_deleted_when_no_type_uses_it(types: Types) -> None:
    types.put(ASPECT_TYPE, FLOW)
    types.put(ASSET_TYPE, {**FAN, "aspects": [{"name": "Air", "aspectTypeId": "acme.Flow"}]})
    assert_error(types.send("DELETE", ASPECT_TYPE, If_Match="0"), 409, "conflict")
    assert types.send("DELETE", ASSET_TYPE, If_Match="0").status_code == 204
    assert types.send("DELETE", ASPECT_TYPE, If_Match="0").status_code == 204


def test_files_of_a_type_are_inherited_and_hidden_by_the_same_key(types: Types, emulator: RunningEmulator) -> None:
    first, second = add_file(emulator, "acme", "a"), add_file(emulator, "acme", "b")
    below = "/assetmanagement/v3/assettypes/acme.BigFan"
    types.put(ASSET_TYPE, {**FAN, "fileAssignments": [{"key": "photo", "fileId": first.upper()}]})
    types.put(below, {"name": "BigFan", "parentTypeId": "acme.Fan"})
    changed = types.put(f"{below}/fileAssignments/photo", {"fileId": second}, If_Match="0")
    assert (changed["etag"], [file["fileId"] for file in changed["fileAssignments"]]) == (1, [second])

    answer = types.send("DELETE", f"{below}/fileAssignments/photo", If_Match="1")
    assert (answer.status_code, answer.headers["ETag"]) == (204, '"2"')
    assert types.get(below)["fileAssignments"] == []
    (inherited,) = types.get(below, exploded="true")["fileAssignments"]
    links = {name: link["href"].partition("/v3/")[2] for name, link in inherited["_links"].items()}
    assert (inherited["key"], inherited["fileId"]) == ("photo", first)
    assert links == {"download": f"files/{first}/file", "metadata": f"files/{first}", "origin": "assettypes/acme.Fan"}


def test_the_file_of_another_tenant_does_not_exist(types: Types, emulator: RunningEmulator) -> None:
    foreign = add_file(emulator, "globex", "c")
    types.put(ASSET_TYPE, FAN)
    answer = types.send("PUT", f"{ASSET_TYPE}/fileAssignments/photo", {"fileId": foreign}, If_Match="0")
    assert_error(answer, 400, "invalidRequestBodyProperty")


def test_a_patched_list_of_files_takes_off_what_is_missing(types: Types, emulator: RunningEmulator) -> None:
    files = [{"key": "photo", "fileId": add_file(emulator, "acme", "a")}, {"key": "logo", "fileId": "a" * 32}]
    types.put(ASSET_TYPE, {**FAN, "fileAssignments": files})
    assert len(types.send("PATCH", ASSET_TYPE, {"name": "F"}, If_Match="0").json()["fileAssignments"]) == 2
    left = types.send("PATCH", ASSET_TYPE, {"fileAssignments": files[1:]}, If_Match="1").json()
    assert [file["key"] for file in left["fileAssignments"]] == ["logo"]


def test_a_key_holds_one_file(types: Types, emulator: RunningEmulator) -> None:
    files = [{"key": "photo", "fileId": add_file(emulator, "acme", digit)} for digit in "ab"]
    answer = types.send("PUT", ASSET_TYPE, {**FAN, "fileAssignments": files})
    assert_error(answer, 400, "invalidRequestBodyProperty")


def test_a_locked_model_takes_new_types_but_no_changes(types: Types, emulator: RunningEmulator) -> None:
    emulator.hub.locked_models.add("acme")
    types.put(ASPECT_TYPE, FLOW)
    types.put(ASSET_TYPE, FAN)
    for path, body in ((ASPECT_TYPE, FLOW), (ASSET_TYPE, FAN)):
        assert_error(types.send("PUT", path, body, If_Match="0"), 409, "conflict")
        assert_error(types.send("PATCH", path, {}, If_Match="0"), 409, "conflict")
        assert_error(types.send("DELETE", path, If_Match="0"), 409, "conflict")


def test_the_statuses_of_conditions_are_switches(types: Types, emulator: RunningEmulator) -> None:
    types.put(ASPECT_TYPE, FLOW)
    hub = emulator.hub
    hub.switches = hub.switches.changed({"missing_if_match_status": 400, "wrong_if_match_status": 409})
    assert types.send("PUT", ASPECT_TYPE, FLOW).status_code == 400
    assert types.send("PUT", ASPECT_TYPE, FLOW, If_Match="9").status_code == 409
    assert types.send("PUT", ASPECT_TYPE, FLOW, If_None_Match="*").status_code == 409
    hub.switches = hub.switches.changed({"missing_if_match_status": 0, "wrong_if_match_status": 0})
    assert types.send("PUT", ASPECT_TYPE, FLOW).status_code == 200
    assert types.send("PUT", ASPECT_TYPE, FLOW, If_Match="9").status_code == 200


@pytest.mark.parametrize("path", ["assettypes", "assettypes/core.basicdevice", "aspecttypes", "aspecttypes/acme.Motor"])
def test_technical_users_without_a_role_of_asset_management(emulator: RunningEmulator, types: Types, path: str) -> None:
    """The switch is about technical users: a person with the same role reads types."""
    technical = Types(emulator, ("mdsp:core:StandardUser",)).api
    person = Api(emulator, emulator.user_token("alice@acme.example", scope=("mdsp:core:StandardUser",)))
    assert technical.get(f"/assetmanagement/v3/{path}").status_code == 403
    emulator.hub.switches = emulator.hub.switches.changed({"technical_users_read_types": True})
    assert technical.get(f"/assetmanagement/v3/{path}").status_code == 200
    emulator.hub.switches = emulator.hub.switches.changed({"technical_users_read_types": False})
    assert person.get(f"/assetmanagement/v3/{path}").status_code == 200
    assert types.api.get(f"/assetmanagement/v3/{path}").status_code == 200
