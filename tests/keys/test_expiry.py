"""How long a new key lives: what the form offers, what the tenant's policy allows, what needs attention."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.keys import views
from portal.keys.commands import LifetimeTooLong, create_key
from portal.keys.expiry import end_of, in_days
from portal.keys.forms import CreateKeyForm
from portal.keys.models import BindingKey
from portal.scoping import tenant_scope
from portal.tenants.models import Membership, Tenant
from tests.cast import Cast, expire, make_key, make_old, make_upstream_key, signed_in

pytestmark = pytest.mark.usefixtures("clock")
CREATE = "/t/acme/keys/create/"


def policy(days: int | None) -> None:
    Tenant.objects.filter(name="acme").update(key_max_days=days)


def create(client: Client, **fields: str) -> Any:
    return client.post(CREATE, {"name": "Line 4 gateway"} | fields)


def choices(client: Client) -> list[str]:
    form = client.get(CREATE).context["form"]
    assert form["expires"].initial == form.fields["expires"].choices[0][0]
    return [str(value) for value, _label in form.fields["expires"].choices]


class TestForm:
    @pytest.mark.parametrize(
        ("days", "offered"),
        [
            (None, ["30", "90", "180", "365", "date", "never"]),
            (365, ["30", "90", "180", "365", "date"]),
            (364, ["30", "90", "180", "date"]),
            (30, ["30", "date"]),
            (7, ["7", "date"]),
        ],
    )
    def test_offers_what_the_policy_allows(self, alice: Client, days: int | None, offered: list[str]) -> None:
        policy(days)
        assert choices(alice) == offered

    def test_first_choice_is_preselected_and_says_its_day(self, alice: Client) -> None:
        page = alice.get(CREATE).content.decode()
        assert page.count("checked") == 1
        assert "After 30 days, on 20 Dec 2026" in page

    @pytest.mark.parametrize(
        ("fields", "ends"),
        [
            ({"expires": "30"}, datetime(2026, 12, 20, 23, 59, 59, tzinfo=UTC)),
            ({"expires": "365"}, datetime(2027, 11, 20, 23, 59, 59, tzinfo=UTC)),
            ({"expires": "date", "expires_on": "2026-11-21"}, datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)),
            ({"expires": "90", "expires_on": "2020-01-01"}, datetime(2027, 2, 18, 23, 59, 59, tzinfo=UTC)),
            ({"expires": "never"}, None),
        ],
    )
    def test_key_ends_with_the_last_second_of_its_day(
        self, alice: Client, fields: dict[str, str], ends: datetime | None
    ) -> None:
        assert create(alice, **fields).status_code == 200
        assert BindingKey.all_tenants.get().expires_at == ends
        told = AuditRecord.all_tenants.get(name="key.created").facts["expires_at"]
        assert told == (f"{ends:%Y-%m-%dT%H:%M:%SZ}" if ends else "")

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"expires": ""},
            {"expires": "31"},
            {"expires": "-1"},
            {"expires": "date"},
            {"expires": "date", "expires_on": "2026-11-20"},
            {"expires": "date", "expires_on": "2026-11-19"},
            {"expires": "date", "expires_on": "2026-02-30"},
            {"expires": "date", "expires_on": "20.12.2026"},
            {"expires": "date", "expires_on": "9999-12-31"},
            {"expires": "90", "expires_on": "rubbish"},
        ],
    )
    def test_anything_else_is_shown_again(self, alice: Client, fields: dict[str, str]) -> None:
        answer = create(alice, **fields)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()
        assert not BindingKey.all_tenants.exists()

    @pytest.mark.parametrize(
        "fields",
        [{"expires": "never"}, {"expires": "180"}, {"expires": "date", "expires_on": "2027-02-19"}],
    )
    def test_policy_holds_whatever_is_sent(self, alice: Client, fields: dict[str, str]) -> None:
        policy(90)
        assert create(alice, **fields).status_code == 422
        assert create(alice, expires="date", expires_on="2027-02-18").status_code == 200

    def test_policy_that_came_after_the_form_was_sent_is_told_at_the_field(
        self, alice: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The form was checked against the policy of a moment ago; the command asks under its lock."""
        policy(30)
        monkeypatch.setattr(views, "CreateKeyForm", lambda _days, written: CreateKeyForm(None, written))
        answer = create(alice, expires="90")
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "Keys of this tenant expire after at most 30 days. The last day is 20 Dec 2026." in page
        assert not BindingKey.all_tenants.exists()


