"""Two at the same moment, in true transactions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from portal import constants
from portal.actor import SYSTEM
from portal.audit.models import AuditLog
from portal.cockpit.commands import InternalNameTaken, VersionTaken, create_version
from portal.cockpit.models import Application, AppVersion
from portal.scoping import tenant_scope
from portal.tenants.quotas import QuotaReached
from tests.cast import make_app, make_tenant

TOGETHER = 4


def together(act: Callable[[int], Any]) -> list[BaseException | None]:
    """Start the act in several threads at once; how each ended."""
    barrier = Barrier(TOGETHER)

    def one(number: int) -> None:
        try:
            barrier.wait(10)
            act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(TOGETHER) as pool:
        started = [pool.submit(one, number) for number in range(TOGETHER)]
        return [future.exception() for future in started]


@pytest.fixture(autouse=True)
def no_heads_left(erasable_log: None) -> Any:
    yield
    AuditLog.objects.all().delete()


def test_one_of_two_gets_the_internal_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(constants.PACKAGES["S"], "applications", 10)
    tenant = make_tenant("acme", "Acme Pumps GmbH")
    ended = together(lambda _number: make_app(tenant))
    assert [type(one) for one in ended if one is not None] == [InternalNameTaken] * (TOGETHER - 1)
    assert Application.all_tenants.count() == AppVersion.all_tenants.count() == 1


def test_quota_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(constants.PACKAGES["S"], "applications", 2)
    tenant = make_tenant("acme", "Acme Pumps GmbH")
    ended = together(lambda number: make_app(tenant, f"app{number}"))
    assert [type(one) for one in ended if one is not None] == [QuotaReached] * (TOGETHER - 2)
    assert Application.all_tenants.count() == 2


def test_one_of_two_makes_the_version() -> None:
    tenant = make_tenant("acme", "Acme Pumps GmbH")
    first = make_app(tenant)
    with tenant_scope(tenant.pk):
        sources = [first, create_version(first, version="v1.1.0", by=SYSTEM)]

    def make(number: int) -> None:
        with tenant_scope(tenant.pk):
            create_version(sources[number % 2], version="v2.0.0", by=SYSTEM)

    ended = together(make)
    assert [type(one) for one in ended if one is not None] == [VersionTaken] * (TOGETHER - 1)
    assert AppVersion.all_tenants.filter(version="v2.0.0").count() == 1
