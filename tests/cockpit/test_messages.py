"""Messages about a release: both sides write and read, nothing is taken back, a mail comes once an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from portal import constants
from portal.actor import SYSTEM, Actor, ActorKind
from portal.cockpit.models import AppVersion, MessageSide, ReleaseMessage
from portal.cockpit.release.message_commands import write_message
from portal.cockpit.states import StateForbids
from portal.notify.models import OutgoingMail
from portal.permissions import Role
from portal.scoping import tenant_scope
from tests.cast import Cast, make_app, make_member, signed_in
from tests.cockpit.reading import again, recorded
from tests.faults import audit_refuses


@pytest.fixture
def olga(cast: Cast) -> Client:
    return signed_in(cast.olga)


def ask(client: Client, app: AppVersion, text: str = "Where is the\r\n<b>health</b>?", **told: str) -> Any:
    return client.post(f"/operator/releases/acme/{app.pk}/ask/", {"text": text, "asks": "on"} | told)


def write(client: Client, app: AppVersion, text: str = "Behind the door.") -> Any:
    return client.post(f"/t/acme/apps/{app.pk}/messages/", {"text": text})


def mails() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template="release_message").order_by("pk"))


def titles(client: Client) -> list[str]:
    return [item.title for item in client.get("/t/acme/").context["attention"]]


def test_question_and_answer(in_check: AppVersion, olga: Client, dev: Client, dana: Client, cast: Cast) -> None:
    assert ask(olga, in_check)["Location"] == f"/operator/releases/acme/{in_check.pk}/#messages"
    assert again(in_check).state == "check"
    assert sorted(mail.recipient for mail in mails()) == ["dana@acme.example", "dev@acme.example"]
    assert {mail.subject for mail in mails()} == {"A question about Pump Advisor v1.0.0"}
    for mail in mails():
        assert f"http://localhost:8000/t/acme/apps/{in_check.pk}/#messages" in mail.text
        assert "health" not in mail.text + mail.html
    for client in (dev, dana):
        assert "The operator asks about Pump Advisor" in titles(client)
    assert "The operator asks about Pump Advisor" not in titles(signed_in(cast.alice))
    assert write(dev, in_check).status_code == 302
    assert "The operator asks about Pump Advisor" not in titles(dev)
    assert "Acme Pumps GmbH wrote about Pump Advisor" in titles(olga)
    assert mails()[-1].recipient == "operator@bindery.example"
    assert f"http://localhost:8000/operator/releases/acme/{in_check.pk}/#messages" in mails()[-1].text
    ask(olga, in_check, "Thank you.", asks="")
    assert "Acme Pumps GmbH wrote about Pump Advisor" not in titles(olga)
    for client, url in ((dev, f"/t/acme/apps/{in_check.pk}/"), (olga, f"/operator/releases/acme/{in_check.pk}/")):
        page = client.get(url).content.decode()
        assert page.index("Where is the<br>&lt;b&gt;health") < page.index("Behind the door.") < page.index("Thank you.")
        assert cast.olga.name in page
    (asked,) = recorded("release.question_asked")
    assert (asked["by"], asked["side"], asked["subject"]) == (cast.olga.name, "operator", in_check.subject)
    assert [row["by"] for row in recorded("release.message_written")] == [cast.dev.name, cast.olga.name]


def test_one_mail_an_hour_in_each_direction(in_check: AppVersion, olga: Client, dev: Client, cast: Cast) -> None:
    now = timezone.now()
    for _ in range(3):
        ask(olga, in_check)
        write(dev, in_check)
    assert len(mails()) == 3
    for minutes, sent in ((59, 3), (61, 5)):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            ask(signed_in(cast.olga), in_check)
        assert len(mails()) == sent


def test_who_reads_and_who_writes(in_check: AppVersion, olga: Client, cast: Cast) -> None:
    ask(olga, in_check)
    viewer = signed_in(make_member(cast.acme, "v@acme.example", Role.VIEWER))
    for client in (viewer, signed_in(cast.audrey)):
        page = client.get(f"/t/acme/apps/{in_check.pk}/").content.decode()
        assert "Where is the" in page
        assert 'name="text"' not in page
        assert write(client, in_check).status_code == 403
    assert ReleaseMessage.all_tenants.count() == 1


@pytest.mark.parametrize("text", ["", " \n", "x" * 2001, "a\x00b", "a\u202eb"])
def test_invalid_text_is_shown_again(in_check: AppVersion, olga: Client, dev: Client, text: str) -> None:
    for answer in (write(dev, in_check, text), ask(olga, in_check, text)):
        assert answer.status_code == 422
    assert not ReleaseMessage.all_tenants.exists()


def test_only_about_approved_releases(waiting: AppVersion, olga: Client, dev: Client) -> None:
    for answer in (write(dev, waiting), ask(olga, waiting)):
        assert answer.status_code == 409
    assert not ReleaseMessage.all_tenants.exists()


def test_command_asks_for_the_state_itself(waiting: AppVersion) -> None:
    with tenant_scope(waiting.tenant_id), pytest.raises(StateForbids):
        write_message(waiting, side=MessageSide.TENANT, text="x", by=SYSTEM)


def test_no_record_no_message(in_check: AppVersion, dev: Client) -> None:
    with audit_refuses("release.message_written"):
        assert write(dev, in_check).status_code == 503
    assert not ReleaseMessage.all_tenants.exists()
    assert mails() == []


def test_messages_are_only_added(in_check: AppVersion, dev: Client) -> None:
    write(dev, in_check)
    for act in (
        lambda: ReleaseMessage.all_tenants.update(text="Other"),
        lambda: ReleaseMessage.all_tenants.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert ReleaseMessage.all_tenants.get().text == "Behind the door."


def test_address_of_another_tenant_leads_to_nothing(in_check: AppVersion, olga: Client, cast: Cast) -> None:
    assert olga.post(f"/operator/releases/globex/{in_check.pk}/ask/", {"text": "x"}).status_code == 404
    foreign = make_app(cast.globex)
    with tenant_scope(cast.acme.pk), pytest.raises(DatabaseError), transaction.atomic():
        ReleaseMessage(version_id=foreign.pk, side="tenant", text="x", by_id="1", by_name="x").save()
        transaction.get_connection().check_constraints()


class TestLimits:
    def test_of_a_release(
        self, in_check: AppVersion, olga: Client, dev: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(constants, "MESSAGES_PER_RELEASE", 2)
        assert write(dev, in_check).status_code == ask(olga, in_check).status_code == 302
        for answer in (write(dev, in_check, "What I <wrote>"), ask(olga, in_check, "What I <wrote>")):
            assert answer.status_code == 422
            page = answer.content.decode()
            assert "About this release 2 messages were written" in page
            assert "What I &lt;wrote&gt;</textarea>" in page
        assert ReleaseMessage.all_tenants.count() == 2

    def test_of_a_person_and_hour(
        self, in_check: AppVersion, dev: Client, dana: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(constants, "MESSAGES_PER_HOUR", 1)
        assert write(dev, in_check).status_code == 302
        answer = write(dev, in_check, "Once more")
        assert answer.status_code == 422
        assert "within the last hour" in answer.content.decode()
        assert "Once more</textarea>" in answer.content.decode()
        assert write(dana, in_check).status_code == 302
        with time_machine.travel(timezone.now() + timedelta(minutes=61)), tenant_scope(in_check.tenant_id):
            dev_again = Actor(ActorKind.PERSON, id=ReleaseMessage.objects.earliest("pk").by_id, name="Dev")
            write_message(in_check, side=MessageSide.TENANT, text="x", by=dev_again)
