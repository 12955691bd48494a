"""Creating a binding key: shown once, recorded, and never to be read again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from portal import constants
from portal.audit.models import AuditRecord
from portal.keys.models import BindingKey, SecretGeneration
from portal.lib import client_secret
from portal.tenants.models import Tenant
from tests.cast import Cast, make_key
from tests.faults import audit_refuses

CREATE = "/t/acme/keys/create/"
# What the form sends besides the name when nothing else is chosen.
SHORTEST = {"expires": "30"}
SECRET = re.compile(client_secret.PATTERN.pattern)


def create(client: Client, name: str = "Line 4 gateway", **headers: str) -> tuple[str, str]:
    """The page that answers, and the secret on it."""
    answer = client.post(CREATE, {"name": name} | SHORTEST, **headers)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.content
    page = answer.content.decode()
    return page, SECRET.findall(page)[0]


def test_page_shows_the_three_values_and_makes_the_key(alice: Client, cast: Cast) -> None:
    page, secret = create(alice)
    key = BindingKey.all_tenants.get(name="Line 4 gateway")
    assert key.tenant == cast.acme
    assert key.client_id.startswith("acme-")
    assert key.client_id in page
    assert "http://localhost:8000/oauth/token" in page
    assert client_secret.is_well_formed(secret)


def test_answer_is_not_kept_by_anybody(alice: Client) -> None:
    answer = alice.post(CREATE, {"name": "Line 4 gateway"} | SHORTEST)
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "same-origin"


def test_database_holds_verifier_and_seal_but_not_the_secret(alice: Client) -> None:
    _page, secret = create(alice)
    generation = SecretGeneration.all_tenants.get()
    assert generation.verifier == client_secret.verifier(secret)
    assert secret.encode() not in bytes(generation.sealed)
    assert generation.hint == f"bnd_…{secret[-4:]}"


def test_audit_says_who_and_what(alice: Client, cast: Cast) -> None:
    _page, secret = create(alice)
    record = AuditRecord.all_tenants.get(name="key.created")
    assert (record.actor_name, record.tenant_id, record.outcome) == ("Alice Adler", cast.acme.pk, "ok")
    assert record.facts["key_name"] == "Line 4 gateway"
    assert secret not in bytes(record.body or b"").decode()


def test_no_later_page_shows_the_secret(alice: Client) -> None:
    _page, secret = create(alice)
    key = BindingKey.all_tenants.get()
    for url in (CREATE, "/t/acme/", "/t/acme/keys/", f"/t/acme/keys/{key.pk}/", "/t/acme/activity/"):
        assert secret not in alice.get(url).content.decode()


def test_second_post_makes_nothing_and_shows_nothing(alice: Client) -> None:
    create(alice)
    answer = alice.post(CREATE, {"name": "Line 4 gateway"} | SHORTEST)
    assert answer.status_code == 422
    assert not SECRET.search(answer.content.decode())
    assert BindingKey.all_tenants.count() == 1


def test_dialog_gets_fragments(alice: Client) -> None:
    form = alice.get(CREATE, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in form
    page, _secret = create(alice, HTTP_HX_REQUEST="true")
    assert "<html" not in page


@pytest.mark.parametrize(
    "name", ["", "ab", "x" * 61, "two\nlines", "bell\x07", "nul\x00", "   ", "\u3164" * 3, "\u2800" * 3, "\u200b" * 3]
)
def test_bad_name_is_shown_again(alice: Client, name: str) -> None:
    answer = alice.post(CREATE, {"name": name} | SHORTEST)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert BindingKey.all_tenants.count() == 0


@pytest.mark.parametrize("name", ["line 4 GATEWAY", "Line-4-gateway", "Line 4 gateway"])
def test_name_that_looks_like_another_is_refused(alice: Client, cast: Cast, name: str) -> None:
    make_key(cast.acme, "Line 4 gateway")
    assert alice.post(CREATE, {"name": name} | SHORTEST).status_code == 422


def test_same_name_in_another_tenant_is_free(alice: Client, cast: Cast) -> None:
    make_key(cast.globex, "Line 4 gateway")
    create(alice)


@pytest.mark.parametrize("name", ["Größe Süd", "Привод 4", "泵站四", "<script>alert(1)</script>"])
def test_names_of_the_world_are_shown_as_written(alice: Client, name: str) -> None:
    create(alice, name)
    page = alice.get("/t/acme/keys/").content.decode()
    assert name.replace("<", "&lt;").replace(">", "&gt;") in page


def test_quota_is_told(alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.OPERATOR_EMAIL = "operator@portal.example"
    monkeypatch.setitem(constants.PACKAGES["S"], "keys", 1)
    make_key(cast.acme, "First")
    answer = alice.post(CREATE, {"name": "Second"} | SHORTEST)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "1 of 1 binding keys used. Package S allows no more." in page
    assert "or ask operator@portal.example for a larger package." in page
    assert BindingKey.all_tenants.count() == 1


def test_larger_package_allows_more(alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(constants.PACKAGES["S"], "keys", 1)
    make_key(cast.acme, "First")
    Tenant.objects.filter(name="acme").update(package="M")
    create(alice, "Second")


def test_fields_of_the_model_cannot_be_assigned(alice: Client, cast: Cast) -> None:
    extra = {"tenant": cast.globex.pk, "client_id": "mine", "is_upstream": "1", "source": "technical_user"}
    alice.post(CREATE, {"name": "Line 4 gateway"} | SHORTEST | extra)
    key = BindingKey.all_tenants.get()
    assert (key.tenant, key.is_upstream, key.source) == (cast.acme, False, "portal")
    assert key.client_id != "mine"


def test_no_record_no_key(alice: Client) -> None:
    with audit_refuses():
        answer = alice.post(CREATE, {"name": "Line 4 gateway"} | SHORTEST)
    assert answer.status_code == 503
    assert not SECRET.search(answer.content.decode())
    assert BindingKey.all_tenants.count() == 0


class TestEnvFile:
    def test_holds_the_three_values(self, alice: Client) -> None:
        _page, secret = create(alice)
        key = BindingKey.all_tenants.get()
        answer = alice.post(f"/t/acme/keys/{key.pk}/export/file/", {"client_secret": secret, "format": "env"})
        assert answer.content.decode().splitlines() == [
            "# Binding key: Line 4 gateway",
            "TokenURL=http://localhost:8000/oauth/token",
            f"ClientID={key.client_id}",
            f"ClientSecret={secret}",
        ]
        assert answer["Content-Disposition"] == 'attachment; filename="line_4_gateway.env"'
        assert answer["Cache-Control"] == "no-store"


def test_name_without_a_latin_letter_is_refused_the_second_time(alice: Client) -> None:
    create(alice, "传感器网")
    answer = alice.post(CREATE, {"name": "传感器网"} | SHORTEST)
    assert answer.status_code == 422
    assert "Another key of this tenant has this name" in answer.content.decode()


@pytest.mark.parametrize("name", ["Line 4 gateway", "传感器网"])
def test_name_of_a_revoked_key_is_free_again(alice: Client, cast: Cast, name: str) -> None:
    key, _secret = make_key(cast.acme, name)
    alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": name})
    create(alice, name)
    assert BindingKey.all_tenants.filter(name=name).count() == 2
