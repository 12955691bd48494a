"""Posting: a mail exists if, and only if, the act does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from portal import constants
from portal.notify import mails
from portal.notify.commands import TooManyMails
from portal.notify.models import MailState, OutgoingMail
from tests.notify.conftest import invite


@pytest.mark.django_db(transaction=True)
class TestTransaction:
    def test_a_mail_without_an_act_is_a_programming_mistake(self) -> None:
        with pytest.raises(RuntimeError, match="inside the transaction"):
            mails.tenant_resumed(key="x", to="a@acme.example", language="en", name="acme", display_name="Acme")

    def test_an_act_that_is_undone_sends_nothing(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            invite()
            raise ZeroDivisionError
        assert not OutgoingMail.objects.exists()
        assert not DBTaskResult.objects.exists()

    def test_an_act_that_is_done_enqueues_the_delivery(self) -> None:
        with transaction.atomic():
            mail = invite()
            assert not DBTaskResult.objects.exists()
        assert mail.state == MailState.QUEUED
        assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[mail.pk]]

    def test_delivery_that_cannot_be_enqueued_does_not_undo_the_act(self, settings: Any) -> None:
        settings.TASKS = {"default": {"BACKEND": "nowhere.Backend"}}
        invite()
        assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_is_one_mail(django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    first = invite(display_name="Acme")
    with django_capture_on_commit_callbacks() as enqueued:
        second = invite(display_name="Another name", to="other@acme.example")
    assert (second.pk, second.recipient, second.text) == (first.pk, "dev@acme.example", first.text)
    assert enqueued == []


@pytest.mark.django_db
class TestLimit:
    def test_nobody_is_mail_bombed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "MAILS_PER_HOUR", 3)
        with time_machine.travel("2026-11-26T10:00:00Z", tick=False) as clock:
            for number in range(3):
                invite(key=f"{number}")
            for address in ("dev@acme.example", "DEV@acme.example", "dev@ACME.example"):
                with pytest.raises(TooManyMails) as refused:
                    invite(key="one more", to=address)
                assert refused.value.headers == {"Retry-After": "3600"}
            invite(key="somebody else", to="charlie@globex.example")
            clock.shift(3599)
            with pytest.raises(TooManyMails):
                invite(key="one more")
            clock.shift(2)
            invite(key="one more")

    def test_what_is_posted_already_is_given_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "MAILS_PER_HOUR", 1)
        assert invite().pk == invite().pk

    def test_caller_can_go_on_after_the_refusal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An operator's full mailbox must not stop the act that the mail was to tell of."""
        monkeypatch.setattr(constants, "MAILS_PER_HOUR", 1)
        with transaction.atomic():
            invite(key="1")
            with pytest.raises(TooManyMails):
                invite(key="2")
            invite(key="3", to="charlie@globex.example")
        assert OutgoingMail.objects.count() == 2
