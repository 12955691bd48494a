"""After the release: what is due is looked at, never all at once; looks of the watch are nobody's runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal import constants
from portal.actor import SYSTEM
from portal.cockpit import tasks
from portal.cockpit.models import AppVersion, CheckReason, CheckRun, RunState
from portal.cockpit.moves import move
from portal.cockpit.readiness.commands import start_run
from portal.cockpit.states import Verb
from portal.cockpit.watching import watch
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant
from portal.tenants.states import TenantState
from tests.cast import Cast, make_app
from tests.cockpit.running import checked

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=timezone.get_default_timezone())


def released(cast: Cast, number: int = 0, **told: str) -> AppVersion:
    """Ready for assignment since yesterday; nothing of it waits."""
    return ready(make_app(cast.acme, f"app{number}", **told))


def ready(app: AppVersion) -> AppVersion:
    """This version, which is in development, or a newer one like it; ready since yesterday, by all steps."""
    told = {"approved_by": "Dana", "alternate_email": "sub@acme.example", "notice": "x"}
    yesterday = time_machine.travel(timezone.now() - timedelta(days=1), tick=False)
    with tenant_scope(app.tenant_id), yesterday, transaction.atomic():
        CheckRun.objects.filter(version=app).delete()
        version = AppVersion.objects.get(pk=app.pk)
        if not version.is_editable:
            version = AppVersion.objects.create(
                application=version.application,
                version=f"{version.version}.1",
                display_name=version.display_name,
                components=version.components,
                created_by="Dev",
            )
        for verb in (Verb.REGISTER, Verb.PREPARE, Verb.SUBMIT, Verb.APPROVE, Verb.PASS):
            move(version, verb, by=SYSTEM, **(told if verb == Verb.APPROVE else {}))
        return version


def waiting() -> list[CheckRun]:
    return list(CheckRun.all_tenants.filter(why=CheckReason.WATCH, state=RunState.WAITING).order_by("pk"))


def done_at(app: AppVersion, at: datetime, why: CheckReason = CheckReason.WATCH) -> None:
    CheckRun.all_tenants.filter(pk=checked(app, why=why).pk).update(asked_at=at)


@pytest.fixture
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.usefixtures("at_noon")
class TestDue:
    def test_sweep_starts_it_by_the_system(self, cast: Cast) -> None:
        app = released(cast)
        tasks.forget()
        tasks.sweep()
        (run,) = waiting()
        assert (run.version_id, run.asked_by) == (app.pk, SYSTEM.name)
        assert DBTaskResult.objects.filter(task_path="portal.cockpit.tasks.run_checks").exists()
        tasks.forget()
        tasks.sweep()
        assert len(waiting()) == 1

    def test_once_in_so_many_hours(self, cast: Cast) -> None:
        app = released(cast)
        done_at(app, NOW - timedelta(hours=5, minutes=59))
        assert watch.start_due(by=SYSTEM) == []
        with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
            assert watch.start_due(by=SYSTEM) == [(app.tenant_id, app.pk)]

    def test_look_that_somebody_asked_for_counts(self, cast: Cast) -> None:
        done_at(released(cast), NOW - timedelta(hours=1), CheckReason.DEMAND)
        assert watch.start_due(by=SYSTEM) == []

    def test_run_before_the_release_is_no_look(self, cast: Cast) -> None:
        done_at(app := released(cast), NOW - timedelta(days=2), CheckReason.DEMAND)
        with tenant_scope(app.tenant_id):
            CheckRun.objects.update(asked_at=NOW - timedelta(hours=1), why=CheckReason.APPROVAL)
        assert watch.start_due(by=SYSTEM) == [(app.tenant_id, app.pk)]

    def test_not_while_it_is_off(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        released(cast)
        monkeypatch.setattr(constants, "WATCH_HOURS", 0)
        assert watch.start_due(by=SYSTEM) == []

    def test_only_what_is_ready(self, cast: Cast, in_check: AppVersion) -> None:
        make_app(cast.acme, "draft")
        assert watch.start_due(by=SYSTEM) == []

    def test_newest_ready_version_alone(self, cast: Cast) -> None:
        old = released(cast)
        newer = ready(old)
        assert watch.start_due(by=SYSTEM) == [(newer.tenant_id, newer.pk)]

    def test_not_for_a_tenant_that_is_closed(self, cast: Cast) -> None:
        released(cast)
        Tenant.objects.filter(pk=cast.acme.pk).update(state=TenantState.SUSPENDED)
        assert watch.start_due(by=SYSTEM) == []

    def test_never_all_at_once_and_the_oldest_first(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(constants.PACKAGES["S"], "applications", 10)
        monkeypatch.setattr(watch, "MOST_WAITING", 2)
        apps = [released(cast, number) for number in range(4)]
        for number, app in enumerate(apps):
            done_at(app, NOW - timedelta(hours=10 + number))
        assert [pk for _tenant, pk in watch.start_due(by=SYSTEM)] == [apps[3].pk, apps[2].pk]
        assert watch.start_due(by=SYSTEM) == []
        CheckRun.all_tenants.filter(pk=waiting()[0].pk).update(state=RunState.DONE)
        assert [pk for _tenant, pk in watch.start_due(by=SYSTEM)] == [apps[1].pk]

    def test_second_worker_starts_none(self, cast: Cast) -> None:
        app = released(cast)
        before = NOW - timedelta(hours=6)
        with tenant_scope(app.tenant_id):
            assert watch._start(app.pk, before, SYSTEM)
            assert not watch._start(app.pk, before, SYSTEM)
            CheckRun.objects.update(state=RunState.DONE)
            assert not watch._start(app.pk, before, SYSTEM)


def test_looks_do_not_count_against_the_limit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "READINESS_RUNS_PER_HOUR", 1)
    app = released(cast)
    checked(app, why=CheckReason.WATCH)
    with tenant_scope(app.tenant_id):
        start_run(app, by=SYSTEM)


def test_looks_are_forgotten_like_others(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "READINESS_RUNS_KEPT", 2)
    app = released(cast)
    for _ in range(4):
        checked(app, why=CheckReason.WATCH)
    CheckRun.all_tenants.update(asked_at=timezone.now() - timedelta(hours=2))
    tasks.forget_old_runs.call()
    assert CheckRun.all_tenants.filter(version=app.pk).count() == 2


def test_look_now(cast: Cast, dev: Client) -> None:
    app = released(cast)
    page = dev.get(f"/t/acme/apps/{app.pk}/").content.decode()
    assert "Look now" in page
    assert dev.post(f"/t/acme/apps/{app.pk}/checks/run/").status_code == 302
    assert CheckRun.all_tenants.get(version=app.pk).why == CheckReason.DEMAND
