"""Mails before a key expires: at 90, 30, 7 and 1 days, once each, to the contact and the admins."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal import constants
from portal.keys import tasks
from portal.keys.expiry import end_of, in_days
from portal.keys.models import BindingKey
from portal.notify.models import OutgoingMail
from portal.permissions import Role
from portal.tenants.models import Membership, Tenant
from portal.tenants.states import TenantState
from tests.cast import Cast, make_key, make_member, make_upstream_key

pytestmark = pytest.mark.usefixtures("clock")


def ending(cast: Cast, days: int, name: str = "Pump") -> BindingKey:
    return make_key(cast.acme, name, expires_at=end_of(in_days(days)))[0]


def notices_enqueued() -> QuerySet[DBTaskResult]:
    return DBTaskResult.objects.filter(task_path="portal.keys.tasks.notify_expiry")


def swept() -> list[tuple[str, str]]:
    """Recipient and subject of the mails that one sweep and its tasks write."""
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    DBTaskResult.objects.all().delete()
    tasks.forget()
    tasks.sweep()
    for task in notices_enqueued():
        tasks.notify_expiry.call(*task.args_kwargs["args"])
    made = OutgoingMail.objects.exclude(pk__in=before).order_by("recipient", "subject")
    return [(mail.recipient, mail.subject.partition(" on ")[0]) for mail in made]


ALICE = ("alice@acme.example", "The key Pump expires")


def days_with_a_notice(clock: time_machine.Traveller, key: BindingKey, days: int) -> list[int]:
    """On which days before the expiry a mail is written, when the worker looks each day, twice."""
    assert key.expires_at is not None
    told = []
    for left in range(days, -2, -1):
        clock.move_to(
            datetime.combine(key.expires_at.date() - timedelta(days=left), datetime.min.time()).astimezone(
                key.expires_at.tzinfo
            )
        )
        told += [left for _mail in [*swept(), *swept()]]
    return told


@pytest.mark.parametrize(
    ("life", "told"),
    [
        (365, [90, 30, 7, 1]),
        (91, [90, 30, 7, 1]),
        (90, [30, 7, 1]),
        (30, [7, 1]),
        (8, [7, 1]),
        (7, [1]),
        (1, []),
    ],
)
def test_once_at_each_time_that_is_shorter_than_its_life(
    life: int, told: list[int], cast: Cast, clock: time_machine.Traveller
) -> None:
    key = ending(cast, life)
    assert days_with_a_notice(clock, key, min(life, 95)) == told


def test_says_when_and_leads_to_the_key(cast: Cast, clock: time_machine.Traveller) -> None:
    key = ending(cast, 365)
    clock.move_to("2027-11-13T08:00:00Z")
    assert swept() == [ALICE]
    mail = OutgoingMail.objects.get()
    assert "20 Nov 2027, 23:59 UTC" in mail.text.replace("\u200b", "")
    assert f"http://localhost:8000/t/acme/keys/{key.pk}/" in mail.text


def test_what_passed_while_no_worker_ran_is_told_once(cast: Cast, clock: time_machine.Traveller) -> None:
    ending(cast, 365)
    clock.move_to("2027-11-15T08:00:00Z")
    assert swept() == [ALICE]
    assert swept() == []


def test_contact_and_admins_each_once_in_their_language(cast: Cast, clock: time_machine.Traveller) -> None:
    key = ending(cast, 365)
    bob = make_member(cast.acme, "bob@acme.example", Role.ADMIN)
    bob.language = "de"
    bob.save()
    BindingKey.all_tenants.filter(pk=key.pk).update(contact_email="line4@acme.example")
    clock.move_to("2027-11-13T08:00:00Z")
    assert [to for to, _subject in swept()] == ["alice@acme.example", "bob@acme.example", "line4@acme.example"]
    assert OutgoingMail.objects.get(recipient="bob@acme.example").language == "de"


def test_contact_who_is_an_admin_gets_one(cast: Cast, clock: time_machine.Traveller) -> None:
    key = ending(cast, 365)
    BindingKey.all_tenants.filter(pk=key.pk).update(contact_email="Alice@Acme.example")
    clock.move_to("2027-11-13T08:00:00Z")
    assert len(swept()) == 1


def test_admin_who_came_later_is_told_as_well(cast: Cast, clock: time_machine.Traveller) -> None:
    ending(cast, 365)
    clock.move_to("2027-11-13T08:00:00Z")
    swept()
    make_member(cast.acme, "bob@acme.example", Role.ADMIN)
    assert swept() == [("bob@acme.example", "The key Pump expires")]


@pytest.mark.parametrize("case", ["revoked", "suspended", "expired", "never", "imported", "nobody"])
def test_nobody_is_told_of(case: str, cast: Cast, clock: time_machine.Traveller) -> None:
    if case == "imported":
        make_upstream_key(cast.acme)
    else:
        make_key(cast.acme, "Pump", expires_at=None if case == "never" else end_of(date(2027, 11, 20)))
    clock.move_to("2027-11-21T08:00:00Z" if case == "expired" else "2027-11-13T08:00:00Z")
    if case == "revoked":
        BindingKey.all_tenants.update(revoked_at=timezone.now())
    if case == "suspended":
        Tenant.objects.update(state=TenantState.SUSPENDED)
    if case == "nobody":
        Membership.all_tenants.all().delete()
    assert swept() == []
    assert not notices_enqueued().exists()


def test_revoked_between_sweep_and_task(cast: Cast, clock: time_machine.Traveller) -> None:
    key = ending(cast, 365)
    clock.move_to("2027-11-13T08:00:00Z")
    tasks.sweep()
    BindingKey.all_tenants.update(revoked_at=timezone.now())
    tasks.notify_expiry.call(cast.acme.pk, key.pk)
    assert not OutgoingMail.objects.exists()


def test_too_many_mails_at_once_are_made_up_for(
    cast: Cast, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "MAILS_PER_HOUR", 2)
    for number in range(3):
        ending(cast, 365, f"Pump {number}")
    clock.move_to("2027-11-13T08:00:00Z")
    assert len(swept()) == 2
    clock.shift(timedelta(hours=1))
    assert len(swept()) == 1
    assert len(swept()) == 0


def test_tenants_do_not_hear_of_each_other(cast: Cast, clock: time_machine.Traveller) -> None:
    ending(cast, 365)
    make_key(cast.globex, "Turbine", expires_at=end_of(in_days(365)))
    clock.move_to("2027-11-13T08:00:00Z")
    assert swept() == [ALICE, ("charlie@globex.example", "The key Turbine expires")]


def test_looks_every_ten_minutes(cast: Cast, clock: time_machine.Traveller) -> None:
    tasks.sweep()
    ending(cast, 365)
    clock.move_to("2027-11-13T08:00:00Z")
    tasks._last["notices"] = timezone.now()
    clock.shift(timedelta(minutes=9, seconds=59))
    tasks.sweep()
    assert not notices_enqueued().exists()
    clock.shift(timedelta(seconds=1))
    tasks.sweep()
    assert notices_enqueued().count() == 1


def test_address_as_long_as_addresses_may_be(cast: Cast, clock: time_machine.Traveller) -> None:
    key = ending(cast, 365)
    longest = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.example"
    BindingKey.all_tenants.filter(pk=key.pk).update(contact_email=longest)
    clock.move_to("2027-11-13T08:00:00Z")
    assert longest in [to for to, _subject in swept()]
