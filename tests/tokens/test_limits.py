"""Limits of the token service: RFC 6585 section 4, and that nobody is locked out by anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.audit.models import AuditRecord, InstanceRecord
from portal.lib import client_secret
from portal.lib.buckets import Buckets
from portal.tokens import limits
from tests.cast import Cast, get_token, make_key
from tests.tokens.conftest import KeyAndSecret
from tests.tokens.test_introspect import INTROSPECT
from tests.tokens.test_introspect import ask as asked
from tests.tokens.test_token import FORM, body, form

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"
NOW = 1_800_000_000


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A client may ask 4 times in a minute, fail 2 times from one address, and an address 6 times in all."""
    monkeypatch.setattr(limits, "_requests", Buckets(4))
    monkeypatch.setattr(limits, "_failures", Buckets(2))
    monkeypatch.setattr(limits, "_failures_of_address", Buckets(6))
    with time_machine.travel(NOW, tick=False):
        yield


def ask(k: KeyAndSecret, address: str = HERE, **changes: str) -> Any:
    return Client(REMOTE_ADDR=address).post("/oauth/token", form(*body(k, **changes))["body"], content_type=FORM)


def wrong() -> str:
    return client_secret.generate().reveal()


def assert_too_many(answer: Any, wait: int) -> None:
    assert (answer.status_code, answer["Retry-After"]) == (429, str(wait))
    assert answer.json() == {
        "error": "temporarily_unavailable",
        "error_description": "Too many requests. Try again later.",
    }
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-store")
    assert "WWW-Authenticate" not in answer


class TestClient:
    def test_has_so_many_tokens_in_a_minute(self, gateway: KeyAndSecret) -> None:
        with time_machine.travel(NOW, tick=False) as clock:
            assert [ask(gateway).status_code for _ in range(4)] == [200] * 4
            assert_too_many(ask(gateway), 15)
            clock.shift(14)
            assert_too_many(ask(gateway), 1)
            clock.shift(1)
            assert ask(gateway).status_code == 200

    def test_it_is_recorded_and_repeats_are_counted(self, cast: Cast, gateway: KeyAndSecret) -> None:
        for _ in range(7):
            ask(gateway)
        (row,) = AuditRecord.all_tenants.filter(name="token.refused")
        assert (row.tenant_id, row.facts["reason"]) == (cast.acme.pk, "too_many_requests")

    def test_from_wherever_it_asks(self, gateway: KeyAndSecret) -> None:
        assert [ask(gateway, f"192.0.2.{number}").status_code for number in range(5)] == [200] * 4 + [429]

    def test_takes_nothing_from_another_client(self, cast: Cast, gateway: KeyAndSecret) -> None:
        other = KeyAndSecret(*make_key(cast.acme, "Other line"))
        while ask(gateway).status_code == 200:
            pass
        assert ask(other).status_code == 200

    def test_each_endpoint_has_its_own(self, gateway: KeyAndSecret) -> None:
        token = get_token(Client(), gateway.key, gateway.secret)
        assert [asked(gateway, token).status_code for _ in range(5)] == [200] * 4 + [429]
        assert ask(gateway).status_code == 200


class TestFailures:
    def test_of_one_client_from_one_address(self, gateway: KeyAndSecret) -> None:
        assert [ask(gateway, client_secret=wrong()).status_code for _ in range(2)] == [401] * 2
        assert_too_many(ask(gateway, client_secret=wrong()), 30)

    @pytest.mark.parametrize("client_id", ["", "acme-nobody"])
    def test_tell_not_whether_there_is_such_a_client(self, gateway: KeyAndSecret, client_id: str) -> None:
        changes = {"client_secret": wrong(), "client_id": client_id or gateway.id}
        answers = [ask(gateway, **changes) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
        assert_too_many(answers[3], 30)

    def test_of_an_address_with_ever_new_clients(self, gateway: KeyAndSecret) -> None:
        answers = [ask(gateway, client_id=f"acme-{number}").status_code for number in range(7)]
        assert answers == [401] * 6 + [429]

    def test_of_an_ipv6_network_are_those_of_one_address(self, gateway: KeyAndSecret) -> None:
        answers = [ask(gateway, f"2001:db8::{number}", client_secret=wrong()).status_code for number in range(3)]
        assert answers == [401, 401, 429]
        assert ask(gateway, "2001:db8:0:1::1", client_secret=wrong()).status_code == 401

    def test_are_recorded_as_before(self, gateway: KeyAndSecret) -> None:
        for number in range(5):
            ask(gateway, client_secret=wrong())
            ask(gateway, client_id=f"acme-nobody-{number}")
        assert AuditRecord.all_tenants.get(name="token.refused").facts["reason"] == "secret_wrong"
        assert InstanceRecord.objects.get(name="token.refused").facts["reason"] == "client_unknown"

    def test_do_not_count_against_the_client(self, gateway: KeyAndSecret) -> None:
        for address in (HERE, ELSEWHERE):
            for _ in range(20):
                ask(gateway, address, client_secret=wrong())
        for address in (HERE, ELSEWHERE):
            assert [ask(gateway, address).status_code for _ in range(2)] == [200] * 2
        assert ask(gateway).status_code == 429

    def test_at_the_other_endpoints_count_together(self, gateway: KeyAndSecret) -> None:
        codes = [asked(gateway, "x", INTROSPECT, client_secret=wrong()).status_code for _ in range(2)]
        assert [*codes, ask(gateway, "127.0.0.1", client_secret=wrong()).status_code] == [401, 401, 429]


ATTEMPTS = st.lists(
    st.tuples(
        st.sampled_from(["wrong secret", "misspelt", "unknown client", "no secret", "another client"]),
        st.sampled_from([HERE, ELSEWHERE]),
        st.integers(0, 40),
    ),
    max_size=25,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts=ATTEMPTS)
def test_whatever_others_do_a_client_gets_its_tokens(
    attempts: list[tuple[str, str, int]], cast: Cast, gateway: KeyAndSecret, other: KeyAndSecret
) -> None:
    """Four at once, from an address from which everything else failed."""
    limits.forget()
    with time_machine.travel(NOW, tick=False) as clock:
        for what, address, pause in attempts:
            clock.shift(pause)
            mischief = {
                "wrong secret": lambda a: ask(gateway, a, client_secret=wrong()),
                "misspelt": lambda a: ask(gateway, a, client_secret="bnd_x"),
                "unknown client": lambda a: ask(gateway, a, client_id="acme-nobody"),
                "no secret": lambda a: ask(gateway, a, client_secret=""),
                "another client": lambda a: ask(other, a),
            }
            assert mischief[what](address).status_code in {200 if what == "another client" else 401, 429}
        assert [ask(gateway, HERE).status_code for _ in range(4)] == [200] * 4


@pytest.fixture
def other(cast: Cast) -> KeyAndSecret:
    return KeyAndSecret(*make_key(cast.acme, "Other line"))
