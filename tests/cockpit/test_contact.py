"""The alternate contact: asked by mail on approval, answers without a sign-in, is told only once confirmed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from portal import constants
from portal.cockpit.models import AlternateContact, AppVersion, CheckReason
from portal.identity.models import User
from portal.notify.commands import deliver
from portal.notify.models import OutgoingMail
from portal.scoping import tenant_scope
from tests.cast import Cast, signed_in
from tests.cockpit.reading import again, recorded
from tests.cockpit.running import checked
from tests.cockpit.writing import RELEASE, approval_shown, approve, confirm, contact_link, end_check
from tests.faults import audit_refuses
from tests.notify.conftest import use
from tests.notify.smtp_server import SmtpServer

LINK = re.compile(r"http://localhost:8000(/alternate-contact/\S+/)")


@pytest.fixture
def olga(cast: Cast) -> Client:
    return signed_in(cast.olga)


def contact() -> AlternateContact:
    return AlternateContact.all_tenants.get(replaced_at=None)


def asked() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template="contact_confirmation").order_by("pk"))


def page_of(app: AppVersion, page: str = "") -> str:
    return f"/t/acme/apps/{app.pk}/{page}"


def end(client: Client, app: AppVersion, outcome: str) -> Any:
    return end_check(client, app, outcome=outcome, reason="Health.")


class TestMail:
    def test_received_and_answered_by_its_link(self, unconfirmed: AppVersion, settings: Any, dana_user: User) -> None:
        server = SmtpServer()
        use(settings, server)
        (mail,) = asked()
        deliver(mail.pk)
        server.stop()
        (received,) = server.received
        text = str(received)
        assert "sub@acme.example" in text
        for part in (mail.text, mail.html):
            assert dana_user.name in part
            assert "release Pump Advisor v1" in part
        found = LINK.search(mail.text)
        assert found is not None
        assert Client().post(found[1], {"answer": "confirm"}, headers={"host": "localhost"}).status_code == 302
        assert contact().confirmed_at

    def test_in_the_language_that_was_chosen(self, waiting: AppVersion, dana: Client) -> None:
        approve(dana, waiting, language="de")
        (mail,) = asked()
        assert mail.language == "de"
        assert contact().language == "de"

    def test_leads_to_the_portal_whatever_the_host_header(
        self, waiting: AppVersion, dana: Client, settings: Any
    ) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        shown = approval_shown(dana, waiting)
        answer = dana.post(page_of(waiting, "approve/"), shown, headers={"host": "evil.example"})
        assert answer.status_code == 302
        (mail,) = asked()
        assert LINK.search(mail.text)
        assert "evil.example" not in mail.text + mail.html

    def test_approval_stands_without_a_mail(
        self, waiting: AppVersion, dana: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as limited:
            limited.setattr(constants, "MAILS_PER_HOUR", 0)
            assert approve(dana, waiting).status_code == 302
            assert dana.post(page_of(waiting, "contact/resend/")).status_code == 302
            assert "got as many mails" in dana.get(page_of(waiting)).content.decode()
        assert asked() == []
        assert "No mail was sent" in dana.get(page_of(waiting)).content.decode()
        assert dana.post(page_of(waiting, "contact/resend/")).status_code == 302
        assert len(asked()) == 1


class TestAnswer:
    def test_opening_the_link_answers_nothing(self, unconfirmed: AppVersion) -> None:
        link = contact_link(unconfirmed)
        for method in ("get", "head"):
            answer = getattr(Client(), method)(link)
            assert answer.status_code == 200
            assert "no-store" in answer["Cache-Control"]
        assert not contact().confirmed_at
        assert recorded("release.contact_confirmed") == []
        page = Client().get(link).content.decode()
        for told in ("Pump Advisor", "Acme Pumps GmbH", "sub@acme.example", "I am not the contact"):
            assert told in page

    def test_confirmed_and_recorded(self, unconfirmed: AppVersion, dana: Client, olga: Client) -> None:
        assert "Not confirmed yet" in dana.get(page_of(unconfirmed)).content.decode()
        assert confirm(unconfirmed)["Location"] == contact_link(unconfirmed)
        (told,) = recorded("release.contact_confirmed")
        assert (told["email"], told["subject"]) == ("sub@acme.example", unconfirmed.subject)
        assert "You have confirmed." in Client().get(contact_link(unconfirmed)).content.decode()
        for client, page in ((dana, page_of(unconfirmed)), (olga, f"/operator/releases/acme/{unconfirmed.pk}/")):
            shown = client.get(page).content.decode()
            assert "Confirmed" in shown
            assert "Not confirmed yet" not in shown

    def test_declined_and_told_to_the_approver(self, unconfirmed: AppVersion, dana: Client) -> None:
        link = contact_link(unconfirmed)
        assert Client().post(link, {"answer": "decline"}).status_code == 302
        (told,) = recorded("release.contact_declined")
        assert told["email"] == "sub@acme.example"
        mail = OutgoingMail.objects.get(template="contact_declined")
        assert mail.recipient == "dana@acme.example"
        assert page_of(unconfirmed) in mail.text
        assert "Declined" in dana.get(page_of(unconfirmed)).content.decode()
        assert "You have declined." in Client().get(link).content.decode()
        assert Client().post(link, {"answer": "confirm"}).status_code == 410
        assert dana.post(page_of(unconfirmed, "contact/resend/")).status_code == 410

    def test_once(self, in_check: AppVersion) -> None:
        assert Client().post(contact_link(in_check), {"answer": "decline"}).status_code == 410
        assert contact().declined_at is None

    @pytest.mark.parametrize("written", [{}, {"answer": ""}, {"answer": "yes"}])
    def test_anything_else_is_no_answer(self, unconfirmed: AppVersion, written: dict[str, str]) -> None:
        assert Client().post(contact_link(unconfirmed), written).status_code == 200
        assert (contact().confirmed_at, contact().declined_at) == (None, None)

    def test_browser_of_another_page_cannot_answer(self, unconfirmed: AppVersion) -> None:
        assert (
            Client(enforce_csrf_checks=True).post(contact_link(unconfirmed), {"answer": "confirm"}).status_code == 403
        )

    def test_expired(self, unconfirmed: AppVersion, dana: Client) -> None:
        link = contact_link(unconfirmed)
        with time_machine.travel(timezone.now() + timedelta(days=14, seconds=1), tick=False):
            assert Client().get(link).status_code == 410
            assert Client().post(link, {"answer": "confirm"}).status_code == 410
        assert not contact().confirmed_at
        with time_machine.travel(timezone.now() + timedelta(days=14, seconds=-60), tick=False):
            assert Client().get(link).status_code == 200

    def test_forged_link_is_none(self, unconfirmed: AppVersion) -> None:
        link = contact_link(unconfirmed)
        for wrong in (link[:-3] + "xx/", "/alternate-contact/x/", "/alternate-contact/WzEsMV0:x/"):
            assert Client().get(wrong).status_code == 404
            assert Client().post(wrong, {"answer": "confirm"}).status_code == 404
        assert not contact().confirmed_at

    def test_no_record_no_confirmation(self, unconfirmed: AppVersion) -> None:
        with audit_refuses("release.contact_confirmed"):
            assert confirm(unconfirmed).status_code == 503
        assert not contact().confirmed_at


class TestEndOfTheCheck:
    def test_not_ready_before_confirmed(self, unconfirmed: AppVersion, olga: Client) -> None:
        answer = end(olga, unconfirmed, "pass")
        assert answer.status_code == 422
        assert "has not confirmed yet" in answer.content.decode()
        assert again(unconfirmed).state == "check"
        confirm(unconfirmed)
        assert end(olga, unconfirmed, "pass").status_code == 302
        told = OutgoingMail.objects.filter(template="release_checked").values_list("recipient", flat=True)
        assert sorted(told) == ["dana@acme.example", "sub@acme.example"]

    def test_remediation_is_told_to_the_approver_alone(
        self, unconfirmed: AppVersion, olga: Client, dana: Client
    ) -> None:
        assert end(olga, unconfirmed, "fail").status_code == 302
        assert [mail.recipient for mail in OutgoingMail.objects.filter(template="release_checked")] == [
            "dana@acme.example"
        ]
        assert "was not told how the check ended" in dana.get(page_of(unconfirmed)).content.decode()

    def test_confirmed_contact_is_not_asked_again(
        self, in_check: AppVersion, olga: Client, dev: Client, dana: Client
    ) -> None:
        end(olga, in_check, "fail")
        dev.post(page_of(in_check, "prepare/"), RELEASE | {"credentials": "write"})
        checked(in_check)
        dev.post(page_of(in_check, "submit/"))
        assert approve(dana, in_check).status_code == 302
        checked(in_check, why=CheckReason.APPROVAL)
        assert len(asked()) == 1
        assert end(olga, in_check, "pass").status_code == 302


class TestResend:
    def test_limited(self, unconfirmed: AppVersion, dana: Client) -> None:
        url = page_of(unconfirmed, "contact/resend/")
        dana.post(url)
        assert len(asked()) == 1
        assert "asked a short time ago" in dana.get(page_of(unconfirmed)).content.decode()
        for number in range(1, 8):
            with time_machine.travel(timezone.now() + timedelta(seconds=601 * number), tick=False):
                dana.post(url)
        assert len(asked()) == constants.CONTACT_MAILS_PER_DAY
        assert len(recorded("release.contact_asked")) == constants.CONTACT_MAILS_PER_DAY - 1

    def test_makes_the_link_hold_longer(self, unconfirmed: AppVersion, dana: Client) -> None:
        before = timezone.now() - timedelta(days=1)
        AlternateContact.all_tenants.update(expires_at=before, mailed_at=before)
        assert confirm(unconfirmed).status_code == 410
        assert "The link has expired" in dana.get(page_of(unconfirmed)).content.decode()
        dana.post(page_of(unconfirmed, "contact/resend/"))
        assert confirm(unconfirmed).status_code == 302

    def test_not_once_confirmed(self, in_check: AppVersion, dana: Client) -> None:
        assert dana.post(page_of(in_check, "contact/resend/")).status_code == 410

    def test_not_before_the_approval(self, waiting: AppVersion, dana: Client) -> None:
        assert dana.post(page_of(waiting, "contact/resend/")).status_code == 409


class TestChange:
    def test_by_the_approver(self, unconfirmed: AppVersion, dana: Client) -> None:
        old = contact_link(unconfirmed)
        assert "sub@acme.example" in dana.get(page_of(unconfirmed, "contact/")).content.decode()
        told = {"email": "New@acme.example", "language": "de"}
        assert dana.post(page_of(unconfirmed, "contact/"), told).status_code == 302
        assert contact().email == "new@acme.example"
        assert again(unconfirmed).alternate_email == "sub@acme.example"
        (change,) = recorded("release.contact_changed")
        assert (change["before"], change["email"]) == ("sub@acme.example", "new@acme.example")
        # The first mail had not gone out: it is taken back.
        assert [mail.recipient for mail in asked()] == ["new@acme.example"]
        assert Client().get(old).status_code == 410
        assert Client().post(old, {"answer": "confirm"}).status_code == 410
        assert not contact().confirmed_at
        assert confirm(unconfirmed).status_code == 302

    def test_of_a_declined_one(self, unconfirmed: AppVersion, dana: Client) -> None:
        Client().post(contact_link(unconfirmed), {"answer": "decline"})
        told = {"email": "new@acme.example", "language": "en"}
        assert dana.post(page_of(unconfirmed, "contact/"), told).status_code == 302

    def test_not_by_another_developer_admin(self, unconfirmed: AppVersion, dan: Client) -> None:
        told = {"email": "new@acme.example", "language": "en"}
        assert dan.post(page_of(unconfirmed, "contact/"), told).status_code == 403
        assert "Name somebody else" not in dan.get(page_of(unconfirmed)).content.decode()

    def test_not_once_confirmed(self, in_check: AppVersion, dana: Client) -> None:
        told = {"email": "new@acme.example", "language": "en"}
        assert dana.post(page_of(in_check, "contact/"), told).status_code == 409
        assert contact().email == "sub@acme.example"

    @pytest.mark.parametrize("email", ["", "nobody", "DANA@acme.example"])
    def test_invalid_input_is_shown_again(self, unconfirmed: AppVersion, dana: Client, email: str) -> None:
        assert dana.post(page_of(unconfirmed, "contact/"), {"email": email, "language": "en"}).status_code == 422
        assert contact().email == "sub@acme.example"

    def test_limited(self, unconfirmed: AppVersion, dana: Client) -> None:
        for number in range(8):
            told = {"email": f"new{number}@acme.example", "language": "en"}
            answer = dana.post(page_of(unconfirmed, "contact/"), told)
        assert answer.status_code == 422
        assert AlternateContact.all_tenants.count() == constants.CONTACT_MAILS_PER_DAY


def test_database_keeps_one_that_counts_and_one_answer(unconfirmed: AppVersion) -> None:
    row = contact()
    row.pk = None
    with tenant_scope(unconfirmed.tenant_id), pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        AlternateContact.all_tenants.update(confirmed_at=now, declined_at=now)
