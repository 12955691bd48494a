"""Tenant Management: what rows of the contract table cannot say."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from portal.emulator.tenantmanagement.registry import TenantRecord, TenantRegistry
from portal.emulator.testing import RunningEmulator

from .administration import HOSTILE_BODIES, HOSTILE_TEXTS, TENANT, Administrator
from .answers import assert_error
from .flows import SignIn

INFO = f"{TENANT}/tenantInfo"
SUBTENANTS = f"{TENANT}/subtenants"
REGIONS = f"{TENANT}/legalConfigRegions"
JPEG = b"\xff\xd8\xff\xe0" + b"pixels"


@pytest.fixture
def admin(emulator: RunningEmulator) -> Administrator:
    emulator.hub.reset()
    return Administrator(emulator, "acme-hub-admin")


def link(name: str, language: str = "default", sorting: int = 0) -> dict[str, Any]:
    written = {"name": name, "value": f"https://acme.example/{name}"}
    return {"id": name, "type": "www", "sorting": sorting, "languages": {language: written}}


def region(name: str, countries: list[str], *links: dict[str, Any]) -> dict[str, Any]:
    return {"regionId": name, "regionName": name, "regionCountries": countries, "links": list(links)}


def shown(admin: Administrator) -> dict[str, list[str]]:
    """The names of the links in force, by language."""
    found = admin.json("GET", f"{TENANT}/legalInfo")
    return {language: [link["name"] for link in links] for language, links in found.items()}


def test_the_tenants_change_apart_from_each_other(admin: Administrator) -> None:
    admin.json("PATCH", INFO, json={"displayName": "Acme"}, headers={"If-Match": "0"})
    assert Administrator(admin.emulator, "globex-hub-admin").json("GET", INFO)["displayName"] == "Globex Energy"


def test_a_changed_name_is_shown_everywhere(admin: Administrator) -> None:
    emulator = admin.emulator
    admin.json("PATCH", INFO, json={"displayName": "Acme <Works>"}, headers={"If-Match": "0"})
    pages = (
        requests.get(f"{emulator.url}/_emulator/", timeout=5),
        requests.get(f"{emulator.url}/acme.launchpad/", timeout=5),
        SignIn(emulator).authorize(),
    )
    for page in pages:
        assert "Acme &lt;Works&gt;" in page.text and "Acme Pumps GmbH" not in page.text
    told = requests.get(f"{emulator.url}/_emulator/banner", timeout=5).json()["tenants"]
    assert [tenant["display_name"] for tenant in told] == ["Acme <Works>", "Globex Energy", "Initech Drives"]


def test_of_two_changes_of_the_same_state_one_wins(admin: Administrator) -> None:
    def change(number: int) -> int:
        body = {"displayName": f"Acme {number}"}
        return admin.call("PATCH", INFO, json=body, headers={"If-Match": "0"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(change, range(8))) == [200] + [412] * 7


def test_every_write_holds_the_lock(admin: Administrator, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = admin.emulator.hub
    put = hub.tenants.put
    held: list[bool] = []

    def watched(record: TenantRecord) -> None:
        held.append(hub.lock._is_owned())  # type: ignore[attr-defined]
        put(record)

    monkeypatch.setattr(hub.tenants, "put", watched)
    present = {"If-Match": "0"}
    admin.json("PATCH", INFO, json={"displayName": "Acme"}, headers=present)
    admin.json("POST", f"{INFO}/logo", files={"file": ("a.jpg", JPEG)})
    admin.json("POST", SUBTENANTS, json={"id": "annex", "displayName": "A", "description": ""})
    admin.json("PUT", f"{SUBTENANTS}/annex", json={"displayName": "B"}, headers=present)
    admin.json("POST", REGIONS, json={"regions": [region("world", [])]})
    admin.json("PUT", f"{REGIONS}/world", json={"regionName": "All"}, headers=present)
    assert admin.call("DELETE", REGIONS).status_code == 204
    assert admin.call("DELETE", f"{SUBTENANTS}/annex").status_code == 204
    assert held == [True] * 8


@pytest.mark.parametrize("value", HOSTILE_TEXTS)
def test_hostile_names_are_refused_and_nothing_is_changed(admin: Administrator, value: Any) -> None:
    before = admin.json("GET", INFO)
    answer = admin.call("PATCH", INFO, json={"companyName": "X", "displayName": value}, headers={"If-Match": "0"})
    assert answer.status_code == 400
    assert [wrong["field"] for wrong in answer.json()["fieldErrors"]] == ["displayName"]
    assert admin.json("GET", INFO) == before


@pytest.mark.parametrize("body", HOSTILE_BODIES)
@pytest.mark.parametrize(("method", "path"), [("PATCH", INFO), ("POST", SUBTENANTS), ("POST", REGIONS)])
def test_what_is_no_json_object_is_a_parsing_error(admin: Administrator, method: str, path: str, body: bytes) -> None:
    answer = admin.call(method, path, data=body, headers={"Content-Type": "application/json", "If-Match": "0"})
    assert (answer.status_code, answer.json()["errorType"]) == (400, "PARSING_ERROR")


def test_names_of_fields_that_cannot_be_printed_are_told_in_ascii(admin: Administrator) -> None:
    answer = admin.call("PATCH", INFO, json={"a\x00b": 1, "displayName": "\u202e"}, headers={"If-Match": "0"})
    assert [wrong["field"] for wrong in answer.json()["fieldErrors"]] == ["'a\\x00b'", "displayName"]


class TestLogo:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("logo.jpg", "logo.jpg"),
            ("C:\\\\pictures\\\\logo.jpg", "logo.jpg"),
            ("../../etc/passwd", "passwd"),
            ("a\u202eb.jpg", "ab.jpg"),
            ("/", "logo"),
            ("undefined", "undefined"),
        ],
    )
    def test_a_file_name_cannot_be_a_path(self, admin: Administrator, sent: str, kept: str) -> None:
        answer = admin.json("POST", f"{INFO}/logo", files={"file": (sent, JPEG)})
        assert answer == {"name": kept, "size": len(JPEG)}

    def test_the_content_says_what_it_is_not_the_sender(self, admin: Administrator) -> None:
        admin.json("POST", f"{INFO}/logo", files={"file": ("x.html", JPEG, "text/html")})
        answer = admin.call("GET", f"{INFO}/logo")
        assert (answer.headers["Content-Type"], answer.content) == ("image/jpeg", JPEG)

    def test_a_refused_logo_leaves_the_present_one(self, admin: Administrator) -> None:
        admin.json("POST", f"{INFO}/logo", files={"file": ("a.jpg", JPEG)})
        page = b"<html><script>alert(1)</script></html>"
        assert admin.call("POST", f"{INFO}/logo", files={"file": ("b.jpg", page)}).status_code == 400
        assert admin.call("GET", f"{INFO}/logo").content == JPEG

    def test_a_logo_is_a_form(self, admin: Administrator) -> None:
        answer = admin.call("POST", f"{INFO}/logo", data=JPEG, headers={"Content-Type": "image/jpeg"})
        assert_error(answer, 415, "unsupportedMediaType")

    def test_other_tenants_do_not_see_it(self, admin: Administrator) -> None:
        admin.json("POST", f"{INFO}/logo", files={"file": ("a.jpg", JPEG)})
        assert_error(Administrator(admin.emulator, "globex-hub-admin").call("GET", f"{INFO}/logo"), 404, "noMatch")


class TestSubtenants:
    @pytest.mark.parametrize("value", [*HOSTILE_TEXTS, "a/b", "..", "a b", "-a", "ä", "a" * 65])
    def test_hostile_ids_are_refused(self, admin: Administrator, value: Any) -> None:
        answer = admin.call("POST", SUBTENANTS, json={"id": value, "displayName": "A", "description": ""})
        assert answer.status_code == 400
        assert {wrong["field"] for wrong in answer.json()["fieldErrors"]} == {"id"}
        assert admin.json("GET", SUBTENANTS)["totalElements"] == 0

    def test_a_page_behind_the_last_one_is_empty(self, admin: Administrator) -> None:
        page = admin.json("GET", SUBTENANTS, params={"page": "999999999", "size": "2000"})
        assert (page["content"], page["first"], page["last"]) == ([], False, True)

    @pytest.mark.parametrize(
        "params", [{"page": "-1"}, {"page": "x"}, {"size": "2001"}, {"size": "1e3"}, {"sort": "id,up"}]
    )
    def test_wrong_pages_are_refused(self, admin: Administrator, params: dict[str, str]) -> None:
        assert_error(admin.call("GET", SUBTENANTS, params=params), 400, "invalidParameter")

    def test_one_can_be_deleted_when_its_last_user_has_moved(self, admin: Administrator) -> None:
        admin.json("POST", SUBTENANTS, json={"id": "annex", "displayName": "A", "description": ""})
        user_id = admin.create_user("pia@acme.example", subtenants=[{"id": "annex"}])
        assert_error(admin.call("DELETE", f"{SUBTENANTS}/annex"), 409, "conflict")
        body = {"userName": "pia@acme.example", "subtenants": []}
        admin.json("PUT", f"/api/identitymanagement/v3/Users/{user_id}", json=body)
        assert admin.call("DELETE", f"{SUBTENANTS}/annex").status_code == 204
        assert_error(admin.call("GET", f"{SUBTENANTS}/annex"), 404, "noMatch")


class TestLegalInformation:
    def test_the_region_of_the_tenants_country_is_shown_before_the_one_for_all(self, admin: Administrator) -> None:
        regions = [
            region("world", [], link("Imprint")),
            region("dach", ["DE", "AT", "CH"], link("Impressum", "de")),
            region("us", ["US"], link("Legal", "en")),
        ]
        admin.json("POST", REGIONS, json={"regions": regions})
        assert shown(admin) == {"de": ["Impressum"]}

    def test_the_region_for_all_is_shown_where_no_other_fits(self, admin: Administrator) -> None:
        regions = [region("us", ["US"], link("Legal", "en")), region("world", [], link("Imprint"))]
        admin.json("POST", REGIONS, json={"regions": regions})
        assert shown(admin) == {"default": ["Imprint"]}

    def test_links_are_in_the_order_of_their_sorting(self, admin: Administrator) -> None:
        links = [link("last", sorting=3), link("first", sorting=1), link("second", sorting=2)]
        admin.json("POST", REGIONS, json={"regions": [region("world", [], *links)]})
        assert shown(admin) == {"default": ["first", "second", "last"]}

    def test_after_deleting_the_platforms_links_are_shown(self, admin: Administrator) -> None:
        before = shown(admin)
        admin.json("POST", REGIONS, json={"regions": [region("world", [], link("Imprint"))]})
        assert admin.call("DELETE", REGIONS).status_code == 204
        assert shown(admin) == before

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "regions"),
            ({"regions": "all"}, "regions"),
            ({"regions": ["all"]}, "regions[0]"),
            ({"regions": [{**region("a", []), "regionName": None}]}, "regions[0].regionName"),
            ({"regions": [region("a", []), region("a", [])]}, "regions[1].regionId"),
            ({"regions": [{**region("a", []), "links": [7]}]}, "regions[0].links[0]"),
            ({"regions": [region("a", [], {**link("x"), "sorting": True})]}, "regions[0].links[0].sorting"),
            ({"regions": [region("a", [], {**link("x"), "languages": {}})]}, "regions[0].links[0].languages"),
            ({"regions": [region("a", [], link("x", "klingon!"))]}, "regions[0].links[0].languages"),
            ({"regions": [{**region("a", []), "regionCountries": [["DE"]]}]}, "regions[0].regionCountries"),
        ],
    )
    def test_wrong_configurations_are_refused_whole(self, admin: Administrator, body: Any, field: str) -> None:
        answer = admin.call("POST", REGIONS, json=body)
        assert answer.status_code == 400
        assert field in [wrong["field"] for wrong in answer.json()["fieldErrors"]]
        assert admin.json("GET", REGIONS) == {"regions": []}

    def test_a_region_keeps_its_id(self, admin: Administrator) -> None:
        admin.json("POST", REGIONS, json={"regions": [region("world", [])]})
        answer = admin.call("PUT", f"{REGIONS}/world", json=region("mars", []), headers={"If-Match": "0"})
        assert [wrong["field"] for wrong in answer.json()["fieldErrors"]] == ["regionId"]


def test_tenants_survive_a_snapshot(admin: Administrator) -> None:
    admin.json("PATCH", INFO, json={"displayName": "Acme"}, headers={"If-Match": "0"})
    admin.json("POST", f"{INFO}/logo", files={"file": ("a.jpg", JPEG)})
    admin.json("POST", SUBTENANTS, json={"id": "annex", "displayName": "A", "description": ""})
    admin.json("POST", REGIONS, json={"regions": [region("world", ["DE"], link("Imprint"))]})
    registry = admin.emulator.hub.tenants
    restored = TenantRegistry()
    restored.load(json.loads(json.dumps(registry.dump())))
    assert restored.get("acme") == registry.get("acme")
    assert restored.dump() == registry.dump()


@pytest.mark.parametrize("dumped", [7, {}, {"acme": {}}, {"acme": 7, "globex": 7, "initech": 7}])
def test_what_is_no_snapshot_changes_nothing(dumped: Any) -> None:
    registry = TenantRegistry()
    before = registry.dump()
    with pytest.raises(ValueError, match=r"\w"):
        registry.load(dumped)
    assert registry.dump() == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "globex"}, "another name"),
        ({"numeric_id": "1"}, "another name"),
        ({"logo": {"name": "x", "media_type": "text/html", "content": ""}}, "no picture"),
        ({"display_name": 7}, "display_name"),
    ],
)
def test_tenants_that_cannot_exist_are_not_loaded(changes: dict[str, Any], message: str) -> None:
    registry = TenantRegistry()
    dumped = registry.dump()
    dumped["acme"].update(changes)
    with pytest.raises(ValueError, match=message):
        registry.load(dumped)
