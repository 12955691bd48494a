"""Invitations: by mail, bound to an address that the Hub vouches for, for a time, once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone

from portal import constants
from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.emulator.testing import RunningEmulator
from portal.identity.models import User
from portal.notify.models import OutgoingMail
from portal.permissions import Role
from portal.scoping import tenant_scope
from portal.tenants import invitation_commands, member_commands
from portal.tenants.invitation_commands import SALT, invitation_url
from portal.tenants.models import Invitation, Membership, Tenant
from portal.tenants.states import TenantState
from tests.cast import Cast, make_invitation, make_stranger, membership_of, signed_in
from tests.environment import PORTAL_URL
from tests.identity import flow

SAM = "stranger@elsewhere.example"


@pytest.fixture
def sam(cast: Cast) -> User:
    """Signed in once, member of nothing."""
    return make_stranger(SAM)


def path_of(invitation: Invitation) -> str:
    return invitation_url(invitation).removeprefix(PORTAL_URL)


def names(tenant: Tenant) -> list[str]:
    rows = AuditRecord.all_tenants.filter(tenant=tenant, name__startswith="member.").order_by("index")
    return [row.name for row in rows]


class TestInvite:
    def test_a_mail_with_the_link_is_on_its_way(self, alice: Client, cast: Cast, sam: User) -> None:
        form = {"email": "Stranger@Elsewhere.Example", "roles": ["developer"], "language": "en"}
        answer = alice.post("/t/acme/members/invite/", form, headers={"host": "localhost"})
        assert answer["Location"] == "/t/acme/members/"
        invitation = Invitation.all_tenants.get()
        assert (invitation.email, invitation.roles, invitation.invited_by) == (SAM, ["developer"], "Alice Adler")
        mail = OutgoingMail.objects.get(template="invitation")
        assert mail.recipient == SAM
        (link,) = re.findall(r"http\S+/invitations/\S+", mail.text)
        assert link == invitation_url(invitation)
        assert signed_in(sam).get(link.removeprefix(PORTAL_URL)).status_code == 200
        (row,) = alice.get("/t/acme/members/").context["invitations"]
        assert row["email"] == SAM
        assert names(cast.acme) == ["member.invited"]

    @pytest.mark.parametrize(
        "changed",
        [
            {"email": "no address"},
            {"email": f"{'a' * 300}@b.example"},
            {"roles": []},
            {"roles": ["boss"]},
            {"language": "xx"},
        ],
    )
    def test_invalid_input_is_shown_again(self, alice: Client, changed: dict[str, object]) -> None:
        form = {"email": SAM, "roles": ["viewer"], "language": "en"} | changed
        assert alice.post("/t/acme/members/invite/", form).status_code == 422
        assert not Invitation.all_tenants.exists()
        assert not OutgoingMail.objects.exists()

    def test_one_open_invitation_for_each_address(self, alice: Client, cast: Cast) -> None:
        make_invitation(cast.acme, SAM, Role.VIEWER)
        form = {"email": SAM.upper(), "roles": ["admin"], "language": "de"}
        answer = alice.post("/t/acme/members/invite/", form)
        assert answer.status_code == 422
        assert "has an open invitation" in answer.content.decode()
        assert Invitation.all_tenants.count() == 1

    def test_an_expired_one_makes_room(self, alice: Client, cast: Cast) -> None:
        first = make_invitation(cast.acme, SAM, Role.VIEWER)
        Invitation.all_tenants.update(expires_at=timezone.now())
        assert alice.post("/t/acme/members/invite/", {"email": SAM, "roles": ["viewer"], "language": "en"})["Location"]
        with tenant_scope(cast.acme.pk):
            first.refresh_from_db()
        assert first.withdrawn_at is not None
        assert Invitation.all_tenants.filter(withdrawn_at=None).count() == 1

    def test_not_more_than_so_many(self, alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "OPEN_INVITATIONS", 1)
        make_invitation(cast.acme, "first@acme.example", Role.VIEWER)
        answer = alice.post("/t/acme/members/invite/", {"email": SAM, "roles": ["viewer"], "language": "en"})
        assert answer.status_code == 422
        assert "as many open invitations as it may have" in answer.content.decode()


class TestAccept:
    def test_roles_hold_from_the_next_request_on(self, cast: Cast, sam: User) -> None:
        invitation, browser = make_invitation(cast.acme, SAM, Role.DEVELOPER), signed_in(sam)
        assert browser.get("/t/acme/keys/").status_code == 404
        page = browser.get(path_of(invitation)).content.decode()
        assert "Acme Pumps GmbH" in page
        assert "Developer" in page
        assert not Membership.of(sam).exists()
        answer = browser.post(path_of(invitation))
        assert answer["Location"] == "/t/acme/"
        assert browser.get("/t/acme/keys/").status_code == 200
        assert membership_of(sam, cast.acme).portal_roles == ["developer"]
        assert names(cast.acme) == ["member.invited", "member.invitation_accepted"]

    def test_an_admin_goes_on_to_the_keys(self, cast: Cast, sam: User) -> None:
        invitation = make_invitation(cast.acme, SAM, Role.ADMIN)
        assert signed_in(sam).post(path_of(invitation))["Location"] == "/t/acme/keys/"

    def test_signed_out_person_comes_back_after_the_sign_in(self, cast: Cast, hub: RunningEmulator) -> None:
        invitation, browser = make_invitation(cast.acme, "charlie@globex.example", Role.VIEWER), Client()
        answer = browser.get(path_of(invitation))
        assert answer["Location"].startswith("/sign-in/?next=%2Finvitations%2F")
        back = flow.sign_in(browser, hub, "charlie@globex.example", path_of(invitation))
        assert back["Location"] == path_of(invitation)
        assert browser.post(path_of(invitation))["Location"] == "/t/acme/"
        assert browser.get("/t/acme/").status_code == 200
        assert browser.get("/t/globex/").status_code == 200

    def test_it_works_once(self, cast: Cast, sam: User) -> None:
        invitation, browser = make_invitation(cast.acme, SAM, Role.DEVELOPER), signed_in(sam)
        browser.post(path_of(invitation))
        with tenant_scope(cast.acme.pk):
            Membership.objects.filter(user=sam).delete()
        assert browser.post(path_of(invitation)).status_code == 410
        assert not Membership.of(sam).exists()

    def test_it_adds_to_the_roles_that_are_there(self, cast: Cast) -> None:
        invitation = make_invitation(cast.acme, cast.dev.email, Role.AUDITOR)
        signed_in(cast.dev).post(path_of(invitation))
        membership = membership_of(cast.dev, cast.acme)
        assert (membership.portal_roles, membership.hub_roles) == (["auditor"], ["developer", "viewer"])


class TestRefused:
    def refused(self, user: User, path: str, status: int) -> str:
        browser = signed_in(user)
        answers = browser.get(path), browser.post(path)
        assert [answer.status_code for answer in answers] == [status, status]
        return answers[0].content.decode()

    def test_another_person(self, cast: Cast, sam: User) -> None:
        invitation = make_invitation(cast.acme, "somebody@else.example", Role.ADMIN)
        page = self.refused(sam, path_of(invitation), 403)
        assert "for another e-mail address" in page
        assert "somebody@else.example" not in page
        assert not Membership.of(sam).exists()

    def test_an_address_that_the_hub_does_not_vouch_for(self, cast: Cast, sam: User) -> None:
        invitation = make_invitation(cast.acme, SAM, Role.ADMIN)
        User.objects.filter(pk=sam.pk).update(email_verified=False)
        assert "does not vouch for your e-mail address" in self.refused(sam, path_of(invitation), 403)
        assert not Membership.of(sam).exists()

    def test_what_the_hub_says_now_counts_not_what_the_request_knew(self, cast: Cast, sam: User) -> None:
        invitation = make_invitation(cast.acme, SAM, Role.ADMIN)
        User.objects.filter(pk=sam.pk).update(email_verified=False)
        assert sam.email_verified
        with pytest.raises(invitation_commands.EmailNotVerified):
            invitation_commands.accept_invitation(invitation, sam, by=SYSTEM)

    @pytest.mark.parametrize(
        ("invited", "signed_in_as"),
        [
            ("mike@acme.example", "mi\u212ae@acme.example"),  # Kelvin sign
            ("isa@acme.example", "\u0131sa@acme.example"),  # dotless i
            ("ss@acme.example", "\xdf@acme.example"),
            ("a@acme.example", "a@acme.example.evil.example"),
            ("a@acme.example", "a@\u0430cme.example"),  # a Cyrillic letter
            ("a@acme.example", "a+b@acme.example"),
        ],
    )
    def test_an_address_that_only_looks_alike(self, cast: Cast, sam: User, invited: str, signed_in_as: str) -> None:
        invitation = make_invitation(cast.acme, invited, Role.ADMIN)
        User.objects.filter(pk=sam.pk).update(email=signed_in_as)
        self.refused(sam, path_of(invitation), 403)
        assert not Membership.of(sam).exists()

    @pytest.mark.parametrize("signed_in_as", ["Bob@M\xfcnchen.example", "bob@xn--mnchen-3ya.example"])
    def test_two_forms_of_one_domain_are_one(self, cast: Cast, sam: User, signed_in_as: str) -> None:
        invitation = make_invitation(cast.acme, "bob@m\xfcnchen.example", Role.VIEWER)
        User.objects.filter(pk=sam.pk).update(email=signed_in_as)
        assert signed_in(sam).post(path_of(invitation))["Location"] == "/t/acme/"

    def test_of_a_tenant_that_is_suspended(self, cast: Cast, sam: User) -> None:
        invitation = make_invitation(cast.acme, SAM, Role.ADMIN)
        Tenant.objects.filter(name="acme").update(state=TenantState.SUSPENDED, state_reason="Contract ended.")
        assert "Contract ended." in self.refused(sam, path_of(invitation), 403)
        assert not Membership.of(sam).exists()

    def test_of_somebody_who_was_taken_out(self, cast: Cast, sam: User) -> None:
        signed_in(sam).post(path_of(make_invitation(cast.acme, SAM, Role.VIEWER)))
        second = make_invitation(cast.acme, SAM, Role.DEVELOPER)
        with tenant_scope(cast.acme.pk):
            member_commands.take_out(Membership.objects.get(user=sam), by=SYSTEM)
        self.refused(sam, path_of(second), 410)

    def test_after_its_time(self, cast: Cast, sam: User) -> None:
        with time_machine.travel("2026-11-01T12:00:00Z", tick=False):
            invitation = make_invitation(cast.acme, SAM, Role.ADMIN)
        with time_machine.travel(f"2026-11-{1 + constants.INVITATION_DAYS}T11:59:59Z", tick=False):
            assert signed_in(sam).get(path_of(invitation)).status_code == 200
        with time_machine.travel(f"2026-11-{1 + constants.INVITATION_DAYS}T12:00:00Z", tick=False):
            self.refused(sam, path_of(invitation), 410)

    def test_a_withdrawn_one(self, alice: Client, cast: Cast, sam: User) -> None:
        invitation = make_invitation(cast.acme, SAM, Role.ADMIN)
        withdraw = f"/t/acme/members/invitations/{invitation.pk}/withdraw/"
        assert SAM in alice.get(withdraw).content.decode()
        assert alice.post(withdraw)["Location"] == "/t/acme/members/"
        self.refused(sam, path_of(invitation), 410)
        assert alice.post(withdraw).status_code == 410
        assert not OutgoingMail.objects.exists()  # it had not gone out yet
        assert names(cast.acme) == ["member.invited", "member.invitation_withdrawn"]

    def test_of_a_tenant_that_is_archived(self, cast: Cast, sam: User) -> None:
        invitation = make_invitation(cast.acme, SAM, Role.ADMIN)
        Tenant.objects.filter(name="acme").update(state=TenantState.ARCHIVED)
        self.refused(sam, path_of(invitation), 410)

    def test_a_link_that_is_none_of_ours(self, cast: Cast, sam: User) -> None:
        invitation = make_invitation(cast.acme, SAM, Role.ADMIN)
        forged = signing.Signer(salt="another.place").sign_object([cast.acme.pk, invitation.pk])
        moved = signing.Signer(salt=SALT).sign_object([cast.globex.pk, invitation.pk])
        odd = signing.Signer(salt=SALT).sign_object({"pk": invitation.pk})
        for token in (forged, moved, odd, "x", path_of(invitation).split("/")[2][:-1]):
            self.refused(sam, f"/invitations/{token}/", 404)


class TestFulfilledByTheHub:
    def test_a_sign_in_with_the_offered_roles_closes_it(self, cast: Cast, hub: RunningEmulator) -> None:
        make_invitation(cast.acme, "alice@acme.example", Role.ADMIN)
        flow.sign_in(Client(), hub, "alice@acme.example")
        assert Invitation.all_tenants.get().accepted_at is not None
        assert membership_of(cast.alice, cast.acme).portal_roles == []

    def test_the_link_of_a_closed_one_leads_its_person_in(self, cast: Cast, hub: RunningEmulator) -> None:
        """The welcome mail's link, opened signed out: the sign-in itself closes the invitation."""
        link, browser = path_of(make_invitation(cast.acme, "alice@acme.example", Role.ADMIN)), Client()
        assert flow.sign_in(browser, hub, "alice@acme.example", link)["Location"] == link
        assert browser.get(link)["Location"] == "/t/acme/"
        assert signed_in(cast.charlie).get(link).status_code == 410

    def test_a_sign_in_with_fewer_leaves_it_open(self, cast: Cast, hub: RunningEmulator) -> None:
        make_invitation(cast.acme, "dev@acme.example", Role.ADMIN)
        flow.sign_in(Client(), hub, "dev@acme.example")
        assert Invitation.all_tenants.get().accepted_at is None

    def test_a_sign_in_keeps_the_roles_given_here(self, cast: Cast, hub: RunningEmulator) -> None:
        signed_in(cast.dev).post(path_of(make_invitation(cast.acme, "dev@acme.example", Role.AUDITOR)))
        flow.sign_in(Client(), hub, "dev@acme.example")
        assert membership_of(cast.dev, cast.acme).portal_roles == ["auditor"]


def test_link_does_not_change_with_the_host_that_asked(alice: Client, cast: Cast) -> None:
    form = {"email": SAM, "roles": ["viewer"], "language": "de"}
    alice.post("/t/acme/members/invite/", form, headers={"host": "127.0.0.1", "x-forwarded-host": "evil.example"})
    mail = OutgoingMail.objects.get()
    assert set(re.findall(r"https?://[^/\s]+", mail.text + mail.html)) == {PORTAL_URL}


def test_invitation_lasts_as_long_as_the_setting_says(cast: Cast) -> None:
    invitation = make_invitation(cast.acme, SAM, Role.VIEWER)
    lasts = invitation.expires_at - invitation.created_at
    assert abs(lasts - timedelta(days=constants.INVITATION_DAYS)) < timedelta(seconds=5)
