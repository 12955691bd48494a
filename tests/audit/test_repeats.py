"""A flood of refusals does not become a flood of records."""

from __future__ import annotations

import json
import time

import pytest
import time_machine
from django.test import Client

from portal.actor import SYSTEM
from portal.audit import repeats
from portal.audit.models import AuditRecord, InstanceRecord
from portal.keys.commands import revoke_key
from portal.keys.models import BindingKey, KeyCaller
from portal.lib.buckets import Buckets
from portal.scoping import tenant_scope
from portal.tokens import limits
from tests.cast import Cast, get_token, make_key

FORM = "application/x-www-form-urlencoded"


def refused(client_id: str, secret: str = "bnd_wrong", address: str = "192.0.2.7") -> None:
    form = f"grant_type=client_credentials&client_id={client_id}&client_secret={secret}"
    assert Client(REMOTE_ADDR=address).post("/oauth/token", form, content_type=FORM).status_code == 401


def test_first_is_recorded_the_next_are_counted(cast: Cast) -> None:
    key, _secret = make_key(cast.acme)
    records = AuditRecord.all_tenants.filter(name="token.refused")
    with time_machine.travel("2026-11-20T10:00:00Z", tick=False) as clock:
        for _ in range(50):
            refused(key.client_id)
        assert records.count() == 1
        clock.shift(61)
        refused(key.client_id)
    assert [record.facts["repeated"] for record in records.order_by("index")] == [0, 49]


def test_another_address_is_another_refusal(cast: Cast) -> None:
    key, _secret = make_key(cast.acme)
    refused(key.client_id)
    refused(key.client_id, address="192.0.2.8")
    assert AuditRecord.all_tenants.filter(name="token.refused").count() == 2


def test_addresses_of_one_ipv6_network_are_one(cast: Cast) -> None:
    for number in range(20):
        refused("acme-x", address=f"2001:db8:1:2::{number:x}")
    refused("acme-x", address="2001:db8:1:3::1")
    assert InstanceRecord.objects.count() == 2


class TestAgents:
    """Whoever has a secret or a token that does not work can call itself a million names."""

    def ask(self, key: BindingKey, secret: str, agent: str) -> None:
        form = f"grant_type=client_credentials&client_id={key.client_id}&client_secret={secret}"
        Client().post("/oauth/token", form, content_type=FORM, headers={"User-Agent": agent})

    def call(self, token: str, agent: str, **more: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "User-Agent": agent}
        Client(**more).get("/api/assetmanagement/v3/assets", headers=headers)

    def told(self, name: str) -> list[tuple[str, int]]:
        rows = AuditRecord.all_tenants.filter(name=name).order_by("index")
        return [(json.loads(bytes(row.body))["actor"]["agent"], row.facts["repeated"]) for row in rows]

    def test_are_told_apart_up_to_a_number(self, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        token = get_token(Client(), key, secret)
        with tenant_scope(cast.acme.pk):
            revoke_key(key, by=SYSTEM)
        with time_machine.travel(time.time(), tick=False) as clock:
            for number in range(100):
                self.call(token, f"agent {number}")
                self.ask(key, secret, f"agent {number}")
            expected = [(f"agent {number}", 0) for number in range(repeats.MOST_AGENTS + 1)]
            assert self.told("call.refused") == self.told("token.refused") == expected
            self.call(token, "agent 7")
            self.call(token, "agent 99", REMOTE_ADDR="192.0.2.7")
            assert self.told("call.refused") == [*expected, ("agent 99", 0)]
            clock.shift(61)
            for number in range(22):
                self.call(token, f"agent {number}")
        assert [row for row in self.told("call.refused") if row[1]] == [("agent 7", 1), ("agent 20", 79)]

    def test_that_are_not_told_apart_are_one_caller(self, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        token = get_token(Client(), key, secret)
        with tenant_scope(cast.acme.pk):
            revoke_key(key, by=SYSTEM)
        for number in range(60):
            self.call(token, f"agent {number}")
        callers = KeyCaller.all_tenants.filter(succeeded=False)
        assert callers.count() == repeats.MOST_AGENTS + 1
        assert callers.filter(agent=repeats.OTHER_AGENTS).exists()

    def test_of_too_many_requests_neither(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        key, secret = make_key(cast.acme)
        monkeypatch.setattr(limits, "_requests", Buckets(1))
        for number in range(60):
            self.ask(key, secret, f"agent {number}")
        assert len(self.told("token.refused")) == repeats.MOST_AGENTS + 1


class TestNotRecorded:
    """What could not be recorded takes nothing away from what came meanwhile."""

    def test_is_told_with_the_next(self) -> None:
        with repeats.counted("x") as first:
            assert first == 0
        with repeats.counted("x") as second:
            assert second is None
        with time_machine.travel(time.time() + 61, tick=False):
            with pytest.raises(ValueError), repeats.counted("x") as third:
                assert third == 1
                for _ in range(3):  # other threads
                    with repeats.counted("x") as meanwhile:
                        assert meanwhile is None
                raise ValueError
            with repeats.counted("x") as fourth:
                assert fourth == 4

    def test_repeat_does_not_open_the_window(self) -> None:
        with repeats.counted("x"):
            pass
        with pytest.raises(ValueError), repeats.counted("x"):
            raise ValueError
        with repeats.counted("x") as third:
            assert third is None


@pytest.mark.parametrize(("seconds", "is_recorded"), [(-0.5, False), (-5, True)])
def test_a_clock_that_is_set_right_by_a_little_begins_no_new_window(seconds: float, is_recorded: bool) -> None:
    now = time.time()
    with time_machine.travel(now, tick=False), repeats.counted("x"):
        pass
    with time_machine.travel(now + seconds, tick=False), repeats.counted("x") as repeated:
        assert (repeated is not None) == is_recorded


def test_invented_client_ids_are_one_refusal(cast: Cast) -> None:
    for number in range(20):
        refused(f"acme-{number}")
    assert InstanceRecord.objects.count() == 1


def test_refused_sign_ins(cast: Cast) -> None:
    for _ in range(20):
        assert Client(REMOTE_ADDR="192.0.2.7").get("/sign-in/callback/?state=x&code=y").status_code == 403
    assert InstanceRecord.objects.count() == 1


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "MOST", 3)
    for number in range(10):
        with repeats.counted(str(number)) as repeated:
            assert repeated == 0
    assert len(repeats._seen) <= 3
