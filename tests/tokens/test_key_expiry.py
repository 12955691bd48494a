"""A key that expires: no token and no call from that second on, and no token that outlives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import time_machine
from django.test import Client

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.emulator.testing import RunningEmulator
from portal.keys.commands import revoke_key
from portal.keys.expiry import end_of, in_days
from portal.keys.models import BindingKey
from portal.scoping import tenant_scope
from tests.cast import Cast, expire, get_token, make_key, make_upstream_key
from tests.tokens.conftest import KeyAndSecret

ASSETS = "/api/assetmanagement/v3/assets"
LAST = "2026-12-20T23:59:58Z"
END = "2026-12-20T23:59:59Z"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def ending(clock: time_machine.Traveller, cast: Cast) -> KeyAndSecret:
    """A key of 30 days."""
    make_upstream_key(cast.acme)
    return KeyAndSecret(*make_key(cast.acme, expires_at=end_of(in_days(30))))


def ask(key: KeyAndSecret) -> Any:
    form = f"grant_type=client_credentials&client_id={key.id}&client_secret={key.secret}"
    return Client().post("/oauth/token", form, content_type="application/x-www-form-urlencoded")


def call(token: str) -> Any:
    return Client().get(ASSETS, headers={"Authorization": f"Bearer {token}"})


def reasons(event: str) -> list[str]:
    return [str(row.facts["reason"]) for row in AuditRecord.all_tenants.filter(name=event).order_by("index")]


class TestToken:
    def test_until_the_last_second_and_never_longer_than_the_key(
        self, clock: time_machine.Traveller, ending: KeyAndSecret
    ) -> None:
        clock.move_to(LAST)
        answer = ask(ending)
        assert answer.status_code == 200
        assert answer.json()["expires_in"] == 1
        claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
        assert claims["exp"] - claims["iat"] == 1

    def test_is_refused_like_any_other_from_its_end_on(
        self, clock: time_machine.Traveller, ending: KeyAndSecret
    ) -> None:
        clock.move_to(END)
        answer = ask(ending)
        unknown = ask(KeyAndSecret(BindingKey(client_id="acme-nobody"), ending.secret))
        assert answer.status_code == 401
        assert (answer.content, answer["WWW-Authenticate"]) == (unknown.content, unknown["WWW-Authenticate"])
        assert "X-Key-Expires-At" not in answer
        assert reasons("token.refused") == ["key_expired"]

    def test_a_wrong_secret_is_not_told_that_the_key_expired(self, cast: Cast, gateway: KeyAndSecret) -> None:
        other = make_key(cast.acme, "Other")[1]
        expire(gateway.key)
        assert ask(KeyAndSecret(gateway.key, other)).status_code == 401
        assert reasons("token.refused") == ["secret_wrong"]

    def test_says_when_the_key_ends(self, ending: KeyAndSecret, cast: Cast) -> None:
        assert ask(ending)["X-Key-Expires-At"] == "2026-12-20T23:59:59Z"
        assert ask(ending).json()["expires_in"] == 900
        endless = KeyAndSecret(*make_key(cast.acme, "Without end"))
        assert "X-Key-Expires-At" not in ask(endless)


class TestCall:
    def test_of_a_token_issued_before(
        self, clock: time_machine.Traveller, ending: KeyAndSecret, hub: RunningEmulator
    ) -> None:
        clock.move_to("2026-12-20T23:59:50Z")
        token = get_token(Client(), ending.key, ending.secret)
        clock.move_to(LAST)
        assert call(token).status_code == 200
        clock.move_to(END)
        hub.requests.clear()
        answer = call(token)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
        assert not len(hub.requests)
        assert reasons("call.refused") == ["key_expired"]

    def test_at_once_when_the_end_comes_earlier_than_the_token_knows(
        self, cast: Cast, gateway: KeyAndSecret, hub: RunningEmulator
    ) -> None:
        make_upstream_key(cast.acme)
        token = get_token(Client(), gateway.key, gateway.secret)
        assert call(token).status_code == 200
        expire(gateway.key)
        hub.requests.clear()
        answer = call(token)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
        assert answer["WWW-Authenticate"] == 'Bearer realm="Bindery", error="invalid_token"'
        assert not len(hub.requests)
        assert reasons("call.refused") == ["key_expired"]

    def test_revoked_is_the_stronger_reason(self, cast: Cast, gateway: KeyAndSecret) -> None:
        token = get_token(Client(), gateway.key, gateway.secret)
        expire(gateway.key)
        with tenant_scope(cast.acme.pk):
            revoke_key(gateway.key, by=SYSTEM)
        call(token)
        ask(gateway)
        assert (reasons("call.refused"), reasons("token.refused")) == (["key_revoked"], ["key_revoked"])
