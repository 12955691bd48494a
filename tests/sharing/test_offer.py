"""Offering a collaboration: to whom, how often, what is kept, who hears of it, and what an offer finds out."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from assets_app.sharing.models import Collaboration, today
from assets_app.sharing.notice import notice
from portal import constants
from portal.audit.models import AuditRecord
from portal.identity.models import User
from portal.notify.models import OutgoingMail
from portal.tenants.models import Tenant
from tests.cast import Cast, make_tenant
from tests.faults import audit_refuses
from tests.sharing.making import again, log_of, make_offer

URL = "/t/acme/collaborations/offer/"


def form(**changed: str) -> dict[str, str]:
    now = notice("en")
    told = {"name": "globex", "message": "Pumps of line 4", "accepted": "on"}
    return told | {"notice_language": "en", "notice_digest": now.digest} | changed


def errors(answer: Any) -> str:
    return str(answer.context["form"].errors)


class TestOffered:
    def test_kept_with_notice_and_told_in_both_logs(self, alice: Client, cast: Cast) -> None:
        ends = today() + timedelta(days=400)
        answer = alice.post(URL, form(agreed_end=ends.isoformat()))
        made = Collaboration.all_tenants.get()
        assert answer["Location"] == f"/t/acme/collaborations/{made.pk}/"
        assert (made.tenant, made.receiver, made.state, made.message) == (
            cast.acme,
            cast.globex,
            "offered",
            "Pumps of line 4",
        )
        assert made.agreed_end == ends
        assert (made.notice, made.notice_language) == (notice("en").text, "en")
        assert made.notice_digest == hashlib.sha256(made.notice.encode()).hexdigest()
        assert made.expires_at - made.offered_at == timedelta(days=30)
        assert log_of(cast.acme) == [("offered", "Alice Adler")]
        assert log_of(cast.globex) == [("offered", "acme")]

    def test_no_data_of_the_person_reaches_the_other_log(self, cast: Cast, offered: Collaboration) -> None:
        ours, theirs = (
            AuditRecord.all_tenants.get(tenant=one, name="collaboration.offered") for one in (cast.acme, cast.globex)
        )
        assert (ours.actor_id, ours.address) == (cast.alice.subject, "203.0.113.7")
        assert theirs.content["actor"] == {"kind": "tenant", "id": "tenant:acme", "name": "acme", "agent": ""}
        assert theirs.address == ""
        for told in (cast.alice.subject, "Alice", "203.0.113.7", "Firefox", "@"):
            assert told not in bytes(theirs.body or b"").decode()

    def test_admins_of_the_other_tenant_get_a_mail_in_their_language(self, cast: Cast) -> None:
        User.objects.filter(pk=cast.charlie.pk).update(language="de")
        made = make_offer(cast.acme, cast.globex)
        (mail,) = OutgoingMail.objects.all()
        assert (mail.template, mail.recipient, mail.language) == (
            "collaboration_offered",
            "charlie@globex.example",
            "de",
        )
        assert f"http://localhost:8000/t/globex/collaborations/{made.pk}/" in mail.text
        assert "Acme Pumps GmbH" in mail.text
        assert "Pumps of line 4" not in mail.text + mail.html

    def test_no_record_no_offer(self, alice: Client) -> None:
        with audit_refuses("collaboration.offered"):
            assert alice.post(URL, form()).status_code == 503
        assert not Collaboration.all_tenants.exists()
        assert not OutgoingMail.objects.exists()


class TestForm:
    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"name": "Globex Energy"}, "Write 1 to 8 lower-case letters"),
            ({"name": "acme"}, "This is your own tenant."),
            ({"message": "x" * 301}, "at most 300 characters"),
            ({"message": "a\nb"}, "on one line"),
            ({"agreed_end": "2020-01-01"}, "Write a day from tomorrow on"),
            ({"agreed_end": "2999-01-01"}, "at most 20 years"),
            ({"agreed_end": "tomorrow"}, "valid date"),
            ({"accepted": ""}, "Read the notice and tick this"),
            ({"notice_digest": "0" * 64}, "The notice has changed."),
            ({"notice_language": "de"}, "The notice has changed."),
        ],
    )
    def test_what_is_wrong_is_shown_again(self, alice: Client, changed: dict[str, str], sentence: str) -> None:
        answer = alice.post(URL, form(**changed))
        assert answer.status_code == 422
        assert sentence in errors(answer)
        assert not Collaboration.all_tenants.exists()

    def test_notice_of_the_other_language_is_accepted_as_it_was_read(self, alice: Client) -> None:
        german = notice("de")
        alice.post(URL, form(notice_language="de", notice_digest=german.digest))
        assert Collaboration.all_tenants.get().notice == german.text


class TestWhoCannotBeOffered:
    """One answer for all: an offer is no way to find out what there is."""

    @pytest.fixture(params=["unknown", "archived", "suspended", "ordered", "elsewhere"])
    def name(self, request: Any, cast: Cast) -> str:
        if request.param != "unknown":
            hooli = make_tenant("hooli", "Hooli Wind")
            changed = {
                "archived": {"state": "archived"},
                "suspended": {"state": "suspended"},
                "ordered": {"state": "provisioning"},
                "elsewhere": {"environment": "emulatorx"},
            }
            Tenant.objects.filter(pk=hooli.pk).update(**changed[request.param])
        return "hooli"

    def test_same_answer(self, alice: Client, name: str, cast: Cast) -> None:
        answer = alice.post(URL, form(name=name))
        assert answer.status_code == 422
        assert answer.context["form"].errors == {
            "name": [
                "No tenant with this account name can be offered a collaboration. Ask your partner for the account "
                "name. Both tenants must be in the same region and environment."
            ]
        }
        assert not Collaboration.all_tenants.exists()
        (record,) = AuditRecord.all_tenants.filter(name="collaboration.offer_refused")
        assert (record.tenant, record.outcome, record.facts) == (cast.acme, "denied", {"receiver": "hooli"})

    def test_name_alone_is_known_before_the_other_side_agrees(self, alice: Client, offered: Collaboration) -> None:
        for page in ("/t/acme/collaborations/", f"/t/acme/collaborations/{offered.pk}/"):
            text = alice.get(page).content.decode()
            assert "globex" in text
            assert "Globex Energy" not in text
        assert alice.get("/t/acme/collaborations/?q=energy").context["collaborations"] == []


class TestLimits:
    def test_names_that_nobody_has_count(self, alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "COLLABORATION_OFFERS_PER_HOUR", 3)
        for number in range(3):
            assert "No tenant with this" in errors(alice.post(URL, form(name=f"guess{number}")))
        answer = alice.post(URL, form())
        assert "as many offers as it may make in an hour" in errors(answer)
        assert not Collaboration.all_tenants.exists()
        # What others tried is no matter of this tenant.
        make_offer(cast.globex, cast.acme)
        with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
            make_offer(cast.acme, make_tenant("hooli", "Hooli Wind"))

    def test_offers_count_received_ones_do_not(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch, alice: Client
    ) -> None:
        monkeypatch.setattr(constants, "COLLABORATION_OFFERS_PER_HOUR", 1)
        make_offer(cast.globex, cast.acme)
        make_offer(cast.acme, make_tenant("hooli", "Hooli Wind"))
        make_tenant("umbrella", "Umbrella")
        assert "in an hour" in errors(alice.post(URL, form(name="umbrella")))

    def test_open_offers(self, cast: Cast, monkeypatch: pytest.MonkeyPatch, alice: Client) -> None:
        monkeypatch.setattr(constants, "COLLABORATION_OPEN_OFFERS", 1)
        make_offer(cast.acme, make_tenant("hooli", "Hooli Wind"))
        answer = alice.post(URL, form())
        assert "as many open offers as it may have. Revoke some" in errors(answer)


class TestOnceForTwoTenants:
    def test_second_offer(self, alice: Client, offered: Collaboration) -> None:
        answer = alice.post(URL, form())
        assert (answer.status_code, "or an offer that waits for its answer" in errors(answer)) == (422, True)

    def test_accepted_is_enough_for_both(self, alice: Client, charlie: Client, accepted: Collaboration) -> None:
        assert "There is a collaboration with this tenant" in errors(alice.post(URL, form()))
        there = charlie.post("/t/globex/collaborations/offer/", form(name="acme"))
        assert "There is a collaboration with this tenant" in errors(there)

    def test_who_was_offered_one_is_led_to_it(self, charlie: Client, offered: Collaboration) -> None:
        answer = charlie.post("/t/globex/collaborations/offer/", form(name="acme"), follow=True)
        assert answer.redirect_chain == [(f"/t/globex/collaborations/{offered.pk}/", 302)]
        assert (
            "This tenant has already offered you a collaboration. Accept its offer instead." in answer.content.decode()
        )
        assert Collaboration.all_tenants.count() == 1

    def test_again_after_the_end(self, charlie: Client, offered: Collaboration, cast: Cast) -> None:
        charlie.post(f"/t/globex/collaborations/{offered.pk}/decline/", {"reason": "Not now."})
        assert again(offered).state == "declined"
        make_offer(cast.globex, cast.acme)
        assert Collaboration.all_tenants.count() == 2
