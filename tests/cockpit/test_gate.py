"""Nothing is submitted that nobody looked at or that the checks stop; after the approval they have the first word."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from portal.actor import SYSTEM
from portal.cockpit.models import AppVersion, CheckReason, CheckRun, Move, RunState
from portal.cockpit.readiness import runs
from portal.cockpit.readiness.gate import Blocked, NotChecked
from portal.cockpit.release.check_commands import ChecksStillRun, pass_check
from portal.cockpit.release.commands import submit_release
from portal.notify.models import OutgoingMail
from portal.scoping import tenant_scope
from tests.cast import Cast, signed_in
from tests.cockpit.reading import again, recorded
from tests.cockpit.running import checked, report_that_found
from tests.cockpit.writing import RELEASE, approve, confirm, end_check


def submit(client: Client, app: AppVersion) -> Any:
    return client.post(f"/t/acme/apps/{app.pk}/submit/")


def approval_run(app: AppVersion) -> CheckRun:
    return CheckRun.all_tenants.get(version=app.pk, why=CheckReason.APPROVAL)


def end_approval_run(app: AppVersion, *found: str) -> CheckRun:
    """As the worker does, with what it found."""
    with tenant_scope(app.tenant_id):
        run = runs._claim(app.pk, SYSTEM)
        assert run is not None
        runs._end(run, report_that_found(*found) if found != ("failed",) else None, SYSTEM)
    return run


class TestSubmit:
    def test_blocking_finding_is_named(self, prepared: AppVersion, dev: Client) -> None:
        checked(prepared, "health-answers", "hsts")
        answer = submit(dev, prepared)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "found what stops a release: health-answers." in page
        assert f"/t/acme/apps/{prepared.pk}/checks/" in page
        assert again(prepared).state == "preparation"

    def test_warnings_and_hints_do_not_stop(self, prepared: AppVersion, dev: Client) -> None:
        checked(prepared, "hsts", "icon", "screenshot")
        assert submit(dev, prepared).status_code == 302

    def test_newest_run_counts(self, prepared: AppVersion, dev: Client) -> None:
        checked(prepared, "health-answers")
        checked(prepared)
        assert submit(dev, prepared).status_code == 302

    def test_not_before_a_run(self, prepared: AppVersion, dev: Client) -> None:
        with tenant_scope(prepared.tenant_id):
            CheckRun.objects.all().delete()
        assert "The readiness checks have not run yet." in submit(dev, prepared).content.decode()
        with tenant_scope(prepared.tenant_id), pytest.raises(NotChecked):
            submit_release(prepared, by=SYSTEM)

    def test_not_after_a_change(self, prepared: AppVersion, dev: Client) -> None:
        dev.post(f"/t/acme/apps/{prepared.pk}/prepare/", RELEASE | {"health_path": "/other"})
        assert "The readiness checks are still running." in submit(dev, prepared).content.decode()
        with tenant_scope(prepared.tenant_id):
            CheckRun.objects.filter(state=RunState.WAITING).delete()
        assert "Something was changed after" in submit(dev, prepared).content.decode()
        assert again(prepared).state == "preparation"

    def test_not_after_a_run_that_failed(self, prepared: AppVersion, dev: Client) -> None:
        CheckRun.all_tenants.update(state=RunState.FAILED)
        assert "could not be run to their end" in submit(dev, prepared).content.decode()

    def test_command_asks_itself(self, prepared: AppVersion) -> None:
        checked(prepared, "url-form")
        with tenant_scope(prepared.tenant_id), pytest.raises(Blocked):
            submit_release(prepared, by=SYSTEM)

    def test_waiver_does_not_help_what_blocks(self, prepared: AppVersion, dev: Client) -> None:
        checked(prepared, "health-answers")
        told = {"reason": "x", "ends_on": "2099-01-01"}
        dev.post(f"/t/acme/apps/{prepared.pk}/checks/health-answers/waive/", told)
        assert submit(dev, prepared).status_code == 422


class TestAfterTheApproval:
    @pytest.fixture
    def approved(self, waiting: AppVersion, dana: Client) -> AppVersion:
        assert approve(dana, waiting).status_code == 302
        assert confirm(waiting).status_code == 302
        return waiting

    def test_run_waits_for_the_worker(self, approved: AppVersion) -> None:
        assert approval_run(approved).state == RunState.WAITING

    def test_limit_does_not_keep_it_away(
        self, waiting: AppVersion, dana: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.constants.READINESS_RUNS_PER_HOUR", 1)
        approve(dana, waiting)
        assert approval_run(waiting).state == RunState.WAITING

    def test_run_of_a_change_that_waits_becomes_the_approval_s(
        self, waiting: AppVersion, dana: Client, dev: Client
    ) -> None:
        dev.post(f"/t/acme/apps/{waiting.pk}/checks/run/")
        approve(dana, waiting)
        assert [run.why for run in CheckRun.all_tenants.filter(state=RunState.WAITING)] == [CheckReason.APPROVAL]

    def test_operator_does_not_pass_before_it_ends(self, approved: AppVersion, cast: Cast) -> None:
        answer = end_check(signed_in(cast.olga), approved, outcome="pass")
        assert answer.status_code == 409
        assert "are still to end" in answer.content.decode()
        approval = Move.all_tenants.get(verb="approve")
        with tenant_scope(approved.tenant_id), pytest.raises(ChecksStillRun):
            pass_check(approved, approval=approval.pk, by=SYSTEM)
        assert again(approved).state == "check"

    def test_blocking_finding_ends_the_check(self, approved: AppVersion) -> None:
        run = end_approval_run(approved, "health-answers", "hsts", "url-form")
        assert again(approved).state == "remediation"
        step = Move.all_tenants.order_by("pk").last()
        assert step is not None
        assert (step.verb, step.by_id) == ("fail", SYSTEM.id)
        assert step.note == "The readiness checks found what stops a release: url-form, health-answers."
        assert len(OutgoingMail.objects.filter(template="release_checked")) == 2
        assert [told["by"] for told in recorded("release.check_failed")] == [SYSTEM.name]
        assert recorded("app.checks_ended")[0]["blocking"] == 2
        with tenant_scope(approved.tenant_id):
            CheckRun.objects.update(asked_at="2020-01-01T00:00:00Z")
            runs.forget_old()
        assert CheckRun.all_tenants.filter(pk=run.pk).exists()

    @pytest.mark.parametrize("found", [(), ("hsts",), ("failed",)])
    def test_else_the_operator_decides(self, approved: AppVersion, cast: Cast, found: tuple[str, ...]) -> None:
        end_approval_run(approved, *found)
        assert again(approved).state == "check"
        olga = signed_in(cast.olga)
        page = olga.get(f"/operator/releases/acme/{approved.pk}/").content.decode()
        assert ("Not accepted by anybody." in page) == (found == ("hsts",))
        assert ("could not be brought to its end" in page) == (found == ("failed",))
        assert end_check(olga, approved, outcome="pass").status_code == 302
        assert again(approved).state == "ready"

    def test_late_run_changes_nothing(self, approved: AppVersion, cast: Cast) -> None:
        """The operator said no while the checks ran."""
        answer = end_check(signed_in(cast.olga), approved, reason="No.")
        assert answer.status_code == 302
        end_approval_run(approved, "url-form")
        assert len(recorded("release.check_failed")) == 1

    def test_tasks_are_enqueued(
        self, waiting: AppVersion, dana: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            approve(dana, waiting)
        assert DBTaskResult.objects.filter(task_path="portal.cockpit.tasks.run_checks").count() == 1
