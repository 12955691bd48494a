"""The page that looks for leaked secrets."""

from __future__ import annotations

import logging
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from portal import constants
from portal.audit.models import AuditRecord
from portal.keys.models import BindingKey, SecretGeneration
from portal.lib import client_secret
from tests.cast import Cast, make_key, signed_in
from tests.faults import audit_refuses
from tests.leaks.hostile import zip_bomb, zipped
from tests.leaks.test_archives import mpr

LEAKS = "/t/acme/keys/leaks/"
DISABLE = "/t/acme/keys/leaks/disable/"


def page(client: Client, status: int = 200, **form: Any) -> str:
    answer = client.post(LEAKS, form)
    assert answer.status_code == status
    return answer.content.decode()


def upload(content: bytes, name: str = "app.mpk") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def offer_in(shown: str) -> str:
    found = re.search(r'name="offer" value="([^"]+)"', shown)
    assert found is not None
    return found[1]


def leak_records() -> list[AuditRecord]:
    return list(AuditRecord.all_tenants.filter(name__startswith="key.leak").order_by("index"))


def test_pasted_secret_is_found_and_recorded(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    shown = page(alice, text=f"export SECRET={secret}")
    assert "1 secret of your keys was found" in shown
    assert "Line 4 gateway" in shown
    assert "Works now" in shown
    assert "Whoever can read the places below can use them." in shown
    (record,) = leak_records()
    assert (record.name, record.actor_name, record.subject) == ("key.leak_found", "Alice Adler", f"key:{key.pk}")
    assert record.facts["where"] == "pasted text"
    assert BindingKey.all_tenants.get(pk=key.pk).disabled_at is None


def test_place_in_an_archive_is_shown_and_recorded(alice: Client, cast: Cast) -> None:
    _key, secret = make_key(cast.acme)
    content = zipped(("project.mpr", mpr(secret.encode())), ("read.me", b"x"))
    assert "app.mpk/project.mpr/UnitContents" in page(alice, file=upload(content))
    assert leak_records()[0].facts["where"] == "app.mpk/project.mpr/UnitContents, app.mpk/project.mpr"


def test_secret_is_on_no_page_and_in_no_record(alice: Client, cast: Cast) -> None:
    _key, secret = make_key(cast.acme)
    texts = [
        page(alice, text=secret),
        page(alice, file=upload(secret.encode(), f"{secret}.txt")),
        page(alice, file=upload(zipped((f"{secret}/a", secret.encode())))),
        page(alice, status=422, text=secret + "x" * 200_000),
        page(alice, status=422, text=secret, file=upload(b"x")),
    ]
    assert all(secret not in text for text in texts)
    assert all(secret.encode() not in bytes(record.body or b"") for record in AuditRecord.all_tenants.all())


def test_input_is_neither_kept_nor_logged(
    alice: Client, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    marker = b"what-nobody-may-keep"
    page(alice, file=upload(mpr(marker) * 1, "project.mpr"))
    page(alice, file=upload(marker * 300_000))
    page(alice, text=marker.decode())
    assert list(tmp_path.iterdir()) == []
    assert marker.decode() not in caplog.text


def test_temporary_file_has_no_name_while_it_is_looked_at(
    alice: Client, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.keys.leaks import views as leak_views

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen = []
    look = leak_views.look
    monkeypatch.setattr(leak_views, "look", lambda *given: (seen.append(list(tmp_path.iterdir())), look(*given))[1])
    page(alice, file=upload(b"x" * 5_000_000))
    assert seen == [[]]


def test_key_of_another_tenant_is_not_named(alice: Client, cast: Cast) -> None:
    _key, secret = make_key(cast.globex, "Globex line")
    shown = page(alice, text=secret)
    assert "Globex" not in shown
    assert "No secret of your keys was found" in shown
    assert "not for a key of this tenant" in shown
    assert client_secret.hint(secret) in shown
    assert leak_records() == []


def test_foreign_constant_is_told_without_its_value(alice: Client) -> None:
    shown = page(alice, text="MX_IIoT_ClientSecret=Kq3-vB8_xT2+zR5/\n")
    assert "MX_IIoT_ClientSecret has a value" in shown
    assert "Kq3-vB8" not in shown


def test_nothing_found(alice: Client) -> None:
    shown = page(alice, text="nothing here")
    assert "No secret of your keys was found" in shown
    assert "offer" not in shown


def test_bomb_is_told(alice: Client) -> None:
    shown = page(alice, file=upload(zip_bomb()))
    assert "Not everything was looked at." in shown
    assert "archives are made that do harm" in shown


class TestDisable:
    def test_disables_what_was_found(self, alice: Client, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        other, _secret = make_key(cast.acme, "Other line")
        offer = offer_in(page(alice, text=secret))
        answer = alice.post(DISABLE, {"offer": offer}, follow=True)
        assert "1 key is disabled." in answer.content.decode()
        disabled = BindingKey.all_tenants.get(pk=key.pk)
        assert disabled.standing == "key_disabled"
        assert disabled.why_disabled == "Its secret was found in pasted text."
        assert BindingKey.all_tenants.get(pk=other.pk).standing == ""
        assert [record.name for record in leak_records()] == ["key.leak_found", "key.leak_disabled"]

    def test_refuses_the_token_at_once(self, alice: Client, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        alice.post(DISABLE, {"offer": offer_in(page(alice, text=secret))})
        form = {"grant_type": "client_credentials", "client_id": key.client_id, "client_secret": secret}
        answer = Client().post(
            "/oauth/token",
            "&".join(f"{name}={value}" for name, value in form.items()),
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 401

    def test_twice_is_once(self, alice: Client, cast: Cast) -> None:
        _key, secret = make_key(cast.acme)
        offer = offer_in(page(alice, text=secret))
        for _ in range(2):
            alice.post(DISABLE, {"offer": offer})
        assert [record.name for record in leak_records()] == ["key.leak_found", "key.leak_disabled"]

    @pytest.mark.parametrize("change", ["revoked", "ended", "disabled"])
    def test_secret_that_does_not_work_is_not_offered(self, alice: Client, cast: Cast, change: str) -> None:
        key, secret = make_key(cast.acme)
        if change == "ended":
            SecretGeneration.all_tenants.update(ends_at=timezone.now())
        else:
            BindingKey.all_tenants.filter(pk=key.pk).update(**{f"{change}_at": timezone.now()})
        shown = page(alice, text=secret)
        assert "No longer" in shown
        assert "Nobody can use what stands in the places below now." in shown
        assert "can use them" not in shown
        assert 'name="offer"' not in shown

    def test_only_what_the_page_offered(self, alice: Client, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        for offer in ("", f"{{{key.pk}: 'x'}}", offer_in(page(alice, text=secret))[:-2]):
            assert alice.post(DISABLE, {"offer": offer}).status_code == 400
        assert BindingKey.all_tenants.get(pk=key.pk).standing == ""

    def test_offer_of_another_tenant_is_none(self, alice: Client, cast: Cast) -> None:
        _key, secret = make_key(cast.acme)
        offer = offer_in(page(alice, text=secret))
        assert signed_in(cast.charlie).post("/t/globex/keys/leaks/disable/", {"offer": offer}).status_code == 400

    def test_offer_ends(self, alice: Client, cast: Cast) -> None:
        _key, secret = make_key(cast.acme)
        offer = offer_in(page(alice, text=secret))
        with time_machine.travel(timezone.now() + timezone.timedelta(seconds=3700), tick=False):
            assert signed_in(cast.alice).post(DISABLE, {"offer": offer}).status_code == 400

    def test_no_record_nothing_disabled(self, alice: Client, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        offer = offer_in(page(alice, text=secret))
        with audit_refuses():
            assert alice.post(DISABLE, {"offer": offer}).status_code == 503
        assert BindingKey.all_tenants.get(pk=key.pk).standing == ""


class TestLimits:
    def test_file_up_to_the_limit(self, alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "LEAK_UPLOAD", 3_000_000)
        assert "One file was looked at." in page(alice, file=upload(b"x" * 3_000_000))
        assert "The file is larger than 2.9" in page(alice, status=413, file=upload(b"x" * 3_000_001))

    def test_announced_size_is_refused_before_it_is_read(self, alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "LEAK_UPLOAD", 1000)
        assert "The file is larger" in page(alice, status=413, file=upload(b"x" * 2_000_000))

    def test_text_or_file(self, alice: Client) -> None:
        assert "one of both" in page(alice, status=422)
        assert "one of both" in page(alice, status=422, text="x", file=upload(b"x"))
        assert 'aria-invalid="true"' in page(alice, status=422, text="x" * 200_001)

    def test_form_without_a_token_is_refused(self, cast: Cast) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = signed_in(cast.alice).cookies
        answer = strict.post(LEAKS, {"text": "x", "file": upload(b"x")})
        assert answer.status_code == 403
        assert "could not be verified as yours" in answer.content.decode()

    def test_nobody_fills_the_disk_without_the_right(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_given: object, **_named: object) -> None:
            raise AssertionError("a file was written")

        monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
        monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
        for client in (Client(), signed_in(cast.dev), signed_in(cast.charlie)):
            answer = client.post(LEAKS, {"file": upload(b"x" * 5_000_000)})
            assert answer.status_code in {302, 403, 404}

    def test_other_pages_take_no_file(self, alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        written = []
        monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda *given, **named: written.append(given))
        answer = alice.post("/t/acme/keys/create/", {"name": "Line 4", "expires": "30", "x": upload(b"x" * 5_000_000)})
        assert answer.status_code == 200
        assert written == []
