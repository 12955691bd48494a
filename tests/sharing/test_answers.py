"""Accept, decline, revoke and end: what each does, who hears of it, and what a third tenant gets."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from assets_app.sharing.models import Collaboration
from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.notify.models import OutgoingMail
from portal.permissions import Role
from portal.tenants import commands as tenant_commands
from portal.tenants.models import Membership, Tenant
from tests.cast import Cast, make_member, signed_in
from tests.faults import audit_refuses
from tests.sharing.making import again, log_of, make_accepted, make_offer

OURS, THEIRS = "/t/acme/collaborations/", "/t/globex/collaborations/"


def mails() -> list[tuple[str, str]]:
    return list(OutgoingMail.objects.order_by("pk").values_list("template", "recipient"))


def labels(client: Client, url: str) -> list[str]:
    return [str(action.label) for action in client.get(url).context["actions"]]


def stages(client: Client, url: str) -> list[tuple[str, str, str]]:
    return [(str(stage.label), stage.by, str(stage.note)) for stage in client.get(url).context["timeline"]]


class TestAccept:
    def test_both_collaborate_and_see_each_others_name(
        self, alice: Client, charlie: Client, offered: Collaboration, cast: Cast
    ) -> None:
        page = f"{THEIRS}{offered.pk}/"
        assert "Nothing is shared by that." in charlie.get(f"{page}accept/").content.decode()
        answer = charlie.post(f"{page}accept/", follow=True)
        assert answer.redirect_chain == [(page, 302)]
        assert "You collaborate with Acme Pumps GmbH now." in answer.content.decode()
        assert again(offered).state == "accepted"
        assert "Globex Energy" in alice.get(f"{OURS}{offered.pk}/").content.decode()
        assert log_of(cast.globex)[-1] == ("accepted", "Charlie Chen")
        assert log_of(cast.acme)[-1] == ("accepted", "globex")
        assert mails() == [("collaboration_answered", "alice@acme.example")]  # the offer's was taken back
        assert "Globex Energy accepted" in OutgoingMail.objects.get().subject

    def test_offer_that_expired(self, cast: Cast, offered: Collaboration) -> None:
        with time_machine.travel(offered.expires_at + timedelta(seconds=1), tick=False):
            Membership.all_tenants.update(confirmed_at=timezone.now())
            browser = signed_in(cast.charlie)
            assert labels(browser, f"{THEIRS}{offered.pk}/") == ["Decline…"]
            assert browser.post(f"{THEIRS}{offered.pk}/accept/").status_code == 410
        assert again(offered).state == "offered"

    def test_no_record_no_effect(self, charlie: Client, offered: Collaboration, cast: Cast) -> None:
        with audit_refuses("collaboration.accepted"):
            assert charlie.post(f"{THEIRS}{offered.pk}/accept/").status_code == 503
        assert again(offered).state == "offered"
        assert [log_of(one) for one in (cast.acme, cast.globex)] == [
            [("offered", "Alice Adler")],
            [("offered", "acme")],
        ]


class TestDecline:
    def test_with_a_reason_that_the_other_side_reads(
        self, alice: Client, charlie: Client, offered: Collaboration
    ) -> None:
        url = f"{THEIRS}{offered.pk}/decline/"
        assert "This field is required." in charlie.post(url, {"reason": ""}).content.decode()
        assert charlie.post(url, {"reason": "Our legal department says no."}).status_code == 302
        assert stages(alice, f"{OURS}{offered.pk}/") == [
            ("Offered", "Alice Adler", "Pumps of line 4"),
            ("Declined", "globex", "Our legal department says no."),
        ]
        assert "legal" not in OutgoingMail.objects.get(template="collaboration_answered").text
        assert "Globex Energy" not in alice.get(f"{OURS}{offered.pk}/").content.decode()


class TestRevoke:
    def test_takes_back_the_offer_and_its_mail(self, alice: Client, charlie: Client, offered: Collaboration) -> None:
        assert mails() == [("collaboration_offered", "charlie@globex.example")]
        assert alice.post(f"{OURS}{offered.pk}/revoke/", {"reason": "A mistake."}).status_code == 302
        assert (again(offered).state, mails()) == ("revoked", [])
        assert charlie.post(f"{THEIRS}{offered.pk}/accept/").status_code == 409
        assert stages(charlie, f"{THEIRS}{offered.pk}/")[-1] == ("Revoked", "acme", "A mistake.")


class TestEnd:
    @pytest.mark.parametrize(("side", "hears"), [("acme", "charlie@globex.example"), ("globex", "alice@acme.example")])
    def test_either_side_at_any_time(
        self, alice: Client, charlie: Client, accepted: Collaboration, side: str, hears: str
    ) -> None:
        browser = alice if side == "acme" else charlie
        url = f"/t/{side}/collaborations/{accepted.pk}/end/"
        assert "ends at once, for both tenants" in browser.get(url).content.decode()
        assert browser.post(url).status_code == 302
        assert again(accepted).state == "ended"
        assert mails()[-1] == ("collaboration_ended", hears)

    @pytest.mark.parametrize("side", ["acme", "globex"])
    def test_logs_are_written_in_one_order_whoever_acts(
        self, alice: Client, charlie: Client, accepted: Collaboration, side: str
    ) -> None:
        """Else two acts at once, one of each side, could wait for each other's log for ever."""
        (alice if side == "acme" else charlie).post(f"/t/{side}/collaborations/{accepted.pk}/end/")
        written = AuditRecord.all_tenants.filter(name="collaboration.ended").order_by("pk")
        tenants = [record.tenant_id for record in written]
        assert tenants == sorted(tenants)
        assert len(tenants) == 2

    def test_nothing_can_be_done_afterwards(self, alice: Client, charlie: Client, accepted: Collaboration) -> None:
        alice.post(f"{OURS}{accepted.pk}/end/")
        assert charlie.post(f"{THEIRS}{accepted.pk}/end/").status_code == 409
        assert labels(alice, f"{OURS}{accepted.pk}/") == labels(charlie, f"{THEIRS}{accepted.pk}/") == []


