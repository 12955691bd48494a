"""What the portal does itself: unanswered offers, agreed ends, reminders, archived tenants."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from assets_app.sharing import tasks
from assets_app.sharing.models import Collaboration, today
from portal.actor import SYSTEM
from portal.notify.models import OutgoingMail
from portal.tenants import commands as tenant_commands
from tests.cast import Cast
from tests.sharing.making import again, log_of, make_accepted, make_offer


@pytest.fixture(autouse=True)
def at_once(settings: Any) -> None:
    """Tasks run where they are enqueued."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


def swept(at: datetime | None = None) -> None:
    with time_machine.travel(at or timezone.now(), tick=False):
        tasks.sweep()


def on(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), timezone.now().tzinfo) + timedelta(hours=12)


def mails() -> list[tuple[str, str]]:
    found = OutgoingMail.objects.exclude(template="collaboration_offered").order_by("pk")
    return list(found.values_list("template", "recipient"))


class TestOffer:
    def test_is_revoked_when_nobody_answered_in_time(self, offered: Collaboration, cast: Cast) -> None:
        swept(offered.expires_at - timedelta(seconds=1))
        assert again(offered).state == "offered"
        swept(offered.expires_at)
        swept(offered.expires_at)
        assert again(offered).state == "revoked"
        assert log_of(cast.acme)[1:] == log_of(cast.globex)[1:] == [("expired", "Bindery")]
        assert mails() == [("collaboration_answered", "alice@acme.example")]
        assert "did not answer" in OutgoingMail.objects.get().subject

    def test_then_there_is_room_for_another(self, offered: Collaboration, cast: Cast) -> None:
        swept(offered.expires_at)
        make_offer(cast.globex, cast.acme)


class TestAgreedEnd:
    @pytest.fixture
    def ending(self, cast: Cast) -> Collaboration:
        """In 40 days."""
        made = make_accepted(cast.acme, cast.globex, agreed_end=today() + timedelta(days=40))
        OutgoingMail.objects.all().delete()
        return made

    def test_ends_after_its_last_day(self, ending: Collaboration, cast: Cast) -> None:
        assert ending.agreed_end is not None
        swept(on(ending.agreed_end))
        assert again(ending).state == "accepted"
        OutgoingMail.objects.all().delete()
        swept(on(ending.agreed_end + timedelta(days=1)))
        assert again(ending).state == "ended"
        assert log_of(cast.acme)[-1] == log_of(cast.globex)[-1] == ("run_out", "Bindery")
        assert sorted(mails()) == [
            ("collaboration_ended", "alice@acme.example"),
            ("collaboration_ended", "charlie@globex.example"),
        ]

    def test_reminders_of_both_sides_once_each(self, ending: Collaboration) -> None:
        told = []
        for left in (31, 30, 29, 8, 7, 6, 0):
            OutgoingMail.objects.all().delete()
            for _ in range(2):
                swept(on(ending.agreed_end - timedelta(days=left)))  # type: ignore[operator]
            told.append((left, sorted(to for _template, to in mails())))
        both = ["alice@acme.example", "charlie@globex.example"]
        assert told == [(31, []), (30, both), (29, []), (8, []), (7, both), (6, []), (0, [])]

    def test_missed_reminder_is_not_made_up_for(self, ending: Collaboration) -> None:
        swept(on(ending.agreed_end - timedelta(days=3)))  # type: ignore[operator]
        assert len(mails()) == 2
        swept(on(ending.agreed_end - timedelta(days=2)))  # type: ignore[operator]
        assert len(mails()) == 2

    def test_without_an_end_nothing_ends(self, accepted: Collaboration) -> None:
        swept(timezone.now() + timedelta(days=4000))
        assert again(accepted).state == "accepted"


class TestArchived:
    @pytest.mark.parametrize("first", ["acme", "globex"])
    def test_ends_what_is_accepted_and_tells_the_side_that_is_left(self, cast: Cast, first: str) -> None:
        one, other = (cast.acme, cast.globex) if first == "acme" else (cast.globex, cast.acme)
        made = make_accepted(one, other)
        OutgoingMail.objects.all().delete()
        archive(cast)
        swept()
        assert again(made).state == "ended"
        assert log_of(cast.acme)[-1] == log_of(cast.globex)[-1] == ("closed", "Bindery")
        assert mails() == [("collaboration_ended", "alice@acme.example")]

    @pytest.mark.parametrize("first", ["acme", "globex"])
    def test_revokes_offers(self, cast: Cast, first: str) -> None:
        one, other = (cast.acme, cast.globex) if first == "acme" else (cast.globex, cast.acme)
        made = make_offer(one, other)
        archive(cast)
        swept()
        assert again(made).state == "revoked"

    def test_suspending_ends_nothing(self, cast: Cast, accepted: Collaboration) -> None:
        tenant_commands.suspend_tenant(cast.globex, reason="x", by=SYSTEM)
        swept()
        assert again(accepted).state == "accepted"


def archive(cast: Cast) -> None:
    tenant_commands.suspend_tenant(cast.globex, reason="x", by=SYSTEM)
    tenant_commands.archive_tenant(cast.globex, by=SYSTEM)
    OutgoingMail.objects.filter(template="tenant_suspended").delete()
