"""The demo's outbox: the mailbox of people who have none."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal import constants
from portal.notify.commands import deliver
from portal.notify.models import OutgoingMail
from tests.cast import Cast, signed_in
from tests.notify.conftest import INVITATION, invite

pytestmark = pytest.mark.django_db


def test_empty_outbox_says_what_will_come() -> None:
    page = Client().get("/outbox/").content.decode()
    assert "No mails yet" in page
    assert "<tbody" not in page


def test_lists_mails_newest_first_with_their_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "PAGE_SIZE", 2)
    for number in range(3):
        invite(key=f"{number}", display_name=f"Company {number}")
    deliver(OutgoingMail.objects.get(key="2").pk)
    page = Client().get("/outbox/").content.decode()
    assert page.index("Company 2") < page.index("Company 1")
    assert "Company 0" not in page
    assert "Sent" in page
    assert "Waits" in page
    assert "Company 0" in Client().get("/outbox/?page=2").content.decode()


def test_shows_headers_and_text_with_a_way_on() -> None:
    mail = invite()
    page = Client().get(f"/outbox/{mail.pk}/").content.decode()
    for told in ("dev@acme.example", "Acme Pumps GmbH invites you to Bindery", mail.message_id.strip("<>")):
        assert told in page
    assert f'href="{INVITATION}"' in page
    assert f'href="/outbox/{mail.pk}/html/"' in page


def test_text_of_a_user_is_text(alice: Client) -> None:
    mail = invite(display_name="<script>alert(1)</script>")
    assert "<script>alert" not in alice.get(f"/outbox/{mail.pk}/").content.decode()
    assert "<script>alert" not in alice.get("/outbox/").content.decode()


def test_html_part_may_style_itself_and_nothing_else() -> None:
    answer = Client().get(f"/outbox/{invite().pk}/html/")
    policy = answer["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "form-action 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script" not in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/outbox/", "/outbox/{pk}/", "/outbox/{pk}/html/"])
def test_production_has_no_outbox(path: str, settings: Any, cast: Cast) -> None:
    mail = invite()
    settings.LOCAL = False
    for browser in (Client(), signed_in(cast.olga)):
        assert browser.get(path.format(pk=mail.pk)).status_code == 404


def test_way_there_is_in_the_bar_of_the_demo_only(alice: Client, settings: Any) -> None:
    assert 'href="/outbox/"' in alice.get("/t/acme/").content.decode()
    settings.LOCAL = False
    assert "/outbox/" not in alice.get("/t/acme/").content.decode()


def test_unknown_mail_is_404() -> None:
    assert Client().get("/outbox/1/").status_code == 404
    assert Client().get("/outbox/1/html/").status_code == 404
