"""Delivering posted mails: each is sent by one process at a time, and again after a failure or a crash.

A process that dies while it sends leaves a lease behind; once that has run out, the mail is sent again. Whether the
server had taken it before, nobody can know (RFC 1047): that is the one duplicate of a crash.
"""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from portal import constants
from portal.notify.models import MailError, MailState, OutgoingMail
from portal.notify.smtp import MailRefused, MailServerUnavailable, hand_over

# Longer than any delivery takes: at most nine answers of the server, each within the timeout, and its name.
LEASE = timedelta(seconds=12 * constants.MAIL_TIMEOUT)
# How often `deliver_now` looks whether another process is done (seconds).
LOOK_EVERY = 0.2


def deliver(mail_id: int) -> None:
    """Send the mail if it is due and nobody else is sending it; a failure is kept in its row, with the next attempt."""
    mail = _claim(mail_id, Q(state=MailState.QUEUED, next_attempt_at__lte=timezone.now()))
    if mail is not None:
        try:
            _send(mail)
        except MailServerUnavailable:
            return  # told by the row


def deliver_now(mail: OutgoingMail) -> None:
    """Send the mail at once, for a task that must know; when this returns, the mail server has it.

    A mail that waits for its next attempt, or was given up, is tried again. After a failure the worker goes on trying.
    Where another process is sending it, or died while it was, this waits for it, at most a lease.
    Must run after the commit of `post`. Raises `MailServerUnavailable`, `MailRefused`.
    """
    deadline = time.monotonic() + LEASE.total_seconds()
    while True:
        claimed = _claim(mail.pk, ~Q(state=MailState.SENT))
        if claimed is not None:
            _send(claimed)
            return
        mail = OutgoingMail.objects.get(pk=mail.pk)
        if mail.state == MailState.SENT:
            return
        if settings.MAILS_WAIT or time.monotonic() > deadline:
            raise MailServerUnavailable(MailError.UNREACHABLE)
        time.sleep(LOOK_EVERY)  # a worker is sending it at this moment


def _claim(mail_id: int, condition: Q) -> OutgoingMail | None:
    """Make the mail ours for the time of a lease; None when it is not for us."""
    if settings.MAILS_WAIT:
        return None
    # Durable: refuses to send within somebody's transaction, which would hold its locks while the server thinks.
    with transaction.atomic(durable=True):
        claimed = OutgoingMail.objects.filter(condition & _free(), pk=mail_id).update(
            state=MailState.QUEUED, attempts=F("attempts") + 1, lease_until=timezone.now() + LEASE
        )
        return OutgoingMail.objects.get(pk=mail_id) if claimed else None


def _send(mail: OutgoingMail) -> None:
    try:
        hand_over(mail)
    except MailServerUnavailable as refusal:
        _mark_unsent(mail, refusal)
        raise
    _mark_sent(mail)


def _mark_sent(mail: OutgoingMail) -> None:
    # The parts hold invitations, and only the demo's outbox has a reader for them.
    erased = {} if settings.LOCAL else {"text": "", "html": ""}
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state=MailState.SENT, sent_at=timezone.now(), lease_until=None, last_error="", **erased
    )


def _mark_unsent(mail: OutgoingMail, refusal: MailServerUnavailable) -> None:
    given_up = isinstance(refusal, MailRefused) or mail.attempts >= constants.MAIL_ATTEMPTS
    # Only while the lease is still ours: somebody else may have sent the mail since.
    OutgoingMail.objects.filter(pk=mail.pk, state=MailState.QUEUED, lease_until=mail.lease_until).update(
        state=MailState.FAILED if given_up else MailState.QUEUED,
        next_attempt_at=timezone.now() + pause_after(mail.attempts),
        lease_until=None,
        last_error=refusal.error,
    )


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failures: it doubles each time, up to MAIL_RETRY_LONGEST."""
    doubled = constants.MAIL_RETRY_FIRST * 2 ** min(attempts - 1, 30)
    return timedelta(seconds=min(doubled, constants.MAIL_RETRY_LONGEST))


def due() -> QuerySet[OutgoingMail]:
    """Mails that should be on their way and that nobody is sending, the oldest first.

    One whose sender died in each of its attempts is given up here: nobody came back to do it.
    """
    if settings.MAILS_WAIT:
        return OutgoingMail.objects.none()
    waiting = OutgoingMail.objects.filter(_free(), state=MailState.QUEUED, next_attempt_at__lte=timezone.now())
    spent = waiting.filter(attempts__gte=constants.MAIL_ATTEMPTS)
    spent.update(state=MailState.FAILED, lease_until=None, last_error=MailError.CRASHED)
    return waiting.order_by("next_attempt_at", "pk")


def _free() -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=timezone.now())
