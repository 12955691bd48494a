"""Counting the uses of secrets: by hour, by caller, and the first of each."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from portal.actor import Actor, ActorKind
from portal.audit.models import AuditLog, AuditRecord
from portal.keys import uses
from portal.keys.models import BindingKey, KeyCaller, SecretGeneration, UseHour
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant
from tests.cast import Cast, get_token, make_key, make_tenant, make_upstream_key
from tests.faults import audit_refuses

CALLERS = 50
ASSETS = "/api/assetmanagement/v3/assets"


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-20T12:10:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """Runs what a commit would run."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def hours(key: BindingKey) -> list[tuple[str, int, int, int]]:
    rows = UseHour.all_tenants.filter(key=key).order_by("hour", "generation")
    return [(f"{row.hour:%d %H:%M}", row.generation, row.calls, row.failures) for row in rows]


def callers(key: BindingKey) -> list[tuple[str, str, str, bool]]:
    rows = KeyCaller.all_tenants.filter(key=key).order_by("first_at", "pk")
    return [(row.address, row.agent, row.route, row.succeeded) for row in rows]


def newest(key: BindingKey) -> SecretGeneration:
    return SecretGeneration.all_tenants.select_related("key__tenant").filter(key=key).order_by("-number")[0]


def note(generation: SecretGeneration, *, agent: str = "", ok: bool = True, route: str = "assets") -> None:
    with tenant_scope(generation.tenant_id), transaction.atomic():
        uses.note(generation, actor=actor_of(generation, agent), route=route, ok=ok)


def actor_of(generation: SecretGeneration, agent: str = "") -> Actor:
    return Actor(ActorKind.KEY, generation.key.client_id, "", "192.0.2.7", agent)


def roll(key: BindingKey, **old: Any) -> SecretGeneration:
    """A second generation; `old` is written into the first."""
    with tenant_scope(key.tenant_id):
        SecretGeneration.objects.filter(key=key).update(**old)
        return SecretGeneration.objects.create(key=key, number=2, sealed=b"x", hint="", created_by="")


