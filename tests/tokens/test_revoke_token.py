"""POST /oauth/revoke: RFC 7009. A single token ends, on every way to use it; the key and its other tokens go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.test import Client

from portal import constants
from portal.audit.models import AuditRecord
from portal.emulator.testing import RunningEmulator
from portal.keys import uses
from portal.keys.models import KeyCaller, RevokedToken
from tests.cast import Cast, get_token, make_key, make_upstream_key
from tests.faults import audit_refuses
from tests.tokens.conftest import KeyAndSecret
from tests.tokens.test_introspect import REVOKE
from tests.tokens.test_introspect import ask as asked


@pytest.fixture
def token(cast: Cast, gateway: KeyAndSecret) -> str:
    make_upstream_key(cast.acme)
    return get_token(Client(), gateway.key, gateway.secret)


def revoke(who: KeyAndSecret, token: str) -> Any:
    return asked(who, token, REVOKE)


def call(token: str) -> int:
    answer = Client().get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {token}"})
    return int(answer.status_code)


def claims_of(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def test_the_next_call_is_refused_and_recorded(gateway: KeyAndSecret, token: str, hub: RunningEmulator) -> None:
    assert call(token) == 200
    answer = revoke(gateway, token)
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"", "no-store")
    hub.requests.clear()
    assert call(token) == 401
    assert not len(hub.requests)
    assert AuditRecord.all_tenants.get(name="call.refused").facts["reason"] == "token_revoked"


def test_it_is_recorded_once(cast: Cast, gateway: KeyAndSecret, token: str) -> None:
    for _ in range(2):
        assert revoke(gateway, token).status_code == 200
    (row,) = AuditRecord.all_tenants.filter(name="token.revoked")
    assert row.facts == {"client_id": gateway.id, "jti": claims_of(token)["jti"]}
    assert (row.tenant_id, row.actor_id, row.subject) == (cast.acme.pk, gateway.id, gateway.key.subject)
    assert RevokedToken.all_tenants.count() == 1


class TestWithoutEffect:
    """Whoever has a leaked secret cannot try it here unseen."""

    def assert_recorded(self, who: KeyAndSecret, reason: str, jti: str, outcome: str = "ok") -> None:
        (row,) = AuditRecord.all_tenants.filter(name="token.not_revoked")
        assert row.facts == {"client_id": who.id, "jti": jti, "reason": reason}
        assert (row.tenant_id, row.actor_id, row.outcome) == (who.key.tenant_id, who.id, outcome)
        assert row.subject == who.key.subject
        caller = KeyCaller.all_tenants.get(key=who.key, route="revoke", succeeded=outcome == "ok")
        assert caller.address == "127.0.0.1"

    @pytest.mark.parametrize("written", ["x", "a.b.c", "é"])
    def test_what_is_no_token(self, gateway: KeyAndSecret, written: str) -> None:
        assert revoke(gateway, written).status_code == 200
        self.assert_recorded(gateway, "token_unknown", "")

    def test_an_expired_one(self, gateway: KeyAndSecret, token: str) -> None:
        with time_machine.travel(claims_of(token)["exp"] + constants.CLOCK_LEEWAY + 1):
            assert revoke(gateway, token).status_code == 200
            self.assert_recorded(gateway, "token_expired", claims_of(token)["jti"])

    def test_one_that_is_revoked_already(self, gateway: KeyAndSecret, token: str) -> None:
        revoke(gateway, token)
        KeyCaller.all_tenants.all().delete()
        uses.forget()
        assert revoke(gateway, token).status_code == 200
        self.assert_recorded(gateway, "token_revoked", claims_of(token)["jti"])

    @pytest.mark.parametrize(("tenant", "is_told"), [("acme", True), ("globex", False)])
    def test_another_clients(self, cast: Cast, token: str, tenant: str, is_told: bool) -> None:
        """Of another tenant's token not even the id is recorded."""
        other = KeyAndSecret(*make_key(getattr(cast, tenant), "Other line"))
        assert revoke(other, token).status_code == 400
        self.assert_recorded(other, "token_foreign", claims_of(token)["jti"] if is_told else "", "denied")

    @pytest.mark.parametrize("written", ["x", "another client's"])
    def test_without_a_record_there_is_no_answer(self, cast: Cast, token: str, written: str) -> None:
        other = KeyAndSecret(*make_key(cast.acme, "Other line"))
        with audit_refuses():
            assert revoke(other, "x" if written == "x" else token).status_code == 503


def test_other_tokens_of_the_key_go_on(gateway: KeyAndSecret, token: str) -> None:
    other = get_token(Client(), gateway.key, gateway.secret)
    revoke(gateway, token)
    assert (call(token), call(other)) == (401, 200)


@pytest.mark.parametrize("tenant", ["acme", "globex"])
def test_another_clients_token_goes_on_and_the_caller_hears_it(
    cast: Cast, gateway: KeyAndSecret, token: str, tenant: str
) -> None:
    other = KeyAndSecret(*make_key(getattr(cast, tenant), "Other line"))
    answer = revoke(other, token)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert call(token) == 200
    assert not RevokedToken.all_tenants.exists()


@pytest.mark.parametrize("written", ["x", "a.b.c", "é", "x" * 100_000])
def test_what_is_no_token_is_revoked_already(gateway: KeyAndSecret, written: str) -> None:
    """RFC 7009 section 2.2: the client could do nothing about it."""
    assert revoke(gateway, written).status_code == 200
    assert not RevokedToken.all_tenants.exists()


@pytest.mark.parametrize(("seconds", "rows"), [(1, 1), (constants.CLOCK_LEEWAY + 1, 0)])
def test_one_that_no_clock_takes_any_more_needs_no_row(
    gateway: KeyAndSecret, token: str, seconds: int, rows: int
) -> None:
    """A worker whose clock is behind still takes one that has just expired."""
    with time_machine.travel(claims_of(token)["exp"] + seconds):
        assert revoke(gateway, token).status_code == 200
    assert RevokedToken.all_tenants.count() == rows


def test_rows_are_removed_when_no_clock_takes_the_token_any_more(cast: Cast, gateway: KeyAndSecret) -> None:
    foreign = KeyAndSecret(*make_key(cast.globex))
    first, other = (get_token(Client(), one.key, one.secret) for one in (gateway, foreign))
    for one, given in ((gateway, first), (foreign, other)):
        revoke(one, given)
    first_row = RevokedToken.all_tenants.get(jti=claims_of(first)["jti"])
    ends = first_row.expires_at + timedelta(seconds=constants.CLOCK_LEEWAY)
    for shift, left in ((-2, 3), (2, 3)):
        with time_machine.travel(ends + timedelta(seconds=shift)):
            revoke(gateway, get_token(Client(), gateway.key, gateway.secret))
        assert RevokedToken.all_tenants.count() == left
    assert not RevokedToken.all_tenants.filter(pk=first_row.pk).exists()