class TestPolicy:
    """The command itself, whoever calls it."""

    @pytest.mark.parametrize("days", [None, 31, 3650])
    def test_longer_is_refused(self, cast: Cast, days: int | None) -> None:
        policy(30)
        with tenant_scope(cast.acme.pk), pytest.raises(LifetimeTooLong):
            create_key(name="Line 4", expires_at=None if days is None else end_of(in_days(days)), by=SYSTEM)
        assert not BindingKey.all_tenants.exists()

    def test_to_the_last_second(self, cast: Cast) -> None:
        policy(30)
        make_key(cast.acme, expires_at=datetime(2026, 12, 20, 23, 59, 59, tzinfo=UTC))
        with pytest.raises(LifetimeTooLong):
            make_key(cast.acme, "Second", expires_at=datetime(2026, 12, 21, tzinfo=UTC))

    def test_of_more_years_than_a_calendar_has(self, cast: Cast) -> None:
        policy(2_000_000_000)
        make_key(cast.acme, expires_at=end_of(date(2030, 1, 1)))


def test_database_refuses_an_imported_key_that_expires(cast: Cast) -> None:
    key = make_upstream_key(cast.acme)
    with pytest.raises(IntegrityError):
        expire(key)


@pytest.mark.parametrize(("ends", "shown"), [(None, "Never"), (date(2026, 12, 24), "24 Dec 2026, 23:59")])
def test_page_of_the_key_says_when(alice: Client, cast: Cast, ends: date | None, shown: str) -> None:
    key, _secret = make_key(cast.acme, expires_at=ends and end_of(ends))
    page = alice.get(f"/t/acme/keys/{key.pk}/").content.decode()
    assert shown in page.partition("<dt>Expires</dt>")[2].partition("</dd>")[0]


class TestAttention:
    @pytest.fixture(autouse=True)
    def hub_access(self, clock: time_machine.Traveller, cast: Cast) -> None:
        make_upstream_key(cast.acme)

    def told(self, client: Client) -> list[tuple[str, str]]:
        return [(item.tone, item.title) for item in client.get("/t/acme/").context["attention"]]

    def test_from_thirty_days_before(self, clock: time_machine.Traveller, cast: Cast) -> None:
        make_old(make_key(cast.acme, "Pump", expires_at=end_of(date(2027, 2, 1)))[0], 16)
        for moment, told in (
            ("2027-01-02T23:59:59Z", []),
            ("2027-01-03T00:00:00Z", [("warn", "The key Pump expires soon")]),
            ("2027-02-01T23:59:58Z", [("warn", "The key Pump expires soon")]),
            ("2027-02-01T23:59:59Z", [("bad", "The key Pump has expired")]),
        ):
            clock.move_to(moment)
            assert self.told_at_this_moment(cast) == told, moment

    @pytest.mark.parametrize(
        ("life", "quiet", "told"),
        [
            (30, "2026-12-10T23:59:59Z", "2026-12-11T00:00:00Z"),
            (7, "2026-11-24T23:59:59Z", "2026-11-25T00:00:00Z"),
            (1, "2026-11-20T23:59:59Z", "2026-11-21T00:00:00Z"),
        ],
    )
    def test_not_before_two_thirds_of_a_short_life_are_over(
        self, clock: time_machine.Traveller, cast: Cast, life: int, quiet: str, told: str
    ) -> None:
        make_key(cast.acme, "Pump", expires_at=end_of(in_days(life)))
        clock.move_to(quiet)
        assert self.told_at_this_moment(cast) == []
        clock.move_to(told)
        assert self.told_at_this_moment(cast) == [("warn", "The key Pump expires soon")]

    def told_at_this_moment(self, cast: Cast) -> list[tuple[str, str]]:
        # Whoever signs in now: the membership of long ago does not count any more.
        Membership.all_tenants.update(confirmed_at=timezone.now())
        return self.told(signed_in(cast.alice))

    def test_says_the_day_and_leads_to_the_key(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme, "Pump", expires_at=end_of(in_days(3)))
        make_old(key, 10)
        (item,) = alice.get("/t/acme/").context["attention"]
        assert "23 Nov 2026" in item.detail
        assert item.url == f"/t/acme/keys/{key.pk}/"

    def test_revoked_keys_need_none(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        expire(key)
        alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": key.name})
        assert self.told(alice) == []

    def test_three_by_name_and_the_others_as_a_number(self, alice: Client, cast: Cast) -> None:
        for number in range(5):
            make_old(make_key(cast.acme, f"Soon {number}", expires_at=end_of(in_days(5 + number)))[0], 80)
            expire(make_key(cast.acme, f"Past {number}")[0])
        assert self.told(alice) == [
            ("bad", "The key Past 0 has expired"),
            ("bad", "The key Past 1 has expired"),
            ("bad", "The key Past 2 has expired"),
            ("bad", "2 more keys have expired"),
            ("bad", "10 of 10 binding keys used"),
            ("warn", "The key Soon 0 expires soon"),
            ("warn", "The key Soon 1 expires soon"),
            ("warn", "The key Soon 2 expires soon"),
            ("warn", "2 more keys expire soon"),
        ]
