"""Users of Identity Management: what rows of the contract table cannot say."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.emulator.gateway.errors import InvalidParameter
from portal.emulator.identity.accounts import Directory
from portal.emulator.identitymanagement.filtering import parse_filter
from portal.emulator.identitymanagement.query import USER_ATTRIBUTES
from portal.emulator.identitymanagement.wire import user_json
from portal.emulator.testing import RunningEmulator

from .administration import HOSTILE_BODIES, HOSTILE_TEXTS, IDENTITY, TENANT, Administrator
from .answers import assert_error
from .flows import SignIn, claims_of

USERS = f"{IDENTITY}/Users"
PIA = "pia.pohl@acme.example"


@pytest.fixture
def admin(emulator: RunningEmulator) -> Administrator:
    emulator.hub.reset()
    return Administrator(emulator, "acme-hub-admin")


def sign_in_page(admin: Administrator) -> str:
    return SignIn(admin.emulator).authorize().text


def test_a_created_user_can_sign_in_as_a_standard_user(admin: Administrator) -> None:
    user_id = admin.create_user(PIA)
    sign_in = SignIn(admin.emulator)
    claims = claims_of(sign_in.exchange(sign_in.code(PIA)).json()["access_token"])
    assert (claims["user_id"], claims["email"], claims["ten"]) == (user_id, PIA, "acme")
    assert claims["scope"] == ["mdsp:core:StandardUser"]


def test_the_token_names_the_subtenant_of_its_person(admin: Administrator) -> None:
    for name in ("annex", "barn"):
        admin.json("POST", f"{TENANT}/subtenants", json={"id": name, "displayName": name, "description": ""})
    admin.create_user(PIA, subtenants=[{"id": "barn"}, {"id": "annex"}])
    assert claims_of(admin.emulator.user_token(PIA))["subtenant"] == "barn"
    assert "subtenant" not in claims_of(admin.emulator.user_token("alice@acme.example"))


def test_the_sign_in_page_escapes_what_was_written_into_a_name(admin: Administrator) -> None:
    admin.create_user(PIA, name={"givenName": "<script>", "familyName": '"&'})
    text = sign_in_page(admin)
    assert "&lt;script&gt;" in text
    assert "<script>" not in text


def test_who_is_not_active_cannot_sign_in_until_active_again(admin: Administrator) -> None:
    user_id = admin.create_user(PIA)
    assert PIA in sign_in_page(admin)
    admin.json("PUT", f"{USERS}/{user_id}", json={"userName": PIA, "active": False})
    assert PIA not in sign_in_page(admin)
    admin.json("PUT", f"{USERS}/{user_id}", json={"userName": PIA})
    assert PIA not in sign_in_page(admin)
    admin.json("PUT", f"{USERS}/{user_id}", json={"userName": PIA, "active": True})
    assert PIA in sign_in_page(admin)


@pytest.mark.parametrize("end", ["deactivated", "deleted"])
def test_a_code_of_a_removed_person_gives_no_token(admin: Administrator, end: str) -> None:
    user_id = admin.create_user(PIA)
    sign_in = SignIn(admin.emulator)
    code = sign_in.code(PIA)
    if end == "deleted":
        admin.json("DELETE", f"{USERS}/{user_id}")
    else:
        admin.json("PUT", f"{USERS}/{user_id}", json={"userName": PIA, "active": False})
    answer = sign_in.exchange(code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_removed_person_has_no_groups_of_its_own(admin: Administrator) -> None:
    user_id = admin.create_user(PIA)
    pia = Administrator(admin.emulator, PIA)
    assert pia.call("GET", f"{USERS}/me").status_code == 200
    admin.json("DELETE", f"{USERS}/{user_id}")
    assert_error(pia.call("GET", f"{USERS}/me"), 404, "noMatch")


def test_a_deleted_user_leaves_its_groups(admin: Administrator) -> None:
    user_id = admin.create_user(PIA)
    group_id = admin.group_id("mdsp:core:StandardUser")
    path = f"{IDENTITY}/Groups/{group_id}"
    before = admin.json("GET", path)
    admin.json("DELETE", f"{USERS}/{user_id}")
    after = admin.json("GET", path)
    assert {"type": "USER", "value": user_id} in before["members"]
    assert user_id not in [member["value"] for member in after["members"]]
    assert after["meta"]["version"] == before["meta"]["version"] + 1


def test_any_token_of_a_person_will_do_for_the_own_groups(admin: Administrator) -> None:
    pia = Administrator(admin.emulator, "alice@acme.example")
    pia.token = admin.emulator.user_token("alice@acme.example", "acme", ("monitor.viewer",))
    assert [group["display"] for group in pia.json("GET", f"{USERS}/me")] == [
        "mdsp:core:TenantAdmin",
        "mdsp:core:StandardUser",
    ]


def test_the_same_address_may_be_a_user_of_two_tenants(admin: Administrator) -> None:
    admin.create_user(PIA)
    assert Administrator(admin.emulator, "globex-hub-admin").create_user(PIA)


def test_a_softly_removed_user_keeps_its_address(admin: Administrator) -> None:
    admin.create_user(PIA, active=False)
    assert_error(admin.call("POST", USERS, json={"userName": PIA}), 409, "conflict")


def test_of_two_that_create_the_same_user_one_wins(admin: Administrator) -> None:
    def create(_: int) -> int:
        return admin.call("POST", USERS, json={"userName": PIA}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(create, range(8))) == [201] + [409] * 7


def test_what_was_read_can_be_sent_back(admin: Administrator) -> None:
    user = admin.json("GET", f"{USERS}/{admin.create_user(PIA)}")
    answer = admin.json("PUT", f"{USERS}/{user['id']}", json=user)
    assert {**answer, "meta": None} == {**user, "meta": None}


def test_a_user_without_a_telling_address_has_names_nevertheless(admin: Administrator) -> None:
    user = admin.json("POST", USERS, json={"userName": "007@acme.example"})
    assert user["name"] == {"givenName": "User", "familyName": "Acme"}
    assert "007@acme.example" in sign_in_page(admin)


@pytest.mark.parametrize("body", HOSTILE_BODIES)
@pytest.mark.parametrize("path", ["/Users", "/Groups", "/Groups/{group}/members"])
def test_what_is_no_json_object_is_refused(admin: Administrator, path: str, body: bytes) -> None:
    path = path.replace("{group}", admin.create_group("Crew"))
    answer = admin.call("POST", IDENTITY + path, data=body, headers={"Content-Type": "application/json"})
    assert_error(answer, 400, "invalidRequestBodyProperty")


SURROGATE = '{"userName":"pia@acme.example","name":{"givenName":"\\ud800","familyName":"P"}}'


@pytest.mark.parametrize(
    "text",
    [
        SURROGATE,
        '{"userName":"\\udfff@acme.example"}',
        '{"userName":"pia@acme.example","\\ud800":1}',
        '{"userName":"pia@acme.example","active":NaN}',
        '{"userName":"pia@acme.example","subtenants":[{"id":Infinity}]}',
        '{"userName":"pia@acme.example","subtenants":[["id"]]}',
        '{"userName":"pia@acme.example","subtenants":{"id":"annex"}}',
        '{"userName":"pia@acme.example","emails":"pia@acme.example"}',
        '{"userName":"pia@acme.example","name":"Pia"}',
        '{"userName":"pia@acme.example","name":{"givenName":"Pia"}}',
    ],
)
def test_hostile_users_are_refused_and_nobody_is_created(admin: Administrator, text: str) -> None:
    answer = admin.call("POST", USERS, data=text.encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert admin.json("GET", USERS)["totalResults"] == 5


@pytest.mark.parametrize("value", HOSTILE_TEXTS)
def test_hostile_names_are_refused(admin: Administrator, value: Any) -> None:
    for body in (
        {"userName": value},
        {"userName": PIA, "name": {"givenName": value, "familyName": "P"}},
        {"userName": PIA, "emails": [{"value": value}]},
    ):
        assert admin.call("POST", USERS, json=body).status_code == 400


RESOURCES = [
    user_json(account, Directory("seed").memberships(account.tenant)) for account in Directory("seed").people("acme")
]


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["(", ")", "and", "or", "eq", "sw", "userName", "active", '"a"'])).map(" ".join)
)
@settings(max_examples=200)
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    try:
        matches = parse_filter(text, USER_ATTRIBUTES)
    except InvalidParameter as error:
        str(error).encode()
        return
    assert all(isinstance(matches(resource), bool) for resource in RESOURCES)


@given(st.text(max_size=20))
def test_any_text_can_be_looked_for(text: str) -> None:
    matches = parse_filter(f"familyName eq {json.dumps(text)}", USER_ATTRIBUTES)
    resource = {**RESOURCES[0], "name": {"familyName": text, "givenName": "x"}}
    assert matches(resource)


def test_a_filter_cannot_be_nested_without_end() -> None:
    inner = 'userName eq "a"'
    assert parse_filter("(" * 20 + inner + ")" * 20, USER_ATTRIBUTES)(RESOURCES[0]) is False
    with pytest.raises(InvalidParameter, match="20 parentheses"):
        parse_filter("(" * 21 + inner + ")" * 21, USER_ATTRIBUTES)
    with pytest.raises(InvalidParameter, match="parentheses"):
        parse_filter("(" * 50_000, USER_ATTRIBUTES)


def test_accounts_and_groups_survive_a_snapshot(admin: Administrator) -> None:
    user_id = admin.create_user(PIA)
    crew = admin.create_group("Crew")
    admin.join(crew, user_id)
    admin.join(admin.group_id("mdsp:core:Developer"), crew, "GROUP")
    directory = admin.emulator.hub.directory
    dumped = json.loads(json.dumps(directory.dump()))
    restored = Directory("another seed")
    restored.load(dumped)
    assert restored.dump() == directory.dump()
    assert restored.by_email(PIA) == directory.by_email(PIA)
    assert restored.by_email(PIA).scope == ("mdsp:core:Developer", "mdsp:core:StandardUser")


@pytest.mark.parametrize(
    "dumped",
    [
        {},
        {"accounts": [], "groups": [{}]},
        {"accounts": [{}], "groups": []},
        {"accounts": [None], "groups": []},
        {"accounts": 7, "groups": []},
        {"accounts": [], "groups": [], "more": []},
        7,
    ],
)
def test_what_is_no_snapshot_changes_nothing(dumped: Any) -> None:
    directory = Directory("seed")
    before = directory.dump()
    with pytest.raises(ValueError, match=r"\w"):
        directory.load(dumped)
    assert directory.dump() == before


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("tenant", "umbrella", "umbrella"),
        ("given_name", "", "given and a family name"),
        ("email", "DEV@acme.example", "exists already"),
        ("email", 7, "email"),
        ("meta", {"created": 1e300, "last_modified": 0, "version": 0}, "meta"),
    ],
)
def test_people_who_cannot_exist_are_not_loaded(field: str, value: Any, message: str) -> None:
    directory = Directory("seed")
    dumped = directory.dump()
    dumped["accounts"][0][field] = value
    with pytest.raises(ValueError, match=message):
        directory.load(dumped)
    assert directory.by_email("alice@acme.example")
