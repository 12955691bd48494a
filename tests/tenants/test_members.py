"""The members of a tenant: who is listed, roles given here, taking out, leaving, and the last admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.audit.models import AuditRecord
from portal.identity.models import User
from portal.permissions import Role
from portal.scoping import tenant_scope
from portal.tenants.models import Membership, Tenant
from tests.cast import Cast, make_invitation, make_member, membership_of, signed_in


def records(tenant: Tenant, name: str) -> list[dict[str, object]]:
    rows = AuditRecord.all_tenants.filter(tenant=tenant, name=name).order_by("index")
    return [row.facts | {"by": row.actor_name, "subject": row.subject} for row in rows]


def give(user: User, tenant: Tenant, *roles: Role) -> Membership:
    """Give a person roles here, beside those of the Hub, without asking anybody."""
    with tenant_scope(tenant.pk):
        membership, _ = Membership.objects.get_or_create(user=user)
        membership.portal_roles = [role.value for role in roles]
        membership.save()
    return membership


@pytest.fixture
def admin(cast: Cast) -> User:
    """A second admin of acme, by a role given here alone."""
    user = make_member(cast.acme, "second@acme.example")
    give(user, cast.acme, Role.ADMIN)
    return user


class TestList:
    def test_says_where_roles_come_from(self, alice: Client, cast: Cast) -> None:
        give(cast.dev, cast.acme, Role.AUDITOR)
        rows = {row["email"]: row for row in alice.get("/t/acme/members/").context["members"]}
        assert (rows["dev@acme.example"]["hub_roles"], rows["dev@acme.example"]["portal_roles"]) == (
            ["Developer", "Viewer"],
            ["Auditor"],
        )
        assert "charlie@globex.example" not in rows

    def test_search(self, alice: Client) -> None:
        found = alice.get("/t/acme/members/?q=AUDREY").context["members"]
        assert [row["name"] for row in found] == ["Audrey Auer"]
        nothing = alice.get("/t/acme/members/?q=nobody").content.decode()
        assert "No member matches the search" in nothing

    def test_roles_of_the_hub_that_wait_for_a_sign_in_are_told(self, alice: Client, cast: Cast) -> None:
        with tenant_scope(cast.acme.pk):
            Membership.objects.filter(user=cast.dev).update(confirmed_at=timezone.now() - timedelta(days=2))
        assert "not confirmed lately" in alice.get("/t/acme/members/").content.decode()

    def test_a_developer_sees_them_and_can_change_nothing(self, cast: Cast) -> None:
        page = signed_in(cast.dev).get("/t/acme/members/").content.decode()
        assert "alice@acme.example" in page
        assert "/invite/" not in page
        assert "take-out" not in page


class TestRoles:
    def url(self, user: User, tenant: Tenant) -> str:
        return f"/t/acme/members/{membership_of(user, tenant).pk}/"

    def test_given_roles_count_with_the_next_request_and_are_recorded(self, alice: Client, cast: Cast) -> None:
        viewer = make_member(cast.acme, "viewer@acme.example", Role.VIEWER)
        browser = signed_in(viewer)
        assert browser.get("/t/acme/keys/").status_code == 403
        answer = alice.post(self.url(viewer, cast.acme), {"roles": ["developer", "auditor"]})
        assert (answer.status_code, answer["Location"]) == (302, "/t/acme/members/")
        assert browser.get("/t/acme/keys/").status_code == 200
        membership = membership_of(viewer, cast.acme)
        assert (membership.portal_roles, membership.hub_roles) == (["developer", "auditor"], ["viewer"])
        (told,) = records(cast.acme, "member.roles_given")
        assert told == {
            "member": "Viewer",
            "roles": "developer, auditor, viewer",
            "before": "viewer",
            "by": "Alice Adler",
            "subject": f"member:{viewer.pk}",
        }

    def test_a_demoted_persons_next_request_is_refused(self, alice: Client, cast: Cast, admin: User) -> None:
        browser = signed_in(admin)
        assert browser.get("/t/acme/keys/create/").status_code == 200
        alice.post(self.url(admin, cast.acme), {"roles": ["viewer"]})
        assert browser.get("/t/acme/keys/create/").status_code == 403
        assert browser.post("/t/acme/keys/create/", {"name": "One more"}).status_code == 403

    def test_without_any_role_the_person_is_no_member(self, alice: Client, cast: Cast, admin: User) -> None:
        browser = signed_in(admin)
        alice.post(self.url(admin, cast.acme), {})
        assert not Membership.all_tenants.filter(user=admin).exists()
        assert browser.get("/t/acme/").status_code == 404

    def test_who_takes_the_own_roles_away_is_led_out(self, cast: Cast, admin: User) -> None:
        browser = signed_in(admin)
        assert browser.post(self.url(admin, cast.acme), {})["Location"] == "/"
        assert browser.get("/").status_code == 200

    def test_roles_of_the_hub_stay(self, alice: Client, cast: Cast) -> None:
        alice.post(self.url(cast.dev, cast.acme), {})
        assert membership_of(cast.dev, cast.acme).hub_roles == ["developer", "viewer"]

    def test_unknown_role_is_shown_again(self, alice: Client, cast: Cast) -> None:
        answer = alice.post(self.url(cast.dev, cast.acme), {"roles": ["emperor"]})
        assert answer.status_code == 422
        assert membership_of(cast.dev, cast.acme).portal_roles == []
        assert records(cast.acme, "member.roles_given") == []

    def test_given_roles_outlive_those_of_the_hub(self, cast: Cast) -> None:
        """Charlie signs in through globex: acme's Hub never vouches for him, and need not."""
        membership = give(cast.charlie, cast.acme, Role.VIEWER)
        Membership.all_tenants.filter(pk=membership.pk).update(confirmed_at=timezone.now() - timedelta(days=365))
        assert signed_in(cast.charlie).get("/t/acme/").status_code == 200

    def test_old_roles_of_the_hub_do_not_count_beside_given_ones(self, cast: Cast) -> None:
        give(cast.alice, cast.acme, Role.VIEWER)
        Membership.all_tenants.filter(user=cast.alice).update(confirmed_at=timezone.now() - timedelta(days=2))
        browser = signed_in(cast.alice)
        assert browser.get("/t/acme/").status_code == 200
        assert browser.get("/t/acme/keys/create/").status_code == 403


