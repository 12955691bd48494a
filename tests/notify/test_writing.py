"""What stands in a mail, and what nobody can write into one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.test import Client

from portal.errors import Refusal
from portal.notify.models import OutgoingMail
from portal.notify.writing import MailAddressInvalid, MailTextRefused
from tests.cast import Cast, signed_in
from tests.notify.conftest import INVITATION, each_mail, invite

ADDRESS = re.compile(r"""https?://[^\s"<>]+""")

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", each_mail())
def test_every_mail_has_three_parts_and_leads_to_the_portal_only(name: str, language: str) -> None:
    mail = each_mail(language)[name]()
    assert (mail.template, mail.language) == (name, language)
    assert "\n" not in mail.subject
    assert 0 < len(mail.subject) <= 100
    assert f'<html lang="{language}">' in mail.html
    for part in (mail.text, mail.html):
        assert "acme" in part
        assert "{{" not in part
        assert "{%" not in part
        assert {url for url in ADDRESS.findall(part) if not url.startswith("http://localhost:8000/")} == set()
    assert "&" not in mail.text
    assert "<" not in mail.text


def test_welcome_names_the_account_the_way_in_and_the_way_to_the_keys() -> None:
    mail = each_mail()["welcome"]()
    for part in (mail.text, mail.html):
        for told in ("client URI", "acme", "http://localhost:8000/t/acme/keys/create/", INVITATION, "dev@acme.example"):
            assert told in part
        assert "3 Dec 2026, 10:30 UTC" in part


def test_moments_are_told_in_utc_whatever_zone_they_have() -> None:
    berlin = timezone(timedelta(hours=1))
    assert "3 Dec 2026, 10:30 UTC" in invite(expires_at=datetime(2026, 12, 3, 11, 30, tzinfo=berlin)).text


def test_each_recipient_reads_their_own_language() -> None:
    """With words that have been translated for long: the role and the form of dates."""
    german = invite(key="de", language="de-AT")
    assert german.language == "de"
    assert "Tenant-Admin" in german.text
    assert "03.12.2026, 10:30 UTC" in german.html
    english = invite(key="en", language="xx")
    assert english.language == "en"
    assert "Tenant admin" in english.text


ADDRESSES = [
    "",
    "dev",
    "@acme.example",
    "dev@",
    "dev@@acme.example",
    "dev@acme",
    "dev@acme..example",
    "dev@-acme.example",
    "dev @acme.example",
    " dev@acme.example",
    "dev@acme.example ",
    "dev@acme.example\n",
    "dev@acme.example\r\nBcc: eve@evil.example",
    "dev\r\nBcc: eve@evil.example",
    "dev\n@acme.example",
    "dev@acme.example\x00",
    "dev\x00@acme.example",
    "dev@acme.example\u2028Bcc: eve@evil.example",
    "dev\u2028@acme.example",
    "dev\u0085@acme.example",
    "dev@acme.example\x0b",
    "dev@acme.example,eve@evil.example",
    "dev@acme.example;eve@evil.example",
    "dev@acme.example eve@evil.example",
    "Dev <dev@acme.example>",
    "<dev@acme.example>",
    "dev@acme.example>",
    "dev@acme.example (comment)",
    '"dev"@acme.example',
    '"dev\r\nBcc: eve"@acme.example',
    '"\x01"@acme.example',
    "dev@[127.0.0.1]",
    "dev@[IPv6:::1]",
    "=?utf-8?q?dev=0aBcc=3a?=@acme.example\n",
    "=?utf-8?q?dev?= <dev@acme.example>",
    "d\u00e9v@acme.example",
    "\u212aelvin@acme.example",
    "dev@acme.example\ud800",
    "dev@a\u202ecme.example",
    f"{'d' * 65}@{'a' * 200}.example",
    f"dev@{'a.' * 140}example",
    "dev@" + "ä" * 80 + ".example",
]
TEXTS = [
    "Acme\nBcc: eve@evil.example",
    "Acme\r\nBcc: eve@evil.example",
    "Acme\rBcc: eve@evil.example",
    "Acme\r\n\r\n<h1>Pay here</h1>",
    "\nAcme",
    "Acme\n",
    "Acme\u2028Pay here",
    "Acme\u2029Pay here",
    "Acme\u0085Pay here",
    "Acme\x0bPay here",
    "Acme\x0cPay here",
    "Acme\x1cPay here",
    "Acme\x1ePay here",
    "Acme\x00",
    "Acme\x07",
    "Acme\x1b[2J",
    "Acme\x7f",
    "Acme\ttab",
    "=?utf-8?q?Acme=0aBcc=3a_eve?=",
    "=?utf-8?b?QWNtZQpCY2M6IGV2ZQ==?=",
    "Acme =?iso-8859-1?q?=0a?=",
    "Acme\u202egnp.exe",
    "Acme\u2066hidden\u2069",
    "Acme\u200bPumps",
    "Acme\ufeffPumps",
    "Acme\ud800",
    "Acme\ue000",
    "A" * 501,
]