class TestWhoSeesWhat:
    def test_verbs_of_each_side(self, alice: Client, charlie: Client, offered: Collaboration, cast: Cast) -> None:
        assert labels(alice, f"{OURS}{offered.pk}/") == ["Revoke…"]
        assert labels(charlie, f"{THEIRS}{offered.pk}/") == ["Decline…", "Accept…"]
        assert labels(signed_in(cast.audrey), f"{OURS}{offered.pk}/") == []
        viewer = signed_in(make_member(cast.acme, "viewer@acme.example", Role.VIEWER))
        assert labels(viewer, f"{OURS}{offered.pk}/") == []

    def test_own_people_by_name_partners_people_not_at_all(
        self, alice: Client, charlie: Client, accepted: Collaboration
    ) -> None:
        ours, theirs = (
            browser.get(f"{base}{accepted.pk}/").content.decode()
            for browser, base in ((alice, OURS), (charlie, THEIRS))
        )
        for told in ("Charlie Chen", "charlie@globex.example"):
            assert told not in ours
        for told in ("Alice Adler", "alice@acme.example", "SHA-256"):
            assert told not in theirs
        assert stages(charlie, f"{THEIRS}{accepted.pk}/") == [
            ("Offered", "acme", "Pumps of line 4"),
            ("Accepted", "Charlie Chen", ""),
        ]

    @pytest.mark.parametrize(
        "page", ["", "accept/", "decline/", "revoke/", "end/", "agreed-end/", "agreed-end/answer/"]
    )
    def test_third_tenant_gets_404(self, hannah: Client, accepted: Collaboration, page: str) -> None:
        url = f"/t/hooli/collaborations/{accepted.pk}/{page}"
        assert hannah.post(url).status_code in {404, 405}
        assert page == "agreed-end/answer/" or hannah.get(url).status_code == 404
        assert hannah.get(f"{OURS}{accepted.pk}/{page}").status_code in {404, 405}
        assert again(accepted).state == "accepted"


class TestList:
    def test_directions_and_filters(self, alice: Client, accepted: Collaboration, hooli: Tenant, cast: Cast) -> None:
        make_accepted(hooli, cast.acme)

        def found(query: str) -> list[tuple[str, str]]:
            rows = alice.get(f"{OURS}{query}").context["collaborations"]
            return [(row["account"], str(row["direction"])) for row in rows]

        by_us, to_us = ("globex", "Offered by this tenant"), ("hooli", "Offered to this tenant")
        assert found("") == [to_us, by_us]
        assert found("?q=energy") == [by_us]
        assert found("?q=WIND") == [to_us]
        assert found("?state=accepted") == [to_us, by_us]
        assert found("?state=offered") == found("?q=zzz") == []
        assert "No collaboration matches the filter" in alice.get(f"{OURS}?q=zzz").content.decode()

    def test_empty_says_both_steps_and_promises_nothing(self, alice: Client, cast: Cast) -> None:
        page = alice.get(OURS).content.decode()
        assert "its admins accept" in page
        assert "Sharing assets within a collaboration is not part of Bindery yet" in page
        assert "A tenant admin can offer one" in signed_in(cast.audrey).get(OURS).content.decode()


class TestSuspended:
    @pytest.fixture
    def globex_suspended(self, cast: Cast) -> None:
        tenant_commands.suspend_tenant(cast.globex, reason="Invoice", by=SYSTEM)

    def test_rests_and_goes_on(
        self, alice: Client, accepted: Collaboration, globex_suspended: None, cast: Cast
    ) -> None:
        url = f"{OURS}{accepted.pk}/"
        page = alice.get(url).content.decode()
        assert "This collaboration rests." in page
        assert "Invoice" not in page
        assert alice.post(f"{url}agreed-end/", {"until": "2030-01-01"}).status_code == 409
        tenant_commands.resume_tenant(cast.globex, by=SYSTEM)
        assert "rests" not in alice.get(url).content.decode()

    def test_nothing_is_accepted_but_it_can_be_declined(self, alice: Client, cast: Cast) -> None:
        made = make_offer(cast.globex, cast.acme)
        tenant_commands.suspend_tenant(cast.globex, reason="Invoice", by=SYSTEM)
        url = f"{OURS}{made.pk}/"
        assert labels(alice, url) == ["Decline…"]
        assert alice.post(f"{url}accept/").status_code == 409
        assert alice.post(f"{url}decline/", {"reason": "Gone"}).status_code == 302
        assert OutgoingMail.objects.filter(template="collaboration_answered").count() == 0

    def test_who_only_offered_does_not_learn_of_it(
        self, alice: Client, offered: Collaboration, globex_suspended: None
    ) -> None:
        for url in (OURS, f"{OURS}{offered.pk}/"):
            assert "rests" not in alice.get(url).content.decode().lower()

    def test_end_is_possible_all_the_same(self, alice: Client, accepted: Collaboration, globex_suspended: None) -> None:
        assert alice.post(f"{OURS}{accepted.pk}/end/").status_code == 302
        assert again(accepted).state == "ended"
