"""The operators' list of mails, and trying again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portal.audit.models import InstanceRecord
from portal.notify.commands import deliver
from portal.notify.events import KINDS
from portal.notify.models import MailState, OutgoingMail
from tests.cast import Cast, signed_in
from tests.faults import audit_refuses
from tests.notify.conftest import each_mail, invite
from tests.notify.smtp_server import SmtpServer

TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"


@pytest.fixture
def olga(cast: Cast) -> Client:
    return signed_in(cast.olga)


@pytest.fixture
def given_up(cast: Cast, smtp: SmtpServer) -> OutgoingMail:
    smtp.answers = {"RCPT": "550 no-such-box at secret-host"}
    mail = invite()
    deliver(mail.pk)
    smtp.answers = {}
    return OutgoingMail.objects.get(pk=mail.pk)


def recipients(client: Client, query: str) -> list[str]:
    answer = client.get(f"/operator/mails/{query}")
    assert answer.status_code == 200
    return [mail["recipient"] for mail in answer.context["mails"]]


def test_shows_what_became_of_each_mail_and_nothing_of_its_words(olga: Client, given_up: OutgoingMail) -> None:
    invite(key="waits", to="charlie@globex.example")
    page = olga.get("/operator/mails/").content.decode()
    for told in ("dev@acme.example", "charlie@globex.example", "Given up", "refuses this mail", "Waits"):
        assert told in page
    assert "1 mail was given up." in page
    assert "1 mail waits." in page
    main = page[page.index("<main") :]
    for kept in ("Acme Pumps", "/invitations/", "secret-host", "invites you"):
        assert kept not in main


def test_filter(olga: Client, given_up: OutgoingMail) -> None:
    invite(key="waits", to="charlie@globex.example")
    assert recipients(olga, "") == ["charlie@globex.example", "dev@acme.example"]
    assert recipients(olga, "?state=failed") == ["dev@acme.example"]
    assert recipients(olga, "?state=queued") == ["charlie@globex.example"]
    assert recipients(olga, "?state=sent") == []
    assert recipients(olga, "?q=globex") == ["charlie@globex.example"]
    assert recipients(olga, "?state=bogus") == ["charlie@globex.example", "dev@acme.example"]


def test_empty_list(olga: Client) -> None:
    assert "No mails yet" in olga.get("/operator/mails/").content.decode()


def test_missing_server_is_told(olga: Client, settings: Any) -> None:
    settings.MAILS_WAIT = True
    assert "No mail leaves this portal." in olga.get("/operator/mails/").content.decode()


def test_costs_the_same_for_many_mails(olga: Client, django_assert_num_queries: Callable[..., Any]) -> None:
    for number in range(5):
        invite(key=f"{number}", to=f"{number}@acme.example")
    with django_assert_num_queries(7):
        olga.get("/operator/mails/")


def test_service_page_tells_of_mails_that_were_given_up(olga: Client, given_up: OutgoingMail) -> None:
    page = olga.get("/operator/").content.decode()
    assert "1 mail was given up." in page
    assert 'href="/operator/mails/"' in page


class TestRetry:
    def test_puts_it_on_its_way_again(
        self,
        olga: Client,
        cast: Cast,
        given_up: OutgoingMail,
        smtp: SmtpServer,
        django_capture_on_commit_callbacks: Callable[..., Any],
    ) -> None:
        with django_capture_on_commit_callbacks() as enqueued:
            answer = olga.post(f"/operator/mails/{given_up.pk}/retry/", follow=True)
        assert answer.redirect_chain == [("/operator/mails/", 302)]
        assert "is on its way again" in answer.content.decode()
        assert len(enqueued) == 1
        given_up.refresh_from_db()
        assert (given_up.state, given_up.attempts) == (MailState.QUEUED, 0)
        deliver(given_up.pk)
        assert len(smtp.received) == 1
        record = InstanceRecord.objects.get(name="mail.retried")
        assert (record.actor_name, record.subject) == (cast.olga.name, f"mail:{given_up.pk}")
        assert record.facts == {"mail": "invitation", "recipient": "dev@acme.example"}

    def test_a_sent_mail_is_refused(self, olga: Client, smtp: SmtpServer) -> None:
        mail = invite()
        deliver(mail.pk)
        assert olga.post(f"/operator/mails/{mail.pk}/retry/").status_code == 409
        assert not InstanceRecord.objects.filter(name="mail.retried").exists()

    def test_no_record_no_effect(self, olga: Client, given_up: OutgoingMail) -> None:
        with audit_refuses("mail.retried"):
            assert olga.post(f"/operator/mails/{given_up.pk}/retry/").status_code == 503
        given_up.refresh_from_db()
        assert given_up.state == MailState.FAILED


def test_every_kind_of_mail_has_a_name() -> None:
    assert KINDS.keys() == each_mail().keys()
    assert KINDS.keys() == {folder.parent.name for folder in TEMPLATES.glob("*/subject.txt")}
