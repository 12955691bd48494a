"""Provisioning: each step does what it says, can fail, says why, can run again; killed workers lose nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.html import escape
from django_tasks_db.models import DBTaskResult

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.emulator.testing import RunningEmulator
from portal.errors import Refusal, refusal_of
from portal.hub import authenticator
from portal.identity.issuers import known_tenant
from portal.keys.models import BindingKey
from portal.lib.secret import Secret
from portal.notify.delivery import deliver
from portal.notify.models import OutgoingMail
from portal.ops.orders import correct_order
from portal.scoping import tenant_scope
from portal.tenants import commands, provisioning, steps, tasks
from portal.tenants.models import Invitation, ProvisioningStep, StepName, Tenant
from portal.tenants.states import StateForbids, TenantState
from tests.cast import Cast, client_secret, make_order, signed_in
from tests.deployment import Deployment, eventually
from tests.environment import emulator
from tests.faults import audit_refuses
from tests.notify.conftest import use
from tests.notify.smtp_server import SmtpServer

HOST = "/1000001703.sws"
NAMES = [name.value for name in StepName]


def steps_of(tenant: Tenant) -> list[tuple[str, str, str]]:
    rows = ProvisioningStep.all_tenants.filter(tenant=tenant).order_by("position")
    return [(row.name, row.state, row.reason) for row in rows]


def run(tenant: Tenant) -> str:
    """Let the worker do what it can; the state of the tenant afterwards."""
    provisioning.run(tenant.pk, by=SYSTEM)
    tenant.refresh_from_db()
    return tenant.state


def names(tenant: Tenant) -> list[str]:
    rows = AuditRecord.all_tenants.filter(tenant=tenant).order_by("index")
    return [row.name for row in rows]


def test_from_order_to_active(db: None, hub: RunningEmulator) -> None:
    tenant = make_order()
    assert tenant.state == TenantState.REQUESTED
    assert steps_of(tenant) == [(name, "waiting", "") for name in NAMES]
    assert run(tenant) == TenantState.ACTIVE
    assert steps_of(tenant) == [(name, "done", "") for name in NAMES]
    assert names(tenant) == ["tenant.ordered", "key.imported", "member.invited", "tenant.activated"]
    with tenant_scope(tenant.pk):
        (invitation,) = Invitation.objects.all()
        assert (invitation.email, invitation.roles) == ("iris@initech.example", ["admin"])
        assert BindingKey.objects.get().is_upstream
    mail = OutgoingMail.objects.get()
    assert (mail.template, mail.recipient, mail.state) == ("welcome", "iris@initech.example", "sent")
    assert "initech" in mail.text
    assert "http://localhost:8000/t/initech/keys/create/" in mail.text


def test_each_step_asks_what_it_says(db: None, hub: RunningEmulator) -> None:
    tenant = make_order()
    hub.requests.clear()
    run(tenant)
    asked = [(request.method, request.path) for request in hub.requests]
    assert asked == [
        ("GET", KEYS),
        ("GET", "/1000001700.sws/oauth/authorize"),
        ("GET", f"{HOST}/token_keys"),
        ("POST", f"{HOST}/oauth/token"),
        ("GET", "/api.app/api/assetmanagement-1000001700/v3/assets"),
    ]


@contextmanager
def fault(pattern: str, **values: Any) -> Iterator[None]:
    """The emulator misbehaves on this path."""
    emulator.faults.add(pattern, **values)
    try:
        yield
    finally:
        emulator.faults.clear()


KEYS = f"{HOST}/token_keys"
TOKEN, ASSETS = f"{HOST}/oauth/token", "/api.app/api/assetmanagement-1000001700/*"
FAILURES: list[tuple[str, str, AbstractContextManager[None]]] = [
    ("name", "tenant_unknown_at_hub", fault(KEYS, status=404)),
    ("name", "tenant_moved_at_hub", fault(KEYS, status=302)),
    ("name", "hub_refused", fault(KEYS, status=503)),
    ("name", "hub_unavailable", fault(KEYS, drop=True)),
    ("identity", "hub_refused", fault("GET */oauth/authorize", status=503)),
    ("identity", "hub_unavailable", fault("GET */oauth/authorize", reset=True)),
    ("key_set", "no_usable_key", fault(KEYS, status=200, body='{"keys": []}')),
    ("key_set", "hub_error", fault(KEYS, broken_json=True)),
    ("credential", "hub_credential_refused", fault(f"POST {TOKEN}", status=401)),
    ("credential", "hub_error", fault(f"POST {TOKEN}", status=503)),
    ("credential", "hub_refused", fault(ASSETS, status=403)),
    ("credential", "hub_error", fault(ASSETS, broken_json=True)),
    ("member", "audit_unavailable", audit_refuses("member.invited")),
]


@pytest.mark.parametrize(
    ("step", "reason", "broken"), FAILURES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_step_fails_says_why_and_runs_again(
    step: str, reason: str, broken: AbstractContextManager[None], cast: Cast
) -> None:
    tenant = make_order()
    with broken:
        assert run(tenant) == TenantState.PROVISIONING
    at = NAMES.index(step)
    assert steps_of(tenant) == [
        *((name, "done", "") for name in NAMES[:at]),
        (step, "failed", reason),
        *((name, "waiting", "") for name in NAMES[at + 1 :]),
    ]
    assert names(tenant)[-1] == "provisioning.failed"
    # Nothing happens by itself to what failed.
    assert run(tenant) == TenantState.PROVISIONING
    assert steps_of(tenant)[at][1] == "failed"

    olga = signed_in(cast.olga)
    page = olga.get("/operator/tenants/initech/").content.decode()
    assert refusal_text(reason) in page
    authenticator.forget_all()  # a failed token is told to everybody for two seconds
    assert olga.post("/operator/tenants/initech/retry/")["Location"] == "/operator/tenants/initech/"
    assert run(tenant) == TenantState.ACTIVE
    assert names(tenant)[-1] == "tenant.activated"


def refusal_text(code: str) -> str:
    assert refusal_of(code) is not Refusal
    return escape(str(refusal_of(code).message))


class TestMailStep:
    @pytest.fixture
    def smtp(self, settings: Any) -> Iterator[SmtpServer]:
        server = SmtpServer()
        use(settings, server)
        yield server
        server.stop()

    @pytest.mark.parametrize(
        ("answer", "reason"), [("451 later", "mail_server_unavailable"), ("550 nobody", "mail_refused")]
    )
    def test_a_server_that_refuses(
        self, db: None, hub: RunningEmulator, smtp: SmtpServer, answer: str, reason: str
    ) -> None:
        tenant = make_order()
        smtp.answers["RCPT"] = answer
        assert run(tenant) == TenantState.PROVISIONING
        assert steps_of(tenant)[-1] == ("mail", "failed", reason)
        smtp.answers.clear()
        commands.retry_provisioning(tenant, by=SYSTEM)
        assert run(tenant) == TenantState.ACTIVE
        (mail,) = smtp.mails
        assert mail["To"] == "iris@initech.example"

    def test_a_server_that_is_away(self, db: None, hub: RunningEmulator, smtp: SmtpServer, settings: Any) -> None:
        tenant = make_order()
        settings.EMAIL_PORT = 1
        run(tenant)
        assert steps_of(tenant)[-1] == ("mail", "failed", "mail_server_unavailable")
        settings.EMAIL_PORT = smtp.port
        commands.retry_provisioning(tenant, by=SYSTEM)
        assert run(tenant) == TenantState.ACTIVE

    def test_goes_on_by_itself_once_the_mail_is_out(self, db: None, hub: RunningEmulator, smtp: SmtpServer) -> None:
        tenant = make_order()
        smtp.answers["RCPT"] = "451 later"
        run(tenant)
        tasks.sweep()
        assert steps_of(tenant)[-1] == ("mail", "failed", "mail_server_unavailable")
        smtp.answers.clear()
        OutgoingMail.objects.update(next_attempt_at=timezone.now())
        deliver(OutgoingMail.objects.get().pk)
        tasks.sweep()
        assert steps_of(tenant)[-1] == ("mail", "waiting", "")
        assert run(tenant) == TenantState.ACTIVE
        assert len(smtp.received) == 1

    def test_a_mail_to_somebody_else_does_not_count(self, db: None, hub: RunningEmulator, smtp: SmtpServer) -> None:
        """A's mail had gone out, then the order was corrected to B, whose address the server refuses."""
        tenant = make_order()
        with tenant_scope(tenant.pk):
            steps.send_welcome(tenant, SYSTEM)
        TestCorrect().correct(tenant, first_admin_email="ivan@initech.example")
        smtp.answers["RCPT"] = "550 nobody"
        run(tenant)
        for _ in range(3):
            tasks.sweep()
        assert steps_of(tenant)[-1] == ("mail", "failed", "mail_refused")
        assert names(tenant).count("provisioning.retried") == 0

    def test_an_invitation_that_expired_meanwhile_is_made_anew(
        self, db: None, hub: RunningEmulator, smtp: SmtpServer
    ) -> None:
        tenant = make_order()
        smtp.answers["RCPT"] = "451 later"
        run(tenant)
        Invitation.all_tenants.update(expires_at=timezone.now())
        smtp.answers.clear()
        commands.retry_provisioning(tenant, by=SYSTEM)
        assert run(tenant) == TenantState.ACTIVE
        with tenant_scope(tenant.pk):
            assert Invitation.objects.get(withdrawn_at=None).is_open
        assert len(smtp.received) == 1

    def test_a_step_that_runs_twice_sends_one_mail(self, db: None, hub: RunningEmulator, smtp: SmtpServer) -> None:
        tenant = make_order()
        run(tenant)
        with tenant_scope(tenant.pk):
            steps.send_welcome(tenant, SYSTEM)
        assert len(smtp.received) == 1

    def test_in_german(self, db: None, hub: RunningEmulator, smtp: SmtpServer) -> None:
        run(make_order(first_admin_language="de"))
        (mail,) = smtp.mails
        assert mail["Content-Language"] == "de"


