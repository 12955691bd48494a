"""Tokens that are asked for at the same moment: decided one by one, recorded together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.actor import SYSTEM
from portal.audit.models import AuditLog, AuditRecord
from portal.keys import commands as key_commands
from portal.keys.commands import revoke_key
from portal.keys.models import KeyCaller, SecretGeneration, UseHour
from portal.lib import client_secret
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant
from portal.tokens import commands, limits
from tests.audit.test_record import assert_log_is_whole
from tests.cast import get_token, make_key, make_tenant
from tests.tokens.conftest import KeyAndSecret
from tests.tokens.test_token import FORM, body, form

THREADS, TURNS = 8, 5


@pytest.fixture
def acme(erasable_log: None) -> Iterator[Tenant]:
    yield make_tenant("acme", "Acme Pumps GmbH")
    for model in (UseHour, KeyCaller, SecretGeneration):
        model.all_tenants.all().delete()
    AuditLog.objects.all().delete()


def answers_of(ask: Callable[[], Any], *others: Callable[[], Any]) -> list[list[Any]]:
    """What each gets who asks again and again, while all do so at once."""
    asking = [ask] * (THREADS - len(others)) + list(others)
    start = Barrier(THREADS)

    def again_and_again(one: Callable[[], Any]) -> list[Any]:
        start.wait(10)
        return [one() for _ in range(TURNS)]

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda one: closing(lambda: again_and_again(one)), asking))


def closing(work: Callable[[], Any]) -> Any:
    """What it gives, in a thread whose connection ends with it."""
    try:
        return work()
    finally:
        connection.close()


def token_with(secret: KeyAndSecret) -> Callable[[], Any]:
    return lambda: Client().post("/oauth/token", form(*body(secret))["body"], content_type=FORM)


def test_each_gets_its_own_token_and_its_own_record(acme: Tenant) -> None:
    gateway = KeyAndSecret(*make_key(acme))
    answered = answers_of(token_with(gateway))
    tokens = {answer.json()["access_token"] for answers in answered for answer in answers}
    assert len(tokens) == THREADS * TURNS
    issued = AuditRecord.all_tenants.filter(tenant=acme, name="token.issued")
    assert len({record.facts["jti"] for record in issued}) == THREADS * TURNS
    assert {(r.actor_id, r.subject) for r in issued} == {(gateway.id, gateway.key.subject)}
    assert_log_is_whole(acme.pk, list(AuditRecord.all_tenants.filter(tenant=acme).order_by("index")))
    with tenant_scope(acme.pk):
        assert sum(UseHour.objects.values_list("calls", flat=True)) == THREADS * TURNS
        assert sum(UseHour.objects.values_list("failures", flat=True)) == 0


@pytest.mark.parametrize("count", [1, 3, 4])
def test_secrets_of_a_group_are_read_at_once(acme: Tenant, count: int, django_assert_num_queries: Any) -> None:
    keys = [KeyAndSecret(*make_key(acme, f"Line {number} gateway")) for number in range(count)]
    stored = [commands.Stored(key.id, client_secret.verifier(key.secret)) for key in keys]
    # A right clientID with the secret of another key, which is read, too.
    mixed = [commands.Stored(keys[0].id, stored[-1].verifier)] if count > 1 else []
    asked = [commands.Asked(secret, acme.pk, "hub.read", SYSTEM) for secret in (*stored, stored[0], *mixed)]
    with tenant_scope(acme.pk), django_assert_num_queries(1):
        found = commands._stored(asked)
    assert {secret: generation.key.pk for secret, generation in found.items()} == {
        secret: key.key.pk for secret, key in zip(stored, keys, strict=True)
    }
    with tenant_scope(make_tenant("globex", "Globex").pk):
        assert commands._stored(asked) == {}


def test_one_that_is_refused_refuses_nobody_else(acme: Tenant) -> None:
    good, revoked = KeyAndSecret(*make_key(acme)), KeyAndSecret(*make_key(acme, "Line 5 gateway"))
    get_token(Client(), revoked.key, revoked.secret)  # from here on it is remembered whose it is
    with tenant_scope(acme.pk):
        revoke_key(revoked.key, by=SYSTEM)
    *answered, refused = answers_of(token_with(good), token_with(revoked))
    assert {answer.status_code for answers in answered for answer in answers} == {200}
    assert {answer.status_code for answer in refused} == {401}
    assert AuditRecord.all_tenants.filter(name="token.refused", actor_id=revoked.id).exists()
    assert AuditRecord.all_tenants.filter(name="token.issued", actor_id=good.id).count() == (THREADS - 1) * TURNS


def test_no_token_is_recorded_after_its_key_was_revoked(acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks while a revocation is being committed is refused, though the key looked well a moment before."""
    gateway = KeyAndSecret(*make_key(acme))
    get_token(Client(), gateway.key, gateway.secret)
    recorded, looked = Event(), Event()
    record_revoked, stored = key_commands._record_revoked, commands._stored

    def record_and_wait(*args: Any) -> None:
        record_revoked(*args)
        recorded.set()
        assert looked.wait(10)

    def look(*args: Any) -> Any:
        found = stored(*args)
        looked.set()
        return found

    def revoke() -> None:
        with tenant_scope(acme.pk):
            revoke_key(gateway.key, by=SYSTEM)

    monkeypatch.setattr(key_commands, "_record_revoked", record_and_wait)
    monkeypatch.setattr(commands, "_stored", look)
    with ThreadPoolExecutor(2) as pool:
        revocation = pool.submit(closing, revoke)
        assert recorded.wait(10)
        answer = pool.submit(closing, token_with(gateway)).result(10)
        revocation.result(10)
    assert answer.status_code == 401
    names = AuditRecord.all_tenants.filter(tenant=acme).order_by("index").values_list("name", flat=True)
    assert list(names)[-2:] == ["key.revoked", "token.refused"]