@pytest.mark.usefixtures("noon")
class TestCounted:
    def test_a_token_and_a_call(self, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        key, secret = make_key(cast.acme)
        program = Client(headers={"user-agent": "Line 4/1.0"})
        token = get_token(program, key, secret)
        assert newest(key).first_used_at == timezone.now()
        assert program.get(ASSETS, headers={"authorization": f"Bearer {token}"}).status_code == 200
        assert hours(key) == [("20 12:00", 1, 2, 0)]
        assert callers(key) == [
            ("127.0.0.1", "Line 4/1.0", "token", True),
            ("127.0.0.1", "Line 4/1.0", "assets", True),
        ]

    def test_a_call_that_the_hub_refuses_is_a_failure(self, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        key, secret = make_key(cast.acme)
        token = get_token(Client(), key, secret)
        missing = Client().get(f"{ASSETS}/{'0' * 32}", headers={"authorization": f"Bearer {token}"})
        assert missing.status_code == 404
        assert hours(key) == [("20 12:00", 1, 1, 1)]
        assert callers(key)[-1][2:] == ("assets", False)

    def test_a_call_without_an_answer_is_a_failure(self, cast: Cast) -> None:
        key, secret = make_key(cast.acme)  # and no way to the Hub
        token = get_token(Client(), key, secret)
        assert Client().get(ASSETS, headers={"authorization": f"Bearer {token}"}).status_code >= 500
        assert hours(key) == [("20 12:00", 1, 1, 1)]

    def test_each_refusal_with_the_right_secret(self, cast: Cast, committed: Any) -> None:
        key, secret = make_key(cast.acme)
        token = get_token(Client(), key, secret)
        BindingKey.all_tenants.filter(pk=key.pk).update(disabled_at=timezone.now())
        for _ in range(3):
            with committed():
                assert ask(key, secret) == 401
            with committed():
                assert Client().get(ASSETS, headers={"authorization": f"Bearer {token}"}).status_code == 401
        assert callers(key)[1:] == [("127.0.0.1", "", "token", False), ("127.0.0.1", "", "api", False)]
        assert hours(key) == [("20 12:00", 1, 1, 2)]

    def test_refusals_between_are_counted_with_the_next_that_is_written(
        self, noon: time_machine.Traveller, cast: Cast, committed: Any
    ) -> None:
        key, secret = make_key(cast.acme)
        BindingKey.all_tenants.filter(pk=key.pk).update(disabled_at=timezone.now())
        for _ in range(10):
            with committed():
                ask(key, secret)
        assert hours(key) == [("20 12:00", 1, 0, 1)]
        noon.shift(6)
        ask(key, secret)
        assert hours(key) == [("20 12:00", 1, 0, 11)]
        assert AuditRecord.all_tenants.filter(name="token.refused").count() == 1

    def test_refusals_that_wait_are_counted_with_any_use_of_their_secret(self, cast: Cast, committed: Any) -> None:
        """Whoever was refused often may never come again."""
        key, secret = make_key(cast.acme)
        other, others_secret = make_key(cast.acme, "Another")
        BindingKey.all_tenants.filter(pk=key.pk).update(disabled_at=timezone.now())
        for _ in range(10):
            with committed():
                ask(key, secret)
        BindingKey.all_tenants.filter(pk=key.pk).update(disabled_at=None)
        with committed():
            assert (ask(other, others_secret), hours(key)) == (200, [("20 12:00", 1, 0, 1)])
        for _ in range(2):
            with committed():
                assert ask(key, secret) == 200
        assert hours(key) == [("20 12:00", 1, 2, 10)]

    def test_who_is_counted_along_did_not_come_again(
        self, noon: time_machine.Traveller, cast: Cast, committed: Any
    ) -> None:
        key, secret = make_key(cast.acme)

        def asked(*, disabled: bool, times: int = 1) -> list[tuple[str, int, int, int]]:
            BindingKey.all_tenants.filter(pk=key.pk).update(disabled_at=timezone.now() if disabled else None)
            for _ in range(times):
                with committed():
                    ask(key, secret)
            return hours(key)

        assert asked(disabled=True, times=2) == [("20 12:00", 1, 0, 1)]
        noon.shift(6)
        assert asked(disabled=False) == [("20 12:00", 1, 1, 2)]
        refused = KeyCaller.all_tenants.get(key=key, succeeded=False)
        assert refused.last_at == refused.first_at
        assert asked(disabled=True) == [("20 12:00", 1, 1, 3)]

    def test_refusals_that_could_not_be_written_are_counted_with_the_next(
        self, noon: time_machine.Traveller, cast: Cast, committed: Any
    ) -> None:
        key, secret = make_key(cast.acme)
        BindingKey.all_tenants.filter(pk=key.pk).update(disabled_at=timezone.now())
        for _ in range(10):
            with committed():
                ask(key, secret)
        noon.shift(61)
        with audit_refuses():
            assert ask(key, secret) == 503
        assert hours(key) == [("20 12:00", 1, 0, 1)]
        for _ in range(2):
            with committed():
                assert ask(key, secret) == 401
            noon.shift(6)
        assert hours(key) == [("20 12:00", 1, 0, 12)]

    def test_refusals_that_are_being_written_are_not_written_twice(
        self, noon: time_machine.Traveller, cast: Cast, committed: Any
    ) -> None:
        generation = newest(make_key(cast.acme)[0])
        with committed():
            note(generation, ok=False)
        assert uses.is_only_counted(generation, actor=actor_of(generation), route="assets")
        noon.shift(6)
        with committed():
            note(generation, ok=False)
            note(generation, ok=False)  # while the commit of the one before is under way
        assert hours(generation.key) == [("20 12:00", 1, 0, 4)]

    def test_a_wrong_secret_is_no_use_of_any(self, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        _key, other = make_key(cast.acme, "Another")
        assert ask(key, other) == 401
        assert hours(key) == callers(key) == []

    def test_no_record_no_count(self, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        with audit_refuses():
            assert ask(key, secret) == 503
        assert hours(key) == callers(key) == []
        assert newest(key).first_used_at is None

    def test_a_caller_that_was_not_committed_is_written_next_time(self, cast: Cast, committed: Any) -> None:
        key, _secret = make_key(cast.acme)
        with committed():
            with pytest.raises(RuntimeError), transaction.atomic():
                note(newest(key))
                raise RuntimeError("rolled back")
            assert callers(key) == []
            note(newest(key))
        assert len(callers(key)) == 1

    def test_each_hour_has_its_row(self, noon: time_machine.Traveller, cast: Cast) -> None:
        generation = newest(make_key(cast.acme)[0])
        note(generation)
        noon.shift(timedelta(hours=1))
        note(generation)
        note(generation, ok=False)
        assert hours(generation.key) == [("20 12:00", 1, 1, 0), ("20 13:00", 1, 1, 1)]


@pytest.mark.usefixtures("noon")
class TestFirstUse:
    def test_starts_the_end_of_the_secret_before(self, noon: time_machine.Traveller, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        second = roll(key, ends_after_next_use=7200)
        note(second, ok=False)
        assert SecretGeneration.all_tenants.get(key=key, number=1).ends_at is None
        note(second)
        first = SecretGeneration.all_tenants.get(key=key, number=1)
        assert (first.ends_at, first.ends_after_next_use) == (timezone.now() + timedelta(hours=2), None)
        noon.shift(60)
        note(newest(key))
        assert SecretGeneration.all_tenants.get(key=key, number=1).ends_at == first.ends_at

    @pytest.mark.parametrize("waits", [None, 7200])
    def test_leaves_an_end_that_is_set(self, cast: Cast, waits: int | None) -> None:
        """It may have been ended for another reason while it waited: then it does not come back to life."""
        key, _ = make_key(cast.acme)
        end = timezone.now() - timedelta(days=1)
        note(roll(key, ends_at=end, ends_after_next_use=waits))
        assert SecretGeneration.all_tenants.get(key=key, number=1).ends_at == end

    def test_of_the_old_one_changes_nothing(self, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        first = newest(key)
        roll(key, ends_after_next_use=7200)
        note(first)
        assert SecretGeneration.all_tenants.get(key=key, number=1).ends_at is None


def ask(key: BindingKey, secret: str) -> int:
    form = f"grant_type=client_credentials&client_id={key.client_id}&client_secret={secret}"
    answer = Client().post("/oauth/token", form, content_type="application/x-www-form-urlencoded")
    return answer.status_code


@pytest.mark.usefixtures("erasable_log")
def test_many_at_once_are_all_counted() -> None:
    """All begin the hour together: neither its row nor that of the caller exists yet."""
    tenant = make_tenant("acme", "Acme Pumps GmbH")
    generation = newest(make_key(tenant)[0])
    together = Barrier(CALLERS)

    def one(number: int) -> None:
        try:
            together.wait(20)
            for _ in range(4):
                note(generation, agent=f"agent {number % 5}", ok=number % 2 == 0)
        finally:
            connection.close()

    with time_machine.travel("2026-11-20T12:00:00Z", tick=False), ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(one, range(CALLERS)))
    assert hours(generation.key) == [("20 12:00", 1, 4 * CALLERS // 2, 4 * CALLERS // 2)]
    assert len(callers(generation.key)) == 10
    clean(tenant)


def clean(tenant: Tenant) -> None:
    for model in (UseHour, KeyCaller, SecretGeneration):
        model.all_tenants.all().delete()
    AuditLog.objects.filter(tenant=tenant).delete()
