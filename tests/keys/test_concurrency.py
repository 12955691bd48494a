"""Keys and the log at the same time, in true transactions: neither waits for the other for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from portal import constants
from portal.actor import SYSTEM
from portal.audit.commands import record
from portal.audit.models import AuditLog, AuditRecord
from portal.keys import signing
from portal.keys.commands import create_key, revoke_key
from portal.keys.models import BindingKey, SecretGeneration, SigningKey
from portal.scoping import tenant_scope
from portal.tenants.events import MemberRemoved
from tests.cast import make_tenant

ROUNDS = 15


@pytest.mark.usefixtures("erasable_log")
def test_keys_are_made_and_revoked_while_others_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock of the quota must not block the log's reference to the tenant, which is checked at commit."""
    monkeypatch.setitem(constants.PACKAGES["S"], "keys", 2 * ROUNDS)
    tenant = make_tenant("acme", "Acme Pumps GmbH")

    def record_some(number: int) -> None:
        for turn in range(ROUNDS):
            with tenant_scope(tenant.pk), transaction.atomic(durable=True):
                record(MemberRemoved(before=f"{number} {turn}"), by=SYSTEM)

    def make_some(number: int) -> None:
        for turn in range(ROUNDS):
            with tenant_scope(tenant.pk):
                key, _generation, _secret = create_key(name=f"Line {number} {turn}", by=SYSTEM)
                if turn % 3 == 0:
                    revoke_key(key, by=SYSTEM)

    def closing(work: object, number: int) -> None:
        try:
            work(number)  # type: ignore[operator]
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        works = [record_some, record_some, record_some, make_some, make_some]
        ended = [pool.submit(closing, work, number) for number, work in enumerate(works)]
    assert [one.exception() for one in ended] == [None] * 5
    assert BindingKey.all_tenants.count() == 2 * ROUNDS
    assert AuditRecord.all_tenants.count() == 3 * ROUNDS + 2 * ROUNDS + 2 * (ROUNDS // 3)
    SecretGeneration.all_tenants.all().delete()
    AuditLog.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_processes_that_start_together_make_one_first_signing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    made = signing._new
    together = Barrier(3)

    def slowly_made() -> SigningKey:
        key = made()
        together.wait(10)  # each has found the table empty
        return key

    def first_kid(_number: int) -> str:
        try:
            return signing._first()[0].kid
        finally:
            connection.close()

    monkeypatch.setattr(signing, "_new", slowly_made)
    with ThreadPoolExecutor(3) as pool:
        kids = list(pool.map(first_kid, range(3)))
    assert kids == [SigningKey.objects.get().kid] * 3


@pytest.mark.usefixtures("erasable_log")
def test_rotations_that_distrust_at_the_same_time_leave_one_key() -> None:
    """Who comes too late for the old keys hears it in a sentence."""
    (old,) = signing._first()
    together = Barrier(4)

    def rotated(_number: int) -> str:
        together.wait(10)
        try:
            call_command("rotate_signing_key", "--distrust-old", stdout=StringIO())
        except CommandError as refused:
            return str(refused)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(rotated, range(4)))
    assert "" in told
    assert all("Another rotation" in sentence for sentence in filter(None, told))
    key = SigningKey.objects.get()
    assert key.is_first
    assert key.kid != old.kid