def test_a_mistake_of_ours_is_a_failed_step_too(db: None, hub: RunningEmulator, monkeypatch: Any) -> None:
    def broken(tenant: Tenant, by: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(steps.STEPS, "key_set", steps.Step("", broken))
    tenant = make_order()
    assert run(tenant) == TenantState.PROVISIONING
    assert steps_of(tenant)[2] == ("key_set", "failed", "internal_error")


def test_no_provider_signs_in_the_people_of_the_environment(db: None, hub: RunningEmulator, settings: Any) -> None:
    settings.OIDC_PROVIDERS = []
    tenant = make_order()
    run(tenant)
    assert steps_of(tenant)[1] == ("identity", "failed", "no_sign_in_provider")


class TestCorrect:
    def correct(self, tenant: Tenant, **changed: Any) -> None:
        told = {name: getattr(tenant, name) for name in commands.ORDER_FIELDS}
        given: dict[str, Any] = {"client_id": "initech-hub-reader", "secret": None} | changed
        correct_order(tenant, by=SYSTEM, **told | given)

    def test_all_steps_run_again(self, db: None, hub: RunningEmulator) -> None:
        tenant = make_order(secret=Secret("wrong"))
        run(tenant)
        assert steps_of(tenant)[3] == ("credential", "failed", "hub_credential_refused")
        self.correct(
            tenant, secret=Secret(client_secret("initech-hub-reader")), first_admin_email="ivan@initech.example"
        )
        assert steps_of(tenant) == [(name, "waiting", "") for name in NAMES]
        assert run(tenant) == TenantState.ACTIVE
        assert OutgoingMail.objects.get().recipient == "ivan@initech.example"

    def test_a_mail_that_waits_is_written_anew(self, db: None, hub: RunningEmulator, settings: Any) -> None:
        tenant = make_order()
        backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_PORT = 1
        run(tenant)
        settings.EMAIL_BACKEND = backend
        self.correct(tenant, display_name="Initech Drives Inc.", first_admin_language="de")
        assert run(tenant) == TenantState.ACTIVE
        mail = OutgoingMail.objects.get()
        assert mail.language == "de"
        assert "Initech Drives Inc." in mail.subject + mail.text

    def test_a_mail_to_the_wrong_person_is_taken_back(self, db: None, hub: RunningEmulator, settings: Any) -> None:
        tenant = make_order()
        settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
        run(tenant)
        assert OutgoingMail.objects.count() == 1
        commands.cancel_order(tenant, by=SYSTEM)
        assert OutgoingMail.objects.count() == 0

    def test_who_was_invited_by_mistake_is_not_any_more(self, db: None, hub: RunningEmulator, settings: Any) -> None:
        tenant = make_order()
        settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
        run(tenant)
        self.correct(tenant, first_admin_email="ivan@initech.example")
        with tenant_scope(tenant.pk):
            assert [one.email for one in Invitation.objects.filter(withdrawn_at=None)] == []

    def test_not_while_a_step_runs(self, db: None, hub: RunningEmulator) -> None:
        tenant = make_order()
        with tenant_scope(tenant.pk):
            assert provisioning._claim_next(tenant.pk, SYSTEM) is not None
        with pytest.raises(provisioning.StepRunning):
            self.correct(tenant)
        with pytest.raises(provisioning.StepRunning):
            commands.cancel_order(tenant, by=SYSTEM)

    def test_an_admin_who_has_accepted_gets_no_second_mail(self, db: None, hub: RunningEmulator) -> None:
        tenant = make_order()
        with tenant_scope(tenant.pk):
            steps.invite_first_admin(tenant, SYSTEM)
            steps.send_welcome(tenant, SYSTEM)
            Invitation.objects.update(accepted_at=timezone.now())
        self.correct(tenant, display_name="Initech")
        assert run(tenant) == TenantState.ACTIVE
        assert OutgoingMail.objects.count() == 1

    def test_not_once_it_is_active(self, db: None, hub: RunningEmulator) -> None:
        tenant = make_order()
        run(tenant)
        with pytest.raises(StateForbids):
            self.correct(tenant)


def test_an_unknown_tenant_is_told_from_a_broken_hub(db: None, hub: RunningEmulator) -> None:
    tenant = make_order("umbrella", numeric_id="1000009999", secret=Secret("any"), client_id="umbrella-x")
    run(tenant)
    assert steps_of(tenant)[0] == ("name", "failed", "tenant_unknown_at_hub")


class TestNumericId:
    def test_a_cancelled_order_gives_it_back(self, db: None, hub: RunningEmulator) -> None:
        wrong = make_order("initehc", secret=Secret("any"), client_id="initech-hub-reader")
        commands.cancel_order(wrong, by=SYSTEM)
        assert run(make_order()) == TenantState.ACTIVE
        found = known_tenant("emulatorx", "1000001703")
        assert found is not None
        assert found.name == "initech"

    def test_two_tenants_that_live_do_not_share_one(self, db: None, hub: RunningEmulator) -> None:
        make_order()
        with pytest.raises(ValidationError, match="Another tenant of this portal has this numeric id"):
            make_order("other", client_id="x", secret=Secret("x"))


class TestCrash:
    """What a worker that was killed leaves behind, and how others go on."""

    @pytest.fixture
    def orphan(self, db: None, hub: RunningEmulator) -> Tenant:
        """A tenant whose worker died in its first step."""
        tenant = make_order()
        with tenant_scope(tenant.pk):
            provisioning._claim_next(tenant.pk, SYSTEM)
        return tenant

    def test_nobody_takes_over_while_the_claim_holds(self, orphan: Tenant) -> None:
        assert provisioning.abandoned() == []
        assert run(orphan) == TenantState.PROVISIONING
        assert steps_of(orphan)[0] == ("name", "running", "")

    def test_afterwards_the_sweep_enqueues_it_once(self, orphan: Tenant) -> None:
        self.time_passes(orphan)
        tasks.sweep()
        (task,) = DBTaskResult.objects.all()
        assert task.args_kwargs["args"] == [orphan.pk]
        assert run(orphan) == TenantState.ACTIVE
        assert provisioning.abandoned() == []

    def test_a_lost_task_is_found(self, db: None, hub: RunningEmulator) -> None:
        tenant = make_order()
        assert provisioning.abandoned() == []  # its task may be on its way
        self.time_passes(tenant)
        assert provisioning.abandoned() == [tenant.pk]

    def test_failed_and_finished_ones_are_left_alone(self, db: None, hub: RunningEmulator) -> None:
        failed = make_order(secret=Secret("wrong"))
        run(failed)
        self.time_passes(failed)
        assert provisioning.abandoned() == []
        commands.cancel_order(failed, by=SYSTEM)
        assert provisioning.abandoned() == []

    def test_a_worker_that_comes_late_does_not_end_the_step_of_another(self, orphan: Tenant) -> None:
        with tenant_scope(orphan.pk):
            late = ProvisioningStep.objects.get(name="name")
            self.time_passes(orphan)
            assert provisioning._claim_next(orphan.pk, SYSTEM) is not None
            provisioning._fail(late, StateForbids(), SYSTEM)
        assert steps_of(orphan)[0] == ("name", "running", "")

    def test_a_worker_that_was_taken_for_dead_changes_nothing(self, orphan: Tenant) -> None:
        with tenant_scope(orphan.pk):
            late = ProvisioningStep.objects.get(name="name")
        self.time_passes(orphan)
        assert run(orphan) == TenantState.ACTIVE
        with tenant_scope(orphan.pk):
            provisioning._fail(late, StateForbids(), SYSTEM)
        assert steps_of(orphan)[0] == ("name", "done", "")

    def time_passes(self, tenant: Tenant) -> None:
        past = timezone.now() - timedelta(days=1)
        rows = ProvisioningStep.all_tenants.filter(tenant=tenant)
        rows.update(changed_at=past)
        rows.exclude(lease_until=None).update(lease_until=past)


@pytest.mark.django_db(transaction=True)
def test_several_workers_run_each_step_once(erasable_log: None, hub: RunningEmulator) -> None:
    tenant = make_order()
    hub.requests.clear()

    def work() -> None:
        try:
            provisioning.run(tenant.pk, by=SYSTEM)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    tenant.refresh_from_db()
    assert tenant.state == TenantState.ACTIVE
    assert {row.attempts for row in ProvisioningStep.all_tenants.all()} == {1}
    assert len([request for request in hub.requests if request.path == TOKEN]) == 1
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("pattern", [KEYS, f"POST {TOKEN}", ASSETS])
def test_a_killed_worker_loses_nothing(
    pattern: str, deployment: Deployment, hub: RunningEmulator, smtp_process: SmtpServer
) -> None:
    """kill -9 in the middle of a step: the next worker goes on, and there is one welcome mail."""
    deployment.more = {"PORTAL_PROVISIONING_LEASE": "2"}
    hub.faults.add(pattern, latency=20, times=1)
    deployment.manage("tenant", "provision", "initech", "--no-wait", *ORDER, told=client_secret("initech-hub-reader"))
    first = deployment.start_worker()
    eventually(lambda: any(fault.hits for fault in hub.faults))
    first.kill()
    first.wait()
    assert state_of(deployment) == "provisioning"
    deployment.start_worker()
    eventually(lambda: state_of(deployment) == "active")
    assert [mail["To"] for mail in smtp_process.mails] == ["iris@initech.example"]
    attempts = deployment.sql("SELECT attempts FROM tenants_provisioningstep ORDER BY attempts")
    assert attempts == [(1,)] * 5 + [(2,)]


def test_a_worker_killed_while_it_sends_sends_at_most_one_mail_more(
    deployment: Deployment, smtp_process: SmtpServer
) -> None:
    deployment.more = {"PORTAL_PROVISIONING_LEASE": "2", "PORTAL_MAIL_TIMEOUT": "10"}
    smtp_process.stalls = {"AFTER"}
    deployment.manage("tenant", "provision", "initech", "--no-wait", *ORDER, told=client_secret("initech-hub-reader"))
    first = deployment.start_worker()
    eventually(lambda: smtp_process.received)
    first.kill()
    first.wait()
    smtp_process.stalls = set()
    deployment.sql("UPDATE notify_outgoingmail SET lease_until = '2026-01-01 00:00:00'")
    deployment.start_worker()
    eventually(lambda: state_of(deployment) == "active")
    assert len(smtp_process.received) == 2
    assert len({mail["Message-ID"] for mail in smtp_process.mails}) == 1


def state_of(deployment: Deployment) -> str:
    return str(deployment.sql("SELECT state FROM tenants_tenant")[0][0])


ORDER = (
    "--display-name=Initech Drives",
    "--company=Initech Drives Inc.",
    "--company-domain=initech.example",
    "--environment=emulatorx",
    "--numeric-id=1000001703",
    "--admin=iris@initech.example",
    "--client-id=initech-hub-reader",
)
