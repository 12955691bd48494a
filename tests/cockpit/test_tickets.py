"""Tickets: a look opens and closes them, a developer admin accepts one, those who released it get mails."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.actor import SYSTEM
from portal.cockpit import tasks
from portal.cockpit.checks.catalogue import BY_ID
from portal.cockpit.checks.check import Finding, Severity, found
from portal.cockpit.checks.report import Outcome, Report, Result
from portal.cockpit.models import AppVersion, CheckReason, CheckRun, Move, RunState, Ticket
from portal.cockpit.readiness import runs
from portal.cockpit.release.check_commands import pass_check
from portal.cockpit.watching.watched import CERTIFICATE, WATCHED, due_on, health_of, is_drift
from portal.identity.models import User
from portal.notify.models import OutgoingMail
from portal.permissions import Role
from portal.scoping import tenant_scope
from tests.cast import Cast, make_member, membership_of, signed_in
from tests.cockpit.reading import again, recorded
from tests.cockpit.running import checked, make_ticket, make_waiver, report_that_found
from tests.cockpit.test_watch import ready
from tests.faults import audit_refuses

TODAY = date(2026, 12, 1)


@pytest.fixture
def released(in_check: AppVersion) -> AppVersion:
    """Submitted by Dev, approved by Dana, passed by the operator; the alternate contact has confirmed."""
    with tenant_scope(in_check.tenant_id):
        pass_check(in_check, approval=Move.objects.get(verb="approve").pk, by=SYSTEM)
    OutgoingMail.objects.all().delete()
    return again(in_check)


def look(app: AppVersion, *found_ids: str, why: CheckReason = CheckReason.WATCH, report: Report | None = None) -> None:
    """A run that ended with this."""
    with tenant_scope(app.tenant_id):
        CheckRun.objects.filter(version=app, state__in=["waiting", "running"]).delete()
        CheckRun.objects.create(version=app, why=why, state=RunState.WAITING, asked_by="x")
        run = runs._claim(app.pk, SYSTEM)
        assert run is not None
        runs._end(run, report or report_that_found(*found_ids), SYSTEM)


def changed(report: Report, check_id: str, outcome: Outcome, *findings: Finding) -> Report:
    results = [
        replace(one, outcome=outcome, findings=findings) if one.check.id == check_id else one for one in report.results
    ]
    return replace(report, results=tuple(results))


def tickets(app: AppVersion) -> list[tuple[str, str]]:
    return [(one.check_id, one.closed_because) for one in Ticket.all_tenants.filter(version=app.pk).order_by("pk")]


def mails(template: str) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template=template).order_by("recipient"))


def accept(client: Client, app: AppVersion, reason: str = "It is\r\nplanned.") -> int:
    ticket = Ticket.all_tenants.get(version=app.pk, closed_at=None)
    status: int = client.post(f"/t/acme/apps/{app.pk}/tickets/{ticket.pk}/accept/", {"reason": reason}).status_code
    return status


class TestOpened:
    def test_with_severity_evidence_and_day(self, released: AppVersion) -> None:
        look(released, "health-answers", "hsts")
        assert tickets(released) == [("hsts", ""), ("health-answers", "")]
        warning, blocking = Ticket.all_tenants.order_by("pk")
        today = timezone.localdate()
        assert (blocking.severity, blocking.due_on) == ("blocking", today + timedelta(days=7))
        assert (warning.severity, warning.due_on) == ("warning", today + timedelta(days=30))
        assert warning.finding == {"what": "%(host)s belongs to the Hub.", "evidence": {"host": "hsts.example"}}
        opened = recorded("app.ticket_opened")
        assert [(one["check"], one["by"], one["subject"]) for one in opened] == [
            ("hsts", SYSTEM.name, released.subject),
            ("health-answers", SYSTEM.name, released.subject),
        ]

    def test_once_and_last_seen_goes_on(self, released: AppVersion) -> None:
        look(released, "hsts")
        later = timezone.now() + timedelta(hours=6)
        with time_machine.travel(later, tick=False):
            look(released, "hsts")
        (ticket,) = Ticket.all_tenants.all()
        assert ticket.last_seen_at == later
        assert ticket.opened_at < later

    @pytest.mark.parametrize("check_id", ["display-name", "health-time", "csp-allows-bar"])
    def test_what_is_watched(self, released: AppVersion, check_id: str) -> None:
        look(released, check_id)
        is_watched = check_id in WATCHED and BY_ID[check_id].severity is not Severity.HINT
        assert tickets(released) == ([(check_id, "")] if is_watched else [])

    @pytest.mark.parametrize(("days", "expected"), [(3, []), (-1, [("health-yellow", "")])])
    def test_waiver_keeps_it_away_while_it_holds(self, released: AppVersion, days: int, expected: list[object]) -> None:
        make_waiver(released, "health-yellow", days)
        look(released, "health-yellow")
        assert tickets(released) == expected

    def test_what_was_released_is_no_drift(self, released: AppVersion) -> None:
        checked(released, "hsts", "certificate-expires-soon", why=CheckReason.APPROVAL)
        look(released, "hsts", "cookies", "certificate-expires-soon")
        assert sorted(tickets(released)) == [("certificate-expires-soon", ""), ("cookies", "")]

    def test_not_before_the_release(self, in_check: AppVersion) -> None:
        look(in_check, "hsts", why=CheckReason.DEMAND)
        assert tickets(in_check) == []

    def test_look_that_somebody_asked_for_opens_as_well(self, released: AppVersion) -> None:
        look(released, "hsts", why=CheckReason.DEMAND)
        assert tickets(released) == [("hsts", "")]

    def test_run_that_failed_changes_nothing(self, released: AppVersion) -> None:
        look(released, "hsts")
        with tenant_scope(released.tenant_id):
            CheckRun.objects.create(version=released, why=CheckReason.WATCH, asked_by="x")
            run = runs._claim(released.pk, SYSTEM)
            assert run is not None
            runs._end(run, None, SYSTEM)
        assert tickets(released) == [("hsts", "")]

    def test_database_keeps_it_to_one(self, released: AppVersion) -> None:
        make_ticket(released)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_ticket(released)

    @pytest.mark.parametrize(
        "told",
        [
            {"closed_because": "gone"},
            {"closed_at": timezone.now()},
            {"closed_at": timezone.now(), "closed_because": "accepted", "closed_by": "Dana"},
        ],
    )
    def test_database_wants_an_end_to_be_whole(self, released: AppVersion, told: dict[str, object]) -> None:
        make_ticket(released)
        with pytest.raises(IntegrityError), transaction.atomic():
            Ticket.all_tenants.update(**told)

    def test_audit_log_that_refuses_takes_it_back(self, released: AppVersion) -> None:
        with audit_refuses(), pytest.raises(Exception):  # noqa: B017 - the fault's own
            look(released, "hsts")
        assert tickets(released) == []
        assert mails("tickets_opened") == []


class TestClosed:
    def test_gone(self, released: AppVersion) -> None:
        look(released, "hsts")
        look(released)
        assert tickets(released) == [("hsts", "gone")]
        (told,) = recorded("app.ticket_closed")
        assert (told["check"], told["why"], told["by"]) == ("hsts", "gone", SYSTEM.name)
        look(released, "hsts")
        assert tickets(released) == [("hsts", "gone"), ("hsts", "")]

    def test_not_checked_neither_closes_nor_opens(self, released: AppVersion) -> None:
        look(released, "hsts")
        report = changed(report_that_found(), "hsts", Outcome.NOT_CHECKED)
        look(released, report=changed(report, "cookies", Outcome.NOT_CHECKED))
        assert tickets(released) == [("hsts", "")]

    def test_newer_version_takes_its_place(self, released: AppVersion) -> None:
        look(released, "hsts")
        newer = ready(released)
        look(newer, "cookies")
        assert tickets(released) == [("hsts", "replaced")]
        assert tickets(newer) == [("cookies", "")]
        assert recorded("app.ticket_closed")[0]["subject"] == released.subject


class TestAccept:
    def test_by_a_developer_admin_with_a_reason(self, released: AppVersion, dana: Client) -> None:
        look(released, "hsts")
        assert accept(dana, released) == 302
        (ticket,) = Ticket.all_tenants.all()
        assert (ticket.closed_because, ticket.reason) == ("accepted", "It is\nplanned.")
        (told,) = recorded("app.ticket_accepted")
        assert (told["check"], told["by"]) == ("hsts", ticket.closed_by)
        page = dana.get(f"/t/acme/apps/{released.pk}/").content.decode()
        assert "No ticket is open." in page
        assert "planned." in page

    def test_stays_accepted_until_it_was_gone(self, released: AppVersion, dana: Client) -> None:
        look(released, "hsts")
        accept(dana, released)
        look(released, "hsts")
        assert tickets(released) == [("hsts", "accepted")]
        look(released)
        look(released, "hsts")
        assert tickets(released) == [("hsts", "accepted"), ("hsts", "")]

    def test_without_a_reason_the_page_is_shown_again(self, released: AppVersion, dana: Client) -> None:
        look(released, "hsts")
        assert accept(dana, released, " ") == 422
        assert tickets(released) == [("hsts", "")]

    def test_closed_one_is_refused(self, released: AppVersion, dana: Client) -> None:
        look(released, "hsts")
        ticket = Ticket.all_tenants.get()
        look(released)
        url = f"/t/acme/apps/{released.pk}/tickets/{ticket.pk}/accept/"
        assert dana.post(url, {"reason": "x"}).status_code == 409
        assert tickets(released) == [("hsts", "gone")]

    def test_developer_is_not_offered_it(self, released: AppVersion, dev: Client, dana: Client) -> None:
        look(released, "hsts")
        url = f"/t/acme/apps/{released.pk}/"
        assert "Accept…" not in dev.get(url).content.decode()
        assert "Accept…" in dana.get(url).content.decode()
        assert accept(dev, released) == 403

    def test_audit_log_that_refuses_takes_it_back(self, released: AppVersion, dana: Client) -> None:
        look(released, "hsts")
        dana.raise_request_exception = False
        with audit_refuses():
            accept(dana, released)
        assert tickets(released) == [("hsts", "")]


class TestMails:
    def test_one_for_all_that_opened(self, released: AppVersion) -> None:
        look(released, "health-answers", "hsts")
        sent = mails("tickets_opened")
        assert sorted(mail.recipient.lower() for mail in sent) == [
            "dana@acme.example",
            "dev@acme.example",
            "sub@acme.example",
        ]
        for mail in sent:
            assert "hsts, health-answers" in mail.text.replace("\u200b", "")
            assert f"http://localhost:8000/t/acme/apps/{released.pk}/#watched" in mail.text
            assert "hsts.example" not in mail.text + mail.html
        look(released, "health-answers", "hsts")
        assert len(mails("tickets_opened")) == 3

    def test_nobody_is_left(self, released: AppVersion, cast: Cast, dana_user: User) -> None:
        for user in (cast.dev, dana_user):
            with tenant_scope(released.tenant_id):
                membership_of(user, cast.acme).delete()
        with tenant_scope(released.tenant_id):
            released.contacts.update(confirmed_at=None)
        look(released, "hsts")
        assert "alice@acme.example" in [mail.recipient for mail in mails("tickets_opened")]

    def test_language_of_each(self, released: AppVersion, dana_user: User) -> None:
        User.objects.filter(pk=dana_user.pk).update(language="de")
        look(released, "hsts")
        texts = {mail.recipient: mail.text for mail in mails("tickets_opened")}
        assert "Überprüfung" in texts["dana@acme.example"]
        assert "found something" in texts["dev@acme.example"]

    def test_overdue_once(self, released: AppVersion) -> None:
        look(released, "health-answers", "hsts")
        with time_machine.travel(timezone.now() + timedelta(days=7), tick=False):
            tasks.tell_overdue_tickets.call()
            assert mails("tickets_overdue") == []
        with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
            tasks.tell_overdue_tickets.call()
            tasks.tell_overdue_tickets.call()
            (first, *_others) = sent = mails("tickets_overdue")
            assert len(sent) == 3
            assert "health-answers" in first.text
            assert "hsts" not in first.text
        with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
            tasks.tell_overdue_tickets.call()
            assert len(mails("tickets_overdue")) == 6

    def test_closed_one_is_never_overdue(self, released: AppVersion) -> None:
        look(released, "hsts")
        look(released)
        with time_machine.travel(timezone.now() + timedelta(days=90), tick=False):
            tasks.tell_overdue_tickets.call()
        assert mails("tickets_overdue") == []


class TestDay:
    def result(self, check_id: str, *ends: str) -> Result:
        findings = tuple(found("%(url)s", url="x", not_after=end) for end in ends)
        return Result(BY_ID[check_id], Outcome.FOUND, findings)

    @pytest.mark.parametrize(
        ("check_id", "ends", "expected"),
        [
            ("certificate-expires-soon", ["2026-12-20T10:00:00Z", "2026-12-09T10:00:00Z"], date(2026, 12, 9)),
            ("certificate-expires-soon", ["2027-12-20T10:00:00Z"], date(2026, 12, 31)),
            ("certificate-name", ["2026-12-03T10:00:00Z"], date(2026, 12, 3)),
            ("certificate-dates", ["2026-11-03T10:00:00Z"], TODAY),
            ("certificate-trusted", ["-"], date(2026, 12, 8)),
            ("hsts", ["2026-12-03T10:00:00Z"], date(2026, 12, 31)),
        ],
    )
    def test_not_later_than_the_certificates_end(self, check_id: str, ends: list[str], expected: date) -> None:
        assert due_on(self.result(check_id, *ends), TODAY) == expected


class TestDrift:
    def test_another_sentence_or_more_of_one(self) -> None:
        def result(*whats: str) -> Result:
            return Result(BY_ID["cookies"], Outcome.FOUND, tuple(found(what, name="x") for what in whats))

        before = {"checks": [{"id": "cookies", "findings": [{"what": "a", "evidence": {"name": "y"}}]}]}
        assert not is_drift(result("a"), before)
        assert is_drift(result("a", "b"), before)
        assert is_drift(result("a", "a"), before)
        assert is_drift(result("a"), {})


def test_watched_checks_are_in_the_catalogue() -> None:
    assert set(WATCHED) <= set(BY_ID)
    assert set(CERTIFICATE) == {one for one in BY_ID if one.startswith("certificate") or one == "tls"}


class TestHealth:
    @pytest.mark.parametrize(
        ("found_ids", "expected"),
        [
            ((), "ok"),
            (("answers",), "bad"),
            (("health-answers",), "bad"),
            (("health-body",), "bad"),
            (("health-status",), "bad"),
            (("health-yellow",), "warn"),
            (("hsts",), "ok"),
        ],
    )
    def test_of_the_endpoint(self, found_ids: tuple[str, ...], expected: str) -> None:
        assert health_of(report_that_found(*found_ids)) == expected

    def test_not_seen(self) -> None:
        assert health_of(changed(report_that_found(), "health-status", Outcome.NOT_CHECKED)) == "unknown"
        assert health_of(Report((), (), datetime.now().astimezone(), 1.0)) == "unknown"


class TestPages:
    def badge(self, client: Client, app: AppVersion) -> str:
        watched = str(client.get(f"/t/acme/apps/{app.pk}/").context["watched"]["badge"].label)
        apps = {one["version"]: one for one in client.get("/t/acme/apps/").context["apps"]}
        assert watched == str(apps[app.version]["health"].label)
        return watched

    def test_badge_of_page_and_list(self, released: AppVersion, dev: Client, dana: Client) -> None:
        assert self.badge(dev, released) == "health unknown"
        look(released)
        assert self.badge(dev, released) == "healthy"
        look(released, "hsts")
        assert self.badge(dev, released) == "needs a look"
        accept(dana, released)
        assert self.badge(dev, released) == "healthy"
        look(released, "tls")
        assert self.badge(dev, released) == "not well"

    def test_old_look_says_nothing_about_now(self, released: AppVersion, cast: Cast) -> None:
        look(released)
        CheckRun.all_tenants.update(ended_at=timezone.now() - timedelta(hours=19))
        assert self.badge(signed_in(cast.dev), released) == "health unknown"

    def test_tickets(self, released: AppVersion, cast: Cast) -> None:
        look(released, "health-answers")
        Ticket.all_tenants.update(due_on=timezone.localdate() - timedelta(days=1))
        page = signed_in(cast.audrey).get(f"/t/acme/apps/{released.pk}/").content.decode()
        assert "Overdue: it was to be put right until" in page
        assert str(BY_ID["health-answers"].title) in page
        assert "Look now" not in page

    def test_only_of_released_ones(self, in_check: AppVersion, dev: Client) -> None:
        assert 'id="watched"' not in dev.get(f"/t/acme/apps/{in_check.pk}/").content.decode()
        assert dev.get("/t/acme/apps/").context["apps"][0]["health"] is None

    def test_no_query_for_each_row(self, released: AppVersion, dev: Client) -> None:
        def count() -> int:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                dev.get("/t/acme/apps/")
            return len(captured)

        dev.get("/t/acme/apps/")
        before = count()
        newer = ready(ready(released))
        look(newer, "hsts")
        assert count() == before


class TestAttention:
    def titles(self, user: User) -> list[str]:
        return [item.title for item in signed_in(user).get("/t/acme/").context["attention"]]

    def test_overdue_first_for_developers_and_their_admins(self, released: AppVersion, cast: Cast) -> None:
        make_ticket(released, "hsts")
        make_ticket(released, "cookies", days=-1)
        make_ticket(released, "tls", days=0)
        dan = make_member(cast.acme, "dan@acme.example", Role.DEVELOPER_ADMIN)
        for user in (cast.dev, dan):
            told = [title for title in self.titles(user) if "ticket" in title]
            assert told == ["1 ticket is overdue", "2 tickets are open"]
        for user in (cast.alice, cast.audrey):
            assert not any("ticket" in title for title in self.titles(user))
