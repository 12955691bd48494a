"""Queries whose SQL is built once: as fresh and as bound to the tenant as any other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from portal.audit.models import InstanceRecord
from portal.keys.models import BindingKey, SecretGeneration
from portal.lib.prepared import Prepared, PreparedInsert
from portal.scoping import NoActiveTenant, tenant_scope
from portal.tenants.models import Tenant
from tests.cast import Cast, make_key, make_tenant

KEYS = Prepared(
    lambda client_id: SecretGeneration.all_tenants.select_related("key__tenant").filter(key__client_id=client_id),
    client_id="client_id",
)


def test_rows_are_what_django_reads(cast: Cast, django_assert_num_queries: Any) -> None:
    key, _secret = make_key(cast.acme)
    BindingKey.all_tenants.filter(pk=key.pk).update(networks=["192.0.2.0/24"], expires_at=timezone.now())
    with django_assert_num_queries(1):
        (found,) = KEYS.rows(key.client_id)
    expected = SecretGeneration.all_tenants.select_related("key__tenant").get(key=key)
    for one, other in ((found, expected), (found.key, expected.key), (found.key.tenant, expected.key.tenant)):
        fields = [field.attname for field in one._meta.concrete_fields]
        assert [getattr(one, name) for name in fields] == [getattr(other, name) for name in fields]
    assert KEYS.rows("acme-nobody") == []


def test_nothing_is_kept_of_a_row(cast: Cast) -> None:
    key, _secret = make_key(cast.acme)
    assert KEYS.rows(key.client_id)[0].key.revoked_at is None
    BindingKey.all_tenants.filter(pk=key.pk).update(revoked_at=timezone.now())
    Tenant.objects.filter(pk=cast.acme.pk).update(state="suspended")
    key_now = KEYS.rows(key.client_id)[0].key
    assert (key_now.revoked_at is None, key_now.tenant.state) == (False, "suspended")


def test_a_query_that_holds_a_tenant_is_refused(cast: Cast) -> None:
    bound = Prepared(lambda client_id: BindingKey.objects.filter(client_id=client_id), client_id="client_id")
    with tenant_scope(cast.acme.pk), pytest.raises(NoActiveTenant):
        bound.rows("x")


def test_an_example_that_is_not_in_the_query_is_refused(db: None) -> None:
    def query(client_id: str) -> models.QuerySet[BindingKey]:
        return BindingKey.all_tenants.filter(client_id="fixed")

    with pytest.raises(ValueError, match="must stand in the query once"):
        Prepared(query, client_id="client_id").rows("x")


@pytest.mark.usefixtures("erasable_log")
def test_each_thread_has_its_own() -> None:
    key, _secret = make_key(make_tenant("acme", "Acme Pumps GmbH"))

    def read(_number: int) -> int:
        try:
            return len(KEYS.rows(key.client_id))
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(read, range(9))) == [1] * 9


HOSTILE = ("%s", "100 % (of) %(name)s", "O'Brien \\' \\\\", '"; DROP TABLE x; --', "é 🔑 \u2028", "$1 {} ?")


def a_record(index: int, name: str) -> InstanceRecord:
    at = datetime(2026, 3, 29, 1, 59, 59, 123000, tzinfo=UTC)
    return InstanceRecord(index=index, at=at, leaf=b"\x00\xff%s'", body=None, actor_name=name, answers=None)


@pytest.mark.parametrize("count", [1, len(HOSTILE)])
def test_inserted_rows_are_what_django_writes(db: None, count: int, django_assert_num_queries: Any) -> None:
    InstanceRecord.objects.bulk_create([a_record(at, name) for at, name in enumerate(HOSTILE[:count], 1000)])
    with django_assert_num_queries(1):
        PreparedInsert(InstanceRecord).add([a_record(at, name) for at, name in enumerate(HOSTILE[:count], 2000)])
    columns = ("at", "leaf", "body", "actor_name", "answers")
    by_django = InstanceRecord.objects.filter(index__range=(1000, 1999)).order_by("index").values_list(*columns)
    by_hand = InstanceRecord.objects.filter(index__gte=2000).order_by("index").values_list(*columns)
    assert [tuple(map(plain, row)) for row in by_hand] == [tuple(map(plain, row)) for row in by_django]
    assert [name for _at, _leaf, _body, name, _answers in by_hand] == list(HOSTILE[:count])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps a NUL.")
@pytest.mark.parametrize("count", [1, 2])
def test_text_that_cannot_be_stored_is_an_error_of_the_database(db: None, count: int) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        PreparedInsert(InstanceRecord).add([a_record(1000 + number, "a\0b") for number in range(count)])


def plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
