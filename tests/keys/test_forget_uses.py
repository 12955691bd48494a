"""Counts and callers of long ago are removed, in every tenant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine
from django_tasks_db.models import DBTaskResult

from portal import constants
from portal.keys.models import BindingKey, KeyCaller, UseHour
from portal.keys.tasks import forget_old_uses, sweep
from portal.scoping import tenant_scope
from tests.cast import Cast, make_key

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def used(key: BindingKey, at: datetime) -> None:
    with tenant_scope(key.tenant_id):
        UseHour.objects.create(key=key, generation=1, hour=at, calls=1)
        KeyCaller.objects.create(
            key=key, generation=1, address="192.0.2.7", agent=str(at), route="", succeeded=True, first_at=at, last_at=at
        )


def test_what_is_too_old_goes_and_the_rest_stays(cast: Cast) -> None:
    kept = NOW - timedelta(days=constants.KEY_USE_DAYS)
    with time_machine.travel(NOW, tick=False):
        for tenant in (cast.acme, cast.globex):
            key, _secret = make_key(tenant)
            for at in (NOW, kept, kept - timedelta(seconds=1)):
                used(key, at)
        for _ in range(2):
            forget_old_uses.call()
    for tenant in (cast.acme, cast.globex):
        assert sorted(UseHour.all_tenants.filter(tenant=tenant).values_list("hour", flat=True)) == [kept, NOW]
        assert sorted(KeyCaller.all_tenants.filter(tenant=tenant).values_list("last_at", flat=True)) == [kept, NOW]


def test_once_a_day(db: None) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for moment, enqueued in ((NOW, 1), (NOW + timedelta(hours=23), 1), (NOW + timedelta(hours=24), 2)):
            clock.move_to(moment)
            sweep()
            assert DBTaskResult.objects.count() == enqueued