def test_a_secret_that_is_gone_is_refused_to_all_who_ask_at_once(acme: Tenant) -> None:
    gateway = KeyAndSecret(*make_key(acme))
    get_token(Client(), gateway.key, gateway.secret)
    other = client_secret.verifier(client_secret.generate().reveal())
    SecretGeneration.all_tenants.filter(key=gateway.key).update(verifier=other)
    answered = answers_of(token_with(gateway))
    assert {answer.status_code for answers in answered for answer in answers} <= {401, 429}


def test_what_is_decided_anew_counts_once_against_the_limit(
    gateway: KeyAndSecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, changes, counted = commands._record_issued, [commands._Changed()], []

    def changed_meanwhile(rulings: Any) -> None:
        if changes:
            raise changes.pop()
        record(rulings)

    monkeypatch.setattr(commands, "_record_issued", changed_meanwhile)
    monkeypatch.setattr(limits, "wait_of", lambda *asked: counted.append(asked) or 0)
    assert token_with(gateway)().status_code == 200
    assert counted == [(gateway.id, "/oauth/token")]


class TestRememberedSecret:
    def test_saves_the_look_up_and_nothing_else(self, gateway: KeyAndSecret) -> None:
        with CaptureQueriesContext(connection) as first:
            token_with(gateway)()
        with CaptureQueriesContext(connection) as second:
            token_with(gateway)()
        assert "keys_secretgeneration" in second[0]["sql"]
        assert len(second) < len(first)

    def test_that_is_not_stored_any_more_is_refused(self, gateway: KeyAndSecret) -> None:
        """As after the database was put back to the day before."""
        assert token_with(gateway)().status_code == 200
        other = client_secret.verifier(client_secret.generate().reveal())
        SecretGeneration.all_tenants.filter(key=gateway.key).update(verifier=other)
        assert token_with(gateway)().status_code == 401
        assert AuditRecord.all_tenants.get(name="token.refused").facts["reason"] == "secret_wrong"
        assert not commands._tenant_of

    def test_is_one_of_so_many(self, gateway: KeyAndSecret, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(commands, "MOST_REMEMBERED", 1)
        other = KeyAndSecret(*make_key(gateway.key.tenant, "Line 5 gateway"))
        for key in (gateway, other, gateway):
            assert token_with(key)().status_code == 200
        assert list(commands._tenant_of) == [(gateway.id, client_secret.verifier(gateway.secret))]
