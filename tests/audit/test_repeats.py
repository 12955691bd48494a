"""A flood of refusals does not become a flood of records."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from portal.audit import repeats
from portal.audit.models import AuditRecord, InstanceRecord
from tests.cast import Cast, make_key

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
