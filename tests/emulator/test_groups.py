"""Groups are roles: what that means for tokens and admins."""

from __future__ import annotations

from typing import Any

import pytest

from portal.emulator.testing import RunningEmulator

from .administration import IDENTITY, Administrator
from .answers import assert_error
from .flows import SignIn, claims_of

GROUPS = f"{IDENTITY}/Groups"
USERS = f"{IDENTITY}/Users"
ALICE = "alice@acme.example"
DEV = "dev@acme.example"


@pytest.fixture
def admin(emulator: RunningEmulator) -> Administrator:
    emulator.hub.reset()
    return Administrator(emulator, "acme-hub-admin")


def user_id(admin: Administrator, email: str) -> str:
    return admin.emulator.hub.directory.by_email(email).user_id


def scope_after_sign_in(admin: Administrator, email: str) -> list[str]:
    sign_in = SignIn(admin.emulator)
    token = sign_in.exchange(sign_in.code(email)).json()["access_token"]
    return list(claims_of(token)["scope"])


def test_a_new_role_is_in_the_next_token_and_not_in_the_present_one(admin: Administrator) -> None:
    dev = Administrator(admin.emulator, DEV)
    admin.join(admin.group_id("mdsp:core:TenantAdmin"), user_id(admin, DEV))
    assert_error(dev.call("GET", GROUPS), 403, "forbidden")
    assert scope_after_sign_in(admin, DEV) == [
        "mdsp:core:TenantAdmin",
        "mdsp:core:Developer",
        "mdsp:core:StandardUser",
    ]
    assert Administrator(admin.emulator, DEV).call("GET", GROUPS).status_code == 200


def test_a_lost_role_is_not_in_the_next_token(admin: Administrator) -> None:
    developers = admin.group_id("mdsp:core:Developer")
    admin.json("DELETE", f"{GROUPS}/{developers}/members/{user_id(admin, DEV)}")
    assert scope_after_sign_in(admin, DEV) == ["mdsp:core:StandardUser"]


def test_a_user_group_gives_the_roles_it_is_a_member_of_and_is_none_itself(admin: Administrator) -> None:
    crew = admin.create_group("Crew")
    chief = admin.create_group("mdsp_customrole:Chief")
    admin.join(crew, user_id(admin, DEV))
    admin.join(chief, crew, "GROUP")
    admin.join(admin.group_id("mdsp:core:iot.timUser"), chief, "GROUP")
    assert scope_after_sign_in(admin, DEV) == [
        "mdsp:core:Developer",
        "mdsp:core:iot.timUser",
        "mdsp:core:StandardUser",
        "mdsp_customrole:Chief",
    ]


def test_a_direct_membership_counts_more_than_an_indirect_one(admin: Administrator) -> None:
    crew = admin.create_group("Crew")
    admin.join(crew, user_id(admin, DEV))
    admin.join(admin.group_id("mdsp:core:Developer"), crew, "GROUP")
    groups = admin.json("GET", f"{USERS}/{user_id(admin, DEV)}")["groups"]
    assert [group["type"] for group in groups if group["display"] == "mdsp:core:Developer"] == ["DIRECT"]


def test_groups_may_be_nested_deeply(admin: Administrator) -> None:
    directory = admin.emulator.hub.directory
    above = admin.group_id("mdsp:core:iot.timAdmin")
    for number in range(150):
        group = admin.create_group(f"Level {number}")
        admin.join(above, group, "GROUP")
        above = group
    admin.join(above, user_id(admin, DEV))
    assert "mdsp:core:iot.timAdmin" in directory.by_email(DEV).scope
    top = admin.group_id("mdsp:core:iot.timAdmin")
    circle = admin.call("POST", f"{GROUPS}/{above}/members", json={"type": "GROUP", "value": top})
    assert_error(circle, 400, "invalidRequestBodyProperty")


