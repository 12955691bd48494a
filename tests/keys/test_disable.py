"""Disabling a key, and enabling it again."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.keys.leaks.commands import disable_leaked
from portal.keys.models import BindingKey, SecretGeneration
from portal.scoping import tenant_scope
from tests.cast import Cast, get_token, make_key
from tests.keys.test_roll import asks, calls


def last(name: str) -> AuditRecord:
    return AuditRecord.all_tenants.filter(name=name).order_by("-index")[0]


def test_disabled_is_refused_and_enabled_works_as_before(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    token = get_token(Client(), key, secret)
    answer = alice.post(f"/t/acme/keys/{key.pk}/disable/", {"why": "Found in a log"}, follow=True)
    page = answer.content.decode()
    assert "Line 4 gateway is disabled. Its next call is refused." in page
    assert answer.context["key"]["state"].label == "Disabled"
    assert "Found in a log" in page
    assert (asks(key, secret), calls(token)) == (401, 401)
    assert last("token.refused").facts["reason"] == last("call.refused").facts["reason"] == "key_disabled"
    assert last("key.disabled").facts["why"] == "Found in a log"
    assert last("key.disabled").actor_name == cast.alice.name

    assert "Found in a log" in alice.get(f"/t/acme/keys/{key.pk}/enable/").content.decode()
    answer = alice.post(f"/t/acme/keys/{key.pk}/enable/", follow=True)
    assert "Line 4 gateway works again." in answer.content.decode()
    assert answer.context["lifecycle"]["because"] == ""
    assert (asks(key, secret), calls(token)) == (200, 404)
    assert last("key.enabled").subject == key.subject


def test_wants_a_reason_and_says_who_uses_it(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    asks(key, secret, "Pump 7")
    page = alice.get(f"/t/acme/keys/{key.pk}/disable/").content.decode()
    assert "Every application that uses it fails at once" in page
    assert "Pump 7" in page
    for why in ("", "two\nlines", "x" * 201):
        assert alice.post(f"/t/acme/keys/{key.pk}/disable/", {"why": why}).status_code == 422
    assert BindingKey.all_tenants.get().disabled_at is None


def test_enabled_without_a_secret_that_works(alice: Client, cast: Cast) -> None:
    key, _ = make_key(cast.acme)
    alice.post(f"/t/acme/keys/{key.pk}/disable/", {"why": "A test"})
    SecretGeneration.all_tenants.update(ends_at=timezone.now())
    page = alice.post(f"/t/acme/keys/{key.pk}/enable/", follow=True).content.decode()
    assert "is enabled, but no secret of it works: roll it." in page


def test_of_a_leaked_key_the_old_secret_ends_with_the_roll(alice: Client, cast: Cast) -> None:
    key, _ = make_key(cast.acme)
    roll = f"/t/acme/keys/{key.pk}/roll/"
    assert alice.get(roll).context["form"]["ends"].value() == "86400"
    with tenant_scope(cast.acme.pk):
        disable_leaked({key.pk: "a log"}, by=SYSTEM)
    page = alice.get(roll)
    assert page.context["form"]["ends"].value() == "0"
    assert "The secret of this key has leaked." in page.content.decode()


def test_nothing_is_offered_for_a_revoked_key(alice: Client, cast: Cast) -> None:
    key, _ = make_key(cast.acme)
    BindingKey.all_tenants.update(revoked_at=timezone.now())
    for page in ("disable", "enable", "brown-out", "brown-out/stop"):
        assert alice.get(f"/t/acme/keys/{key.pk}/{page}/").status_code == 409, page


def test_once_is_enough(alice: Client, cast: Cast) -> None:
    key, _ = make_key(cast.acme)
    assert alice.post(f"/t/acme/keys/{key.pk}/enable/").status_code == 409
    alice.post(f"/t/acme/keys/{key.pk}/disable/", {"why": "First"})
    assert alice.post(f"/t/acme/keys/{key.pk}/disable/", {"why": "Second"}).status_code == 409
    assert BindingKey.all_tenants.get().disabled_because == "First"


def test_revoked_is_final(alice: Client, cast: Cast) -> None:
    key, _ = make_key(cast.acme)
    alice.post(f"/t/acme/keys/{key.pk}/disable/", {"why": "Leaked"})
    alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": key.name})
    assert alice.post(f"/t/acme/keys/{key.pk}/enable/").status_code == 409