class TestTakeOut:
    def test_next_request_is_refused_and_it_is_recorded(self, alice: Client, cast: Cast) -> None:
        browser = signed_in(cast.dev)
        url = f"/t/acme/members/{membership_of(cast.dev, cast.acme).pk}/take-out/"
        assert "Developer" in alice.get(url).content.decode()
        assert Membership.all_tenants.filter(user=cast.dev).exists()
        assert alice.post(url)["Location"] == "/t/acme/members/"
        assert browser.get("/t/acme/").status_code == 404
        (told,) = records(cast.acme, "member.taken_out")
        assert (told["member"], told["before"], told["by"]) == ("Dev Dietrich", "developer, viewer", "Alice Adler")

    def test_somebody_who_is_gone_is_not_found(self, alice: Client, cast: Cast) -> None:
        url = f"/t/acme/members/{membership_of(cast.dev, cast.acme).pk}/take-out/"
        alice.post(url)
        assert alice.post(url).status_code == 404


class TestLeave:
    def test_leaving(self, cast: Cast) -> None:
        browser = signed_in(cast.dev)
        assert "your next sign-in brings you back" in browser.get("/leave/acme/").content.decode()
        assert browser.post("/leave/acme/")["Location"] == "/"
        assert browser.get("/t/acme/").status_code == 404
        (told,) = records(cast.acme, "member.left")
        assert (told["before"], told["by"]) == ("developer, viewer", "Dev Dietrich")

    def test_a_stranger_has_nothing_to_leave(self, cast: Cast) -> None:
        assert signed_in(cast.charlie).get("/leave/acme/").status_code == 404
        assert signed_in(cast.charlie).post("/leave/acme/").status_code == 404


class TestLastAdmin:
    """Alice is acme's only admin, by the Hub."""

    def test_cannot_leave(self, alice: Client, cast: Cast) -> None:
        answer = alice.post("/leave/acme/")
        assert answer.status_code == 422
        assert "This is the last admin of the tenant." in answer.content.decode()
        assert alice.get("/t/acme/keys/create/").status_code == 200
        assert records(cast.acme, "member.left") == []

    def test_cannot_be_taken_out(self, alice: Client, cast: Cast) -> None:
        url = f"/t/acme/members/{membership_of(cast.alice, cast.acme).pk}/take-out/"
        answer = alice.post(url)
        assert answer.status_code == 422
        assert Membership.all_tenants.filter(user=cast.alice).exists()

    def test_cannot_be_demoted(self, cast: Cast, admin: User) -> None:
        with tenant_scope(cast.acme.pk):
            Membership.objects.filter(user=cast.alice).delete()
        browser, membership = signed_in(admin), membership_of(admin, cast.acme)
        answer = browser.post(f"/t/acme/members/{membership.pk}/", {"roles": ["viewer"]})
        assert answer.status_code == 422
        assert membership_of(admin, cast.acme).portal_roles == ["admin"]

    def test_the_last_but_one_may_go(self, alice: Client, cast: Cast, admin: User) -> None:
        assert alice.post("/leave/acme/").status_code == 302
        assert signed_in(admin).post("/leave/acme/").status_code == 422

    def test_admin_of_another_tenant_does_not_count(self, alice: Client, cast: Cast) -> None:
        give(cast.charlie, cast.acme, Role.DEVELOPER)
        assert alice.post("/leave/acme/").status_code == 422


def test_expired_invitation_is_told_on_the_list(alice: Client, cast: Cast) -> None:
    invitation = make_invitation(cast.acme, "late@acme.example", Role.VIEWER)
    with tenant_scope(cast.acme.pk):
        type(invitation).objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    (row,) = alice.get("/t/acme/members/").context["invitations"]
    assert (row["email"], row["is_open"]) == ("late@acme.example", False)