@pytest.mark.parametrize("address", ADDRESSES, ids=ascii)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(MailAddressInvalid):
        invite(to=address)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("field", ["display_name", "invited_by", "tenant_name"])
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:40])
def test_text_that_could_forge_a_header_or_a_line_is_refused(text: str, field: str) -> None:
    with pytest.raises(MailTextRefused):
        invite(**{field: text})
    assert not OutgoingMail.objects.exists()


def test_refusals_are_the_callers_mistake() -> None:
    for refusal in (MailAddressInvalid, MailTextRefused):
        assert issubclass(refusal, Refusal)
        assert refusal.status == 422


@pytest.mark.parametrize(
    "name",
    [
        "Müller & Söhne",
        "O’Neil “Pumps” №1",
        "شرکت\u200cها",
        "日本ポンプ",
        "Acme\u00a0Pumps",
        "%s {0} %(x)s {{ y }} {% z %}",
    ],
)
def test_names_of_this_world_pass(name: str) -> None:
    mail = invite(display_name=name)
    assert name in mail.text
    assert mail.subject.startswith(name[:20])


def test_internationalised_domain_is_written_in_ascii() -> None:
    assert invite(to="dev@pümpen.example").recipient == "dev@xn--pmpen-kva.example"


def test_html_of_users_is_text() -> None:
    mail = invite(display_name='<a href="https://evil.example">Acme</a>', invited_by="<script>x</script>")
    assert "<script" not in mail.html
    assert mail.html.count("<a ") == 2  # the invitation and the portal


@pytest.mark.parametrize(
    "link", ["https://evil.example/x", "http://evil", "www.evil.example", "evil.example/a?b=c", "evil。example"]
)
def test_links_of_users_are_no_links(link: str) -> None:
    """Mail programs make links of what looks like one; the sign that they look for is torn off."""
    mail = invite(display_name=f"Acme {link} now")
    for part in (mail.text, mail.html):
        assert link not in part
        assert link.replace("/", "") in part.replace("\u200b", "").replace("/", "")


def test_subject_is_cut_to_its_limit() -> None:
    mail = invite(display_name="Ä" * 100)
    assert len(mail.subject) == 100
    assert mail.subject.endswith("…")


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000",
        "http://localhost:8000.evil.example/",
        "http://localhost:8000@evil.example/",
        "https://localhost:8000/",
        "//localhost:8000/",
        "/invitations/7/",
        "javascript:alert(1)",
        "http://localhost:8000/\nhttp://evil.example",
        "http://localhost:8000/ http://evil.example",
    ],
)
def test_a_link_to_elsewhere_is_a_programming_mistake(url: str) -> None:
    """Such as `request.build_absolute_uri()`, which follows the Host header."""
    with pytest.raises(ValueError, match="PORTAL_URL"):
        invite(url=url)


def test_hostile_host_header_changes_no_link(cast: Cast, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    mail = invite()
    olga = signed_in(cast.olga)
    assert olga.post(f"/operator/mails/{mail.pk}/retry/", headers={"host": "evil.example"}).status_code == 302
    assert Client(headers={"host": "evil.example"}).get(f"/outbox/{mail.pk}/").status_code == 200
    mail.refresh_from_db()
    assert "evil" not in mail.text + mail.html
    assert set(ADDRESS.findall(mail.text)) == {INVITATION, "http://localhost:8000/"}