class TestLastAdmin:
    def crew_of_admins(self, admin: Administrator) -> str:
        """A group with Dev, which is all that keeps him an admin; Alice is none any more."""
        crew = admin.create_group("Crew")
        admin.join(crew, user_id(admin, DEV))
        admins = admin.group_id("mdsp:core:TenantAdmin")
        admin.join(admins, crew, "GROUP")
        admin.json("DELETE", f"{GROUPS}/{admins}/members/{user_id(admin, ALICE)}")
        return crew

    def test_an_admin_may_leave_when_another_one_is_there(self, admin: Administrator) -> None:
        self.crew_of_admins(admin)
        assert scope_after_sign_in(admin, ALICE) == ["mdsp:core:StandardUser"]

    def test_the_group_that_makes_the_last_one_an_admin_stays(self, admin: Administrator) -> None:
        crew = self.crew_of_admins(admin)
        for method, path, body in (
            ("DELETE", f"{GROUPS}/{crew}", None),
            ("DELETE", f"{GROUPS}/{crew}/members/{user_id(admin, DEV)}", None),
            ("PUT", f"{GROUPS}/{crew}", {"displayName": "Crew", "members": []}),
            ("DELETE", f"{USERS}/{user_id(admin, DEV)}", None),
        ):
            assert_error(admin.call(method, path, json=body), 409, "conflict")
        assert "mdsp:core:TenantAdmin" in scope_after_sign_in(admin, DEV)

    def test_an_admin_who_cannot_sign_in_does_not_count(self, admin: Administrator) -> None:
        admin.join(admin.group_id("mdsp:core:TenantAdmin"), user_id(admin, DEV))
        admin.json("PUT", f"{USERS}/{user_id(admin, DEV)}", json={"userName": DEV, "active": False})
        assert_error(admin.call("DELETE", f"{USERS}/{user_id(admin, ALICE)}"), 409, "conflict")

    def test_admins_of_another_tenant_do_not_count(self, admin: Administrator) -> None:
        charlie = user_id(admin, "charlie@globex.example")
        admins = admin.group_id("mdsp:core:TenantAdmin")
        stranger = admin.call("POST", f"{GROUPS}/{admins}/members", json={"type": "USER", "value": charlie})
        assert_error(stranger, 400, "invalidRequestBodyProperty")


def test_a_refused_change_of_a_group_changes_nothing(admin: Administrator) -> None:
    crew = admin.create_group("Crew")
    before = admin.json("GET", f"{GROUPS}/{crew}")
    body = {"displayName": "Staff", "members": [{"type": "USER", "value": "nobody"}]}
    assert_error(admin.call("PUT", f"{GROUPS}/{crew}", json=body), 400, "invalidRequestBodyProperty")
    assert admin.json("GET", f"{GROUPS}/{crew}") == before


def test_every_write_holds_the_lock(admin: Administrator, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = admin.emulator.hub
    change = hub.directory._change
    held: list[bool] = []

    def watched(*arguments: Any) -> None:
        held.append(hub.lock._is_owned())  # type: ignore[attr-defined]
        change(*arguments)

    monkeypatch.setattr(hub.directory, "_change", watched)
    pia = admin.create_user("pia@acme.example")
    admin.json("PUT", f"{USERS}/{pia}", json={"userName": "pia@acme.example"})
    crew = admin.create_group("Crew")
    admin.json("PUT", f"{GROUPS}/{crew}", json={"displayName": "Staff"})
    admin.join(crew, pia)
    for path in (f"{GROUPS}/{crew}/members/{pia}", f"{GROUPS}/{crew}", f"{USERS}/{pia}"):
        admin.json("DELETE", path)
    assert held == [True] * 8


def test_a_member_sent_twice_is_one(admin: Administrator) -> None:
    member = {"type": "USER", "value": user_id(admin, DEV)}
    group = admin.json("POST", GROUPS, json={"displayName": "Crew", "members": [member, member]})
    assert group["members"] == [member]


def test_versions_count_each_change_and_times_follow_the_clock(admin: Administrator) -> None:
    admin.emulator.clock.freeze(1_800_000_000)
    admin = Administrator(admin.emulator, "acme-hub-admin")
    crew = admin.create_group("Crew")
    admin.emulator.clock.shift(60)
    admin.join(crew, user_id(admin, DEV))
    assert admin.json("GET", f"{GROUPS}/{crew}")["meta"] == {
        "created": "2027-01-15T08:00:00.000Z",
        "lastModified": "2027-01-15T08:01:00.000Z",
        "version": 1,
    }


def test_lists_can_be_sorted_by_version_as_a_number(admin: Administrator) -> None:
    crew = admin.create_group("Crew")
    for number in range(10):
        admin.json("PUT", f"{GROUPS}/{crew}", json={"displayName": f"Crew {number}"})
    once = admin.create_group("Shift")
    admin.json("PUT", f"{GROUPS}/{once}", json={"displayName": "Shift 1"})
    found = admin.json("GET", GROUPS, params={"filter": 'displayName sw "mdsp_u"', "sortBy": "meta.version"})
    assert [group["meta"]["version"] for group in found["resources"]] == [1, 10]
