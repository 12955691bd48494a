"""The calls of a day that a package allows: counted when admitted, refused at the limit, free again at midnight."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection

from portal import constants
from portal.actor import SYSTEM
from portal.audit.models import AuditLog, AuditRecord
from portal.emulator.testing import RunningEmulator
from portal.keys.models import SecretGeneration
from portal.proxy import commands
from portal.proxy.bulkhead import taken
from portal.proxy.routes import match
from portal.scoping import tenant_scope
from portal.tenants.daily_calls import KEPT_DAYS, DailyCallsReached
from portal.tenants.models import DailyCalls, Tenant
from portal.tokens.bearer import Caller
from tests.cast import Cast, make_key, make_tenant
from tests.faults import audit_refuses
from tests.proxy.conftest import make_program
from tests.proxy.test_forward import ASSETS, assert_fault, calls, gateway_calls, told

CALLERS, LIMIT = 50, 20


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(constants.PACKAGES["S"], "calls_per_day", 2)


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as clock:
        yield clock


def counted(tenant: Tenant) -> dict[date, int]:
    return dict(DailyCalls.all_tenants.filter(tenant=tenant).values_list("day", "calls"))


@pytest.mark.usefixtures("noon", "two")
class TestLimit:
    def test_one_call_too_many_is_refused_until_midnight(
        self, noon: time_machine.Traveller, cast: Cast, hub: RunningEmulator
    ) -> None:
        program = make_program(cast.acme)
        assert [program.get(ASSETS).status_code for _ in range(2)] == [200, 200]
        hub.requests.clear()
        answer = program.get(ASSETS)
        assert_fault(answer, 429, "daily_calls_reached")
        assert answer["Retry-After"] == "43200"
        assert answer.json()["type"].endswith("/docs/errors/#daily_calls_reached")
        assert "has made the 2 calls of today that package S allows" in answer.json()["detail"]
        assert "ask operator@bindery.example" in answer.json()["advice"]
        assert gateway_calls(hub) == []
        assert counted(cast.acme) == {date(2026, 11, 20): 2}
        assert taken(cast.acme.pk) == 0

    def test_midnight_in_utc_begins_a_new_day(self, noon: time_machine.Traveller, cast: Cast) -> None:
        noon.move_to("2026-11-20T23:59:58.500Z")
        program = make_program(cast.acme)
        for _ in range(2):
            program.get(ASSETS)
        refused = program.get(ASSETS)
        assert (refused.status_code, refused["Retry-After"]) == (429, "2")
        noon.move_to("2026-11-20T23:59:59.999Z")
        assert program.get(ASSETS)["Retry-After"] == "1"
        noon.move_to("2026-11-21T00:00:00Z")
        assert program.get(ASSETS).status_code == 200
        assert counted(cast.acme) == {date(2026, 11, 20): 2, date(2026, 11, 21): 1}

    def test_refusal_is_recorded_once_a_minute(self, noon: time_machine.Traveller, cast: Cast) -> None:
        program = make_program(cast.acme)
        for _ in range(2 + 30):
            program.get(ASSETS)
        assert told(program)[-1] == ("call.refused", "denied")
        assert len(told(program)) == 2 * 2 + 1
        facts = calls(program)[-1].facts
        assert (facts["reason"], facts["method"], facts["path"]) == ("daily_calls_reached", "GET", ASSETS)
        noon.shift(61)
        program.get(ASSETS)
        assert calls(program)[-1].facts["repeated"] == 29

    def test_each_tenant_has_its_own(self, cast: Cast) -> None:
        ours, theirs = make_program(cast.acme), make_program(cast.globex)
        for _ in range(3):
            ours.get(ASSETS)
        assert theirs.get(ASSETS).status_code == 200

    def test_a_larger_package_helps_at_once(self, cast: Cast) -> None:
        program = make_program(cast.acme)
        for _ in range(2):
            program.get(ASSETS)
        assert program.get(ASSETS).status_code == 429
        Tenant.objects.filter(pk=cast.acme.pk).update(package="M")
        assert program.get(ASSETS).status_code == 200

    def test_only_admitted_calls_count(self, cast: Cast, hub: RunningEmulator) -> None:
        program = make_program(cast.acme)
        with audit_refuses("call.admitted"):
            assert_fault(program.get(ASSETS), 503, "audit_unavailable")
        program.get("/api/assetmanagement/v3/secrets")
        program.send("POST", ASSETS)
        assert counted(cast.acme) == {}


def test_old_days_go_with_the_first_call_of_a_day(noon: time_machine.Traveller, cast: Cast) -> None:
    today = date(2026, 11, 20)
    with tenant_scope(cast.acme.pk):
        for days in (1, KEPT_DAYS, KEPT_DAYS + 1, 1000):
            DailyCalls.objects.create(day=today - timedelta(days=days), calls=1)
    with tenant_scope(cast.globex.pk):
        DailyCalls.objects.create(day=date(2020, 1, 1), calls=1)
    make_key(cast.acme)
    assert call(cast.acme)
    assert sorted((today - day).days for day in counted(cast.acme)) == [0, 1, KEPT_DAYS]
    assert list(counted(cast.globex)) == [date(2020, 1, 1)]


def test_a_day_that_another_caller_begins_in_between(noon: time_machine.Traveller, cast: Cast) -> None:
    """No row is there to count in, and a moment later it is: that is no reached limit."""
    make_key(cast.acme)
    others: list[int] = []

    def begin_the_day(execute: Any, sql: str, *rest: Any) -> Any:
        done = execute(sql, *rest)
        if sql.startswith('UPDATE "tenants_dailycalls"') and not others:
            others.append(1)
            DailyCalls.objects.create(day=date(2026, 11, 20), calls=1)
        return done

    with connection.execute_wrapper(begin_the_day):
        assert call(cast.acme)
    assert counted(cast.acme) == {date(2026, 11, 20): 2}


def call(tenant: Tenant) -> bool:
    """Admit one call of the tenant's first key; False when the day has none left."""
    target = match(ASSETS, constants.PROXY_QUERY_LIMIT)
    assert target is not None
    with tenant_scope(tenant.pk):
        secret = SecretGeneration.objects.filter(key__source="portal").select_related("key__tenant")[0]
        try:
            commands.admit_call(target, by=Caller(secret, SYSTEM, frozenset()))
        except DailyCallsReached:
            return False
    return True


@pytest.mark.usefixtures("erasable_log")
def test_many_at_once_get_exactly_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """All begin the day together: its row does not exist yet."""
    monkeypatch.setitem(constants.PACKAGES["S"], "calls_per_day", LIMIT)
    tenant = make_tenant("acme", "Acme Pumps GmbH")
    make_key(tenant)
    together = Barrier(CALLERS)

    def one(_number: int) -> bool:
        try:
            together.wait(20)
            return call(tenant)
        finally:
            connection.close()

    with time_machine.travel("2026-11-20T12:00:00Z", tick=False), ThreadPoolExecutor(CALLERS) as pool:
        passed = list(pool.map(one, range(CALLERS)))
    assert (passed.count(True), passed.count(False)) == (LIMIT, CALLERS - LIMIT)
    assert counted(tenant) == {date(2026, 11, 20): LIMIT}
    assert AuditRecord.all_tenants.filter(name="call.admitted").count() == LIMIT
    DailyCalls.all_tenants.all().delete()
    SecretGeneration.all_tenants.all().delete()
    AuditLog.objects.all().delete()
