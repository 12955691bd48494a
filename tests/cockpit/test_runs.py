"""Runs in the background: one at a time for a version, taken up again after a killed worker, bounded and limited."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal import constants
from portal.actor import SYSTEM
from portal.cockpit import tasks
from portal.cockpit.checks.catalogue import CHECKS
from portal.cockpit.checks.check import found
from portal.cockpit.checks.report import Outcome, Report, Result
from portal.cockpit.checks.runner import Runner
from portal.cockpit.models import AppVersion, CheckReason, CheckRun, RunState
from portal.cockpit.readiness import runs
from portal.cockpit.readiness.kept import MOST_FINDINGS, as_kept, as_report
from portal.cockpit.readiness.subjects import fingerprint, subject_of
from portal.scoping import tenant_scope
from tests.cast import Cast, make_app
from tests.cockpit.checks.application import World
from tests.cockpit.reading import again, recorded
from tests.cockpit.running import checked, report_that_found
from tests.cockpit.served import authority, ca_file, served
from tests.fetch.servers import HOST

__all__ = ["authority", "ca_file", "served"]


def runs_of(app: AppVersion) -> list[CheckRun]:
    return list(CheckRun.all_tenants.filter(version=app.pk).order_by("pk"))


def claim(app: AppVersion) -> CheckRun | None:
    with tenant_scope(app.tenant_id):
        return runs._claim(app.pk, SYSTEM)


class TestOneRun:
    def test_everything_of_the_version_is_looked_at(self, cast: Cast, served: tuple[World, int]) -> None:
        world, port = served
        from portal.cockpit.models import Component

        app = make_app(cast.acme, component=Component("web", f"https://{HOST}:{port}/", ["/**"]))
        tasks.run_checks.call(app.tenant_id, app.pk)
        (run,) = runs_of(app)
        assert (run.state, run.why, run.attempts) == (RunState.DONE, CheckReason.DRAFT, 1)
        assert run.fingerprint == fingerprint(subject_of(again(app)))
        assert run.started_at and run.ended_at and run.lease_until is None
        report = as_report(run.results)
        assert report.ids(report.results[0].check.severity) == [], run.results
        assert run.blocking == 0
        assert report.of("health-answers").outcome is Outcome.PASSED
        assert report.of("display-name").outcome is Outcome.PASSED
        assert {path for path, _who in world.requests} >= {"/", "/health/"}
        assert {sight["url"] for sight in run.results["fetched"]} >= {f"https://{HOST}:{port}/"}
        assert world.token not in json.dumps(run.results)
        (told,) = recorded("app.checks_ended")
        assert (told["by"], told["subject"], told["blocking"]) == (SYSTEM.name, app.subject, 0)

    def test_nobody_answers(self, app: AppVersion, served: tuple[World, int]) -> None:
        tasks.run_checks.call(app.tenant_id, app.pk)
        (run,) = runs_of(app)
        assert run.state == RunState.DONE
        assert run.blocking > 0

    def test_failure_is_an_end(
        self, app: AppVersion, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(_self: Runner) -> Report:
            raise ZeroDivisionError

        monkeypatch.setattr(Runner, "run", broken)
        tasks.run_checks.call(app.tenant_id, app.pk)
        (run,) = runs_of(app)
        assert (run.state, run.results) == (RunState.FAILED, {})
        assert len(recorded("app.checks_failed")) == 1
        assert "A run of the readiness checks failed" in caplog.text


class TestQueue:
    def test_changes_wait_together(self, app: AppVersion, dev: Client) -> None:
        for name in ("One", "Two", "Three"):
            dev.post(f"/t/acme/apps/{app.pk}/edit/", {"display_name": name})
        assert again(app).display_name == "Three"
        assert [(run.state, run.why) for run in runs_of(app)] == [(RunState.WAITING, CheckReason.DRAFT)]

    def test_change_during_a_run_is_looked_at_afterwards(self, app: AppVersion, dev: Client) -> None:
        run = claim(app)
        dev.post(f"/t/acme/apps/{app.pk}/edit/", {"display_name": "Other"})
        assert claim(app) is None, "one at a time"
        assert [one.state for one in runs_of(app)] == [RunState.RUNNING, RunState.WAITING]
        assert run is not None
        with tenant_scope(app.tenant_id):
            runs._end(run, report_that_found(), SYSTEM)
        second = claim(app)
        assert second is not None
        assert (second.why, second.fingerprint) == (CheckReason.CHANGE, fingerprint(subject_of(again(app))))
        assert second.fingerprint != run.fingerprint

    @pytest.mark.parametrize("state", [RunState.RUNNING, RunState.WAITING])
    def test_database_keeps_it_to_one(self, app: AppVersion, state: str) -> None:
        with tenant_scope(app.tenant_id):
            CheckRun.objects.all().delete()
            CheckRun.objects.create(version=app, why=CheckReason.CHANGE, state=state, asked_by="x")
            with pytest.raises(IntegrityError), transaction.atomic():
                CheckRun.objects.create(version=app, why=CheckReason.CHANGE, state=state, asked_by="x")

    def test_everything_that_changes_something_starts_one(self, app: AppVersion, dev: Client) -> None:
        base = f"/t/acme/apps/{app.pk}/"
        for page, told in (
            ("edit/", {"display_name": "Other"}),
            ("components/add/", {"name": "data", "url": "https://data.acme.example/", "endpoints": "/**"}),
            ("component/data/remove/", {}),
            ("roles/names/", {"scopes": "default", "roles": "admin\nuser", "seen": app.roles_digest}),
            ("register/", None),
            (
                "prepare/",
                {"release_description": "x", "health_component": "web", "health_path": "/h", "credentials": "none"},
            ),
            ("new-version/", {"version": "v2"}),
        ):
            before = CheckRun.all_tenants.count()
            CheckRun.all_tenants.filter(state=RunState.WAITING).update(state=RunState.DONE)
            assert dev.post(base + page, told).status_code == 302, page
            assert CheckRun.all_tenants.count() == before + (told is not None), page

    def test_what_changes_nothing_starts_none(self, app: AppVersion, dev: Client) -> None:
        with tenant_scope(app.tenant_id):
            CheckRun.objects.all().delete()
        dev.post(f"/t/acme/apps/{app.pk}/edit/", {"display_name": app.display_name})
        assert runs_of(app) == []


class TestKilledWorker:
    def lose(self, app: AppVersion) -> None:
        CheckRun.all_tenants.filter(version=app.pk, state=RunState.RUNNING).update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )

    def test_is_taken_up_again(self, app: AppVersion) -> None:
        first = claim(app)
        assert runs.abandoned() == []
        self.lose(app)
        assert runs.abandoned() == [(app.tenant_id, app.pk)]
        tasks.sweep()
        assert DBTaskResult.objects.filter(task_path="portal.cockpit.tasks.run_checks").count() == 1
        second = claim(app)
        assert first is not None and second is not None
        assert (second.pk, second.attempts) == (first.pk, 2)
        with tenant_scope(app.tenant_id):
            runs._end(first, report_that_found("url-form"), SYSTEM)
        assert runs_of(app)[0].state == RunState.RUNNING, "the first worker has lost its claim"

    def test_ends_as_failed_at_last(self, app: AppVersion) -> None:
        for _ in range(runs.MOST_ATTEMPTS):
            assert claim(app) is not None
            self.lose(app)
        assert claim(app) is None
        assert [run.state for run in runs_of(app)] == [RunState.FAILED]

    def test_lost_task_is_found(self, app: AppVersion) -> None:
        assert runs.abandoned() == []
        CheckRun.all_tenants.update(asked_at=timezone.now() - timedelta(minutes=2))
        assert runs.abandoned() == [(app.tenant_id, app.pk)]
        claim(app)
        assert runs.abandoned() == []

    def test_progress_renews_the_claim_and_notices_its_loss(
        self, app: AppVersion, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from portal.cockpit.checks.runner import Progress

        went_on: list[bool] = []

        def looked(runner: Runner) -> Report:
            runner.progress(Progress(3, 50, "https://x.example/"))
            (run,) = runs_of(app)
            assert (run.done, run.of, run.what) == (3, 50, "https://x.example/")
            assert run.lease_until is not None
            assert run.lease_until > timezone.now()
            self.lose(app)
            assert claim(app) is not None
            runner.progress(Progress(4, 50, "https://y.example/"))
            went_on.append(True)
            return report_that_found()

        monkeypatch.setattr(runs, "TELL_EVERY", 0.0)
        monkeypatch.setattr(Runner, "run", looked)
        tasks.run_checks.call(app.tenant_id, app.pk)
        assert went_on == []
        assert [run.state for run in runs_of(app)] == [RunState.RUNNING]


class TestLimit:
    def test_refused_by_name_of_the_limit(self, app: AppVersion, dev: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "READINESS_RUNS_PER_HOUR", 2)
        checked(app)
        url = f"/t/acme/apps/{app.pk}/checks/run/"
        assert dev.post(url)["Location"] == f"/t/acme/apps/{app.pk}/checks/"
        assert len(recorded("app.checks_started")) == 1
        answer = dev.post(url)
        assert answer.status_code == 429
        assert "ran 2 times within the last hour" in answer.content.decode()

    def test_change_is_not_refused_for_it(self, app: AppVersion, dev: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "READINESS_RUNS_PER_HOUR", 1)
        checked(app)
        assert dev.post(f"/t/acme/apps/{app.pk}/edit/", {"display_name": "Other"}).status_code == 302
        assert len(runs_of(app)) == 1

    def test_old_ones_do_not_count(self, app: AppVersion, dev: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "READINESS_RUNS_PER_HOUR", 1)
        checked(app)
        CheckRun.all_tenants.update(asked_at=timezone.now() - timedelta(hours=2))
        assert dev.post(f"/t/acme/apps/{app.pk}/checks/run/").status_code == 302


def test_old_runs_are_forgotten(cast: Cast, app: AppVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "READINESS_RUNS_KEPT", 2)
    approval = checked(app, why=CheckReason.APPROVAL)
    made = [checked(app) for _ in range(4)]
    other = checked(make_app(cast.globex))
    tasks.forget_old_runs.call()
    assert len(runs_of(app)) == 5, "those of the last hour count for the limit"
    CheckRun.all_tenants.update(asked_at=timezone.now() - timedelta(hours=2))
    tasks.forget_old_runs.call()
    assert [run.pk for run in runs_of(app)] == [approval.pk, made[-2].pk, made[-1].pk]
    assert CheckRun.all_tenants.filter(pk=other.pk).exists()


class TestKept:
    def test_is_the_same_report_again(self) -> None:
        report = report_that_found("hsts", "url-form")
        again_ = as_report(json.loads(json.dumps(as_kept(report, {}))))
        assert [(one.check.id, one.outcome, one.findings) for one in again_.results] == [
            (one.check.id, one.outcome, one.findings) for one in report.results
        ]
        assert again_.counts == report.counts

    def test_is_bounded(self) -> None:
        many = tuple(found("%(url)s", url=f"https://{number}.example/" + "x" * 900) for number in range(500))
        results = tuple(Result(check, Outcome.FOUND, many) for check in CHECKS)
        kept = as_kept(Report(results, (), report_that_found().started, 1.0), {})
        assert all(len(one["findings"]) == MOST_FINDINGS and one["left_out"] == 480 for one in kept["checks"])
        assert len(json.dumps(kept)) < 300_000

    def test_since_is_that_of_the_first_run(self, app: AppVersion) -> None:
        first = as_kept(report_that_found("hsts"), {})
        first["checks"] = [
            one | {"since": "2020-01-01T00:00:00+00:00"} if "since" in one else one for one in first["checks"]
        ]
        second = as_kept(report_that_found("hsts", "url-form"), first)
        since = {one["id"]: one["since"] for one in second["checks"] if "since" in one}
        assert since["hsts"].startswith("2020")
        assert not since["url-form"].startswith("2020")
