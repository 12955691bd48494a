"""How a released application is, told to the Hub: when it changed, and when the last word runs out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal import constants
from portal.cockpit import tasks
from portal.cockpit.models import AppVersion, CheckReason, Registration, RegistrationState, Ticket
from portal.cockpit.registration import hub_health, registrations
from portal.cockpit.watching.watched import stale_after
from portal.emulator.testing import RunningEmulator
from portal.keys.models import BindingKey
from portal.scoping import tenant_scope
from tests.cast import Cast, make_upstream_key, signed_in
from tests.cockpit.reading import recorded
from tests.cockpit.test_registration_at_hub import at_hub, nothing_there, row
from tests.cockpit.test_tickets import look
from tests.cockpit.test_watch import released
from tests.faults import audit_refuses

__all__ = ["nothing_there"]
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=timezone.get_default_timezone())
CALL = "PUT /gateway/api/emulatorcockpit/v1/applications/*/health"
TASK = "portal.cockpit.tasks.tell_health"


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def developer(cast: Cast) -> BindingKey:
    return make_upstream_key(cast.acme, "Developer access", "hub-developer")


@pytest.fixture
def at_work(clock: time_machine.Coordinates, developer: BindingKey, cast: Cast, hub: RunningEmulator) -> AppVersion:
    """Released, and registered at the Hub, which knows nothing of its health yet."""
    app = released(cast)
    with tenant_scope(app.tenant_id), transaction.atomic():
        registrations.wish(app, is_wanted=True)
    registrations.run(app.tenant_id, app.pk)
    assert row(app).state == RegistrationState.DONE
    hub_health.run(app.tenant_id, app.pk)
    hub.hub.requests.clear()
    return app


def work(app: AppVersion) -> Registration:
    hub_health.run(app.tenant_id, app.pk)
    return row(app)


def known(hub: RunningEmulator) -> dict[str, str]:
    """What the Hub was told."""
    described: dict[str, str] = at_hub(hub, "app0").health.described
    return described


def calls(hub: RunningEmulator) -> int:
    return sum(one.path.endswith("/health") for one in hub.hub.requests.newest())


def test_it_turns_red_and_recovers(
    at_work: AppVersion, hub: RunningEmulator, dev: Client, django_capture_on_commit_callbacks: Any
) -> None:
    assert at_hub(hub, "app0").health is None
    with django_capture_on_commit_callbacks(execute=True):
        look(at_work, "health-status")
    assert DBTaskResult.objects.filter(task_path=TASK).exists()
    tasks.tell_health.call(at_work.tenant_id, at_work.pk)
    assert known(hub) == {
        "status": "red",
        "observedAt": "2026-12-01T12:00:00Z",
        "validUntil": "2026-12-02T06:00:00Z",
    }
    page = dev.get(f"/t/acme/apps/{at_work.pk}/").content.decode()
    assert "On its tile:" in page
    look(at_work)
    work(at_work)
    assert known(hub)["status"] == "green"
    assert [(one["health"], one["by"]) for one in recorded("app.hub_health_told")] == [
        ("bad", "Bindery"),
        ("ok", "Bindery"),
    ]


def test_what_it_knows_costs_no_call(at_work: AppVersion, hub: RunningEmulator, clock: Any) -> None:
    look(at_work)
    work(at_work)
    for hours, expected in ((6, 1), (6, 2), (6, 2)):
        clock.shift(timedelta(hours=hours))
        look(at_work)
        work(at_work)
        assert calls(hub) == expected
    # Renewed before it ran out, which is no news.
    assert known(hub)["observedAt"] == "2026-12-02T00:00:00Z"
    assert len(recorded("app.hub_health_told")) == 1


def test_ticket_that_is_accepted_changes_it(at_work: AppVersion, hub: RunningEmulator, dana: Client) -> None:
    look(at_work, "hsts")
    work(at_work)
    assert known(hub)["status"] == "yellow"
    ticket = Ticket.all_tenants.get(version=at_work)
    dana.post(f"/t/acme/apps/{at_work.pk}/tickets/{ticket.pk}/accept/", {"reason": "Planned."})
    work(at_work)
    assert known(hub)["status"] == "green"


def test_hub_that_is_away_is_told_later(at_work: AppVersion, hub: RunningEmulator, clock: Any, dev: Client) -> None:
    hub.faults.add(CALL, status=503, times=1)
    look(at_work, "health-status")
    failed = work(at_work)
    assert (failed.told_health, failed.health_attempts) == ("", 1)
    assert failed.health_due_at == NOON + timedelta(seconds=30)
    assert (
        "The Hub could not be told how the application is now."
        in dev.get(f"/t/acme/apps/{at_work.pk}/").content.decode()
    )
    (told,) = recorded("app.hub_health_failed")
    assert told["reason"] == "hub_refused"
    assert work(at_work).health_attempts == 1
    clock.shift(timedelta(seconds=61))
    assert hub_health.due() == [(at_work.tenant_id, at_work.pk)]
    tasks.sweep()
    assert work(at_work).told_health == "bad"
    assert known(hub)["status"] == "red"
    assert hub_health.due() == []


def test_hub_that_forgot_the_application_is_told_after_the_next_look(
    at_work: AppVersion, hub: RunningEmulator, dev: Client
) -> None:
    hub.hub.applications.remove("acme-app0-acme")
    look(at_work, "health-status")
    assert work(at_work).health_due_at is None
    assert "Bindery tries again after the next look." in dev.get(f"/t/acme/apps/{at_work.pk}/").content.decode()


def test_registered_anew_it_is_told_anew(at_work: AppVersion, hub: RunningEmulator) -> None:
    look(at_work)
    work(at_work)
    hub.hub.applications.remove("acme-app0-acme")
    with tenant_scope(at_work.tenant_id), transaction.atomic():
        registrations.wish(at_work, is_wanted=True)
    registrations.run(at_work.tenant_id, at_work.pk)
    work(at_work)
    assert known(hub)["status"] == "green"


def test_version_that_the_hub_does_not_have_is_not_told(at_work: AppVersion, hub: RunningEmulator) -> None:
    Registration.all_tenants.update(state=RegistrationState.REPLACED)
    look(at_work, "health-status")
    assert work(at_work).health_due_at is None
    assert calls(hub) == 0


def test_what_changes_during_the_call_is_told_as_well(
    at_work: AppVersion, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    tell = hub_health._tell

    def slowly(told: Registration) -> Any:
        heard = tell(told)
        if heard and heard[0] == "bad":
            clock.shift(timedelta(seconds=1))
            with tenant_scope(at_work.tenant_id):
                Ticket.objects.all().delete()
            look(at_work)
        return heard

    look(at_work, "health-status")
    monkeypatch.setattr(hub_health, "_tell", slowly)
    assert work(at_work).told_health == "ok"
    assert known(hub)["status"] == "green"


def test_worker_that_was_taken_for_dead_lets_it_be_told_again(at_work: AppVersion, clock: Any) -> None:
    look(at_work, "health-status")
    with tenant_scope(at_work.tenant_id):
        late = hub_health._claim(at_work.pk)
        assert late is not None
        assert row(at_work).health_attempts == 0  # the page must not tell a failure while the Hub is being told
        assert hub_health._claim(at_work.pk) is None
    clock.shift(timedelta(minutes=3))
    look(at_work)
    assert work(at_work).told_health == "ok"
    with tenant_scope(at_work.tenant_id):
        told = hub_health._tell(late)
        hub_health._finish(late, told)
    assert (row(at_work).told_health, row(at_work).health_due_at) == ("", timezone.now())
    assert work(at_work).told_health == "ok"


def test_audit_log_that_refuses_lets_it_be_told_again(at_work: AppVersion, hub: RunningEmulator) -> None:
    look(at_work, "health-status")
    with audit_refuses(), pytest.raises(Exception):  # noqa: B017 - the fault's own
        work(at_work)
    assert (row(at_work).told_health, row(at_work).health_due_at) == ("", NOON + hub_health.LEASE)


def test_too_old_it_is_unknown_here_as_well(
    at_work: AppVersion, cast: Cast, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = signed_in(cast.dev)
    monkeypatch.setattr(constants, "WATCH_HOURS", 1)
    look(at_work, why=CheckReason.DEMAND)
    work(at_work)
    assert "health unknown" not in dev.get(f"/t/acme/apps/{at_work.pk}/").content.decode()
    assert "Last look:" in dev.get("/t/acme/apps/").content.decode()
    clock.shift(stale_after())
    dev = signed_in(cast.dev)
    assert dev.get(f"/t/acme/apps/{at_work.pk}/").content.decode().count("health unknown") == 2


def test_newer_version_that_is_registered_begins_anew(at_work: AppVersion, hub: RunningEmulator, dev: Client) -> None:
    look(at_work, "health-status")
    work(at_work)
    dev.post(f"/t/acme/apps/{at_work.pk}/new-version/", {"version": "v1.1.0"})
    newer = AppVersion.all_tenants.get(version="v1.1.0")
    dev.post(f"/t/acme/apps/{newer.pk}/register/")
    registrations.run(newer.tenant_id, newer.pk)
    assert (at_hub(hub, "app0").version, at_hub(hub, "app0").health) == ("v1.1.0", None)
    look(at_work)
    assert work(at_work).health_due_at is None
    assert at_hub(hub, "app0").health is None
