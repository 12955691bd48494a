"""Signed reports of scanners."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.keys.lifecycle.commands import enable_key
from portal.keys.models import BindingKey
from portal.lib import client_secret, leak_scanners
from portal.notify.models import OutgoingMail
from portal.scoping import tenant_scope
from tests.cast import Cast, make_key
from tests.faults import audit_refuses

PRIVATE = Ed25519PrivateKey.generate()
PUBLIC = base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
SHARED = "0123456789abcdef0123456789abcdef"
ENTRIES = [{"name": "forge", "public_key": PUBLIC}, {"name": "own-ci", "secret_variable": "CI_SECRET"}]


@pytest.fixture(autouse=True)
def scanners(settings: Any) -> None:
    settings.LEAK_SCANNERS = leak_scanners.read(ENTRIES, {"CI_SECRET": SHARED}.__getitem__)


def signature(body: bytes, scanner: str = "forge", at: float | None = None) -> str:
    moment = int(at or time.time())
    content = f"{moment}.".encode() + body
    signed = (
        PRIVATE.sign(content) if scanner == "forge" else hmac.new(SHARED.encode(), content, hashlib.sha256).digest()
    )
    return f"scanner={scanner}, t={moment}, signature={base64.b64encode(signed).decode()}"


def send(body: bytes, header: str | None) -> HttpResponse:
    headers = {} if header is None else {"Leak-Signature": header}
    return Client().post("/leaks/report", body, content_type="application/json", headers=headers)


def report(*secrets: str, scanner: str = "forge", url: str = "https://forge.example/blob/1") -> HttpResponse:
    body = json.dumps([{"token": secret, "url": url} for secret in secrets]).encode()
    return send(body, signature(body, scanner))


def names() -> list[str]:
    return list(
        AuditRecord.all_tenants.filter(name__startswith="key.leak")
        .order_by("tenant", "index")
        .values_list("name", flat=True)
    )


@pytest.mark.parametrize("scanner", ["forge", "own-ci"])
def test_disables_the_key_and_answers_by_hash(cast: Cast, scanner: str) -> None:
    key, secret = make_key(cast.acme)
    stranger = client_secret.generate().reveal()
    answer = report(secret, stranger, scanner=scanner)
    assert answer.json() == [
        {"token_hash": client_secret.verifier(secret), "label": "true_positive"},
        {"token_hash": client_secret.verifier(stranger), "label": "false_positive"},
    ]
    assert BindingKey.all_tenants.get(pk=key.pk).standing == "key_disabled"
    assert names() == ["key.leak_found", "key.leak_disabled"]
    record = AuditRecord.all_tenants.get(name="key.leak_found")
    assert (record.actor_name, record.facts["where"]) == (scanner, "https://forge.example/blob/1")


def test_goes_across_tenants(cast: Cast) -> None:
    keys = [make_key(tenant) for tenant in (cast.acme, cast.globex)]
    report(*(secret for _key, secret in keys))
    assert {key.standing for key in BindingKey.all_tenants.all()} == {"key_disabled"}
    assert {record.tenant_id for record in AuditRecord.all_tenants.filter(name="key.leak_found")} == {
        cast.acme.pk,
        cast.globex.pk,
    }


def test_mail_answers_the_four_questions(cast: Cast) -> None:
    cast.acme.security_email = "security@acme.example"
    cast.acme.save()
    key, secret = make_key(cast.acme)
    report(secret)
    mail = OutgoingMail.objects.get(template="key_leaked")
    assert mail.recipient == "security@acme.example"
    for words in ("What happened?", "What should I do?", "How do you know this?", "Who helps me?"):
        assert words in mail.text
        assert words in mail.html
    assert f"http://localhost:8000/t/acme/keys/{key.pk}/" in mail.text
    assert "disabled the key at once" in mail.text
    assert "forge" in mail.text
    assert all(secret not in part for part in (mail.subject, mail.text, mail.html))


def test_mail_goes_to_the_admins_where_there_is_no_contact(cast: Cast) -> None:
    _key, secret = make_key(cast.acme)
    report(secret)
    assert OutgoingMail.objects.get(template="key_leaked").recipient == "alice@acme.example"


def test_same_report_again_changes_nothing(cast: Cast) -> None:
    _key, secret = make_key(cast.acme)
    for _ in range(3):
        assert report(secret).json()[0]["label"] == "true_positive"
    assert names() == ["key.leak_found", "key.leak_disabled"]
    assert OutgoingMail.objects.filter(template="key_leaked").count() == 1


def test_without_the_setting_it_only_tells(cast: Cast, settings: Any) -> None:
    settings.LEAK_REPORT_DISABLES = False
    key, secret = make_key(cast.acme)
    report(secret)
    assert BindingKey.all_tenants.get(pk=key.pk).standing == ""
    assert names() == ["key.leak_found"]
    assert "The key still works" in OutgoingMail.objects.get(template="key_leaked").text


def test_revoked_key_is_known_and_left_alone(cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    BindingKey.all_tenants.filter(pk=key.pk).update(revoked_at=timezone.now())
    assert report(secret).json()[0]["label"] == "true_positive"
    assert names() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"approval_pending": True},
        {"brownout_until": datetime(2099, 1, 1, tzinfo=UTC), "brownout_share": 100},
    ],
)
def test_key_that_will_work_again_is_disabled(cast: Cast, fields: dict[str, Any]) -> None:
    key, secret = make_key(cast.acme)
    BindingKey.all_tenants.update(**fields)
    assert report(secret).status_code == 200
    assert BindingKey.all_tenants.get(pk=key.pk).disabled_at is not None
    assert names() == ["key.leak_found", "key.leak_disabled"]


def test_disabled_key_is_told_of_once(cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    disabled_at = timezone.now()
    BindingKey.all_tenants.update(disabled_at=disabled_at, disabled_because="Holiday")
    for _ in range(2):
        assert report(secret).status_code == 200
    found = BindingKey.all_tenants.get(pk=key.pk)
    assert (found.disabled_at, found.disabled_because) == (disabled_at, "Holiday")
    assert names() == ["key.leak_found"]
    assert OutgoingMail.objects.filter(template="key_leaked").exists()
    with tenant_scope(cast.acme.pk):
        enable_key(key, by=SYSTEM)
    report(secret)
    assert names() == ["key.leak_found", "key.leak_found", "key.leak_disabled"]


def test_secret_in_the_address_is_not_recorded(cast: Cast) -> None:
    _key, secret = make_key(cast.acme)
    report(secret, url=f"https://forge.example/?q={secret}\r\nX: y")
    assert AuditRecord.all_tenants.get(name="key.leak_found").facts["where"] == "https://forge.example/?q=***  X: y"
    assert secret not in OutgoingMail.objects.get().text


def test_all_places_of_a_secret_are_recorded_and_each_entry_answered(cast: Cast) -> None:
    _key, secret = make_key(cast.acme)
    entries = [{"token": secret, "url": f"https://forge.example/{place}"} for place in ("one", "two", "one")]
    body = json.dumps(entries).encode()
    assert [entry["label"] for entry in send(body, signature(body)).json()] == ["true_positive"] * 3
    found = AuditRecord.all_tenants.get(name="key.leak_found")
    assert found.facts["where"] == "https://forge.example/one, https://forge.example/two"


def test_what_is_no_text_hides_no_secret(cast: Cast) -> None:
    """A lone surrogate is well-formed JSON."""
    key, secret = make_key(cast.acme)
    body = b'[{"token": "\\ud800"}, {"token": "%s", "url": "\\ud800"}]' % secret.encode()
    assert [entry["label"] for entry in send(body, signature(body)).json()] == ["false_positive", "true_positive"]
    assert BindingKey.all_tenants.get(pk=key.pk).standing == "key_disabled"


def test_a_find_that_was_erased_is_recorded_anew(cast: Cast) -> None:
    _key, secret = make_key(cast.acme)
    report(secret)
    AuditRecord.all_tenants.filter(name="key.leak_found").update(body=None)
    assert report(secret).status_code == 200
    assert names().count("key.leak_found") == 2


def test_no_record_no_effect(cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    with audit_refuses("key.leak_disabled"):
        assert report(secret).status_code == 503
    assert BindingKey.all_tenants.get(pk=key.pk).standing == ""
    assert not OutgoingMail.objects.exists()


class TestSignature:
    BODY = b"[]"

    def refused(self, body: bytes, header: str | None) -> None:
        answer = send(body, header)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Leak-Signature"
        assert answer.json()["code"] == "report_not_signed"

    @pytest.mark.parametrize("scanner", ["forge", "own-ci"])
    def test_good_one_is_taken(self, db: None, scanner: str) -> None:
        assert send(self.BODY, signature(self.BODY, scanner)).json() == []

    @pytest.mark.parametrize(
        "header", [None, "", "scanner=forge", "scanner=forge, t=x, signature=AAAA", "scanner=forge, t=1, signature=!!!"]
    )
    def test_missing_or_malformed(self, db: None, header: str | None) -> None:
        self.refused(self.BODY, header)

    @pytest.mark.parametrize("scanner", ["forge", "own-ci"])
    def test_of_another_body(self, db: None, scanner: str) -> None:
        self.refused(b"[ ]", signature(self.BODY, scanner))

    def test_of_another_time(self, db: None) -> None:
        now = int(time.time())
        self.refused(self.BODY, signature(self.BODY, at=now).replace(f"t={now}", f"t={now + 1}"))

    def test_of_another_scanner(self, db: None) -> None:
        self.refused(self.BODY, signature(self.BODY).replace("forge", "own-ci"))
        self.refused(self.BODY, signature(self.BODY).replace("forge", "nobody"))

    @pytest.mark.parametrize(("seconds", "taken"), [(-301, False), (-299, True), (299, True), (302, False)])
    def test_replay_is_refused(self, db: None, seconds: int, taken: bool) -> None:
        with time_machine.travel(1_800_000_000, tick=False):
            header = signature(self.BODY, at=1_800_000_000 + seconds)
            assert (send(self.BODY, header).status_code == 200) == taken

    def test_nobody_is_known_by_default(self, db: None, settings: Any) -> None:
        settings.LEAK_SCANNERS = {}
        self.refused(self.BODY, signature(self.BODY))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[1]",
        b'[{"url": "x"}]',
        b'[{"token": 1}]',
        b"[" * 100_000,
        json.dumps([{"token": "x"}] * 101).encode(),
    ],
)
def test_report_that_cannot_be_read(db: None, body: bytes) -> None:
    answer = send(body, signature(body))
    assert answer.status_code == 422
    assert answer.json()["code"] == "report_unreadable"


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"name": "Forge", "public_key": PUBLIC},
        {"name": "forge"},
        {"name": "forge", "public_key": "AAAA"},
        {"name": "forge", "public_key": PUBLIC, "secret_variable": "CI_SECRET"},
        {"name": "forge", "secret_variable": "SHORT"},
    ],
)
def test_wrong_setting_refuses_to_start(entry: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured, match="PORTAL_LEAK_SCANNERS"):
        leak_scanners.read([entry], {"CI_SECRET": SHARED, "SHORT": "x"}.__getitem__)
