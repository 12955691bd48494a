"""Posting a mail together with the act it tells of, and delivering it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record_for_instance
from portal.errors import Refusal
from portal.notify import events
from portal.notify.delivery import deliver, deliver_now
from portal.notify.models import MailState, OutgoingMail
from portal.notify.tasks import deliver_mail
from portal.notify.writing import checked_address, supported_language, write

__all__ = ["deliver", "deliver_now", "post", "retry_mail"]


KEY_LIMIT = 200


class TooManyMails(Refusal):
    code = "too_many_mails"
    status = 429
    message = _("This e-mail address got as many mails from this portal as it may get in an hour.")
    advice = _("Try again in an hour.")


class MailSentAlready(Refusal):
    code = "mail_sent_already"
    status = 409
    message = _("This mail is sent already.")


def post(*, key: str, template: str, to: str, language: str, values: Mapping[str, Any]) -> OutgoingMail:
    """Write a mail and put it into the queue: it is delivered if, and only if, the caller's transaction commits.

    The same key again gives the mail that is there already. Raises `TooManyMails`, `MailAddressInvalid`,
    `MailTextRefused`; all of them before anything is written.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Post inside the transaction of the act that the mail tells of.")
    if len(key) > KEY_LIMIT:
        raise ValueError("The key of a mail is too long: hash what a stranger wrote.")
    known = OutgoingMail.objects.filter(key=key).first()
    if known is not None:
        return known
    address, language = checked_address(to), supported_language(language)
    _check_limit(address)
    written = write(template, language, address, values)
    mail, made = OutgoingMail.objects.get_or_create(
        key=key,
        defaults={
            "template": template,
            "recipient": address,
            "language": language,
            "subject": written.subject,
            "text": written.text,
            "html": written.html,
        },
    )
    if made:
        _deliver_on_commit(mail)
    return mail


def discard(*keys: str) -> None:
    """Take back mails that have not gone out: what they say is not true any more. One that is on its way arrives."""
    OutgoingMail.objects.filter(key__in=keys).exclude(state=MailState.SENT).delete()


def _check_limit(address: str) -> None:
    since = timezone.now() - timedelta(hours=1)
    if OutgoingMail.objects.filter(recipient__iexact=address, created_at__gt=since).count() >= constants.MAILS_PER_HOUR:
        raise TooManyMails(headers={"Retry-After": "3600"})


def _deliver_on_commit(mail: OutgoingMail) -> None:
    # Robust: the act is done, and what cannot be enqueued now is found by the sweep.
    transaction.on_commit(lambda: deliver_mail.enqueue(mail.pk), robust=True)


@transaction.atomic(durable=True)
def retry_mail(mail: OutgoingMail, *, by: Actor) -> OutgoingMail:
    """Put a mail that waits or was given up at the head of the queue, with all its attempts again."""
    mail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
    if mail.state == MailState.SENT:
        raise MailSentAlready
    mail.state, mail.attempts, mail.next_attempt_at = MailState.QUEUED, 0, timezone.now()
    mail.save(update_fields=["state", "attempts", "next_attempt_at"])
    _deliver_on_commit(mail)
    retried = events.MailRetried(mail=mail.template, recipient=mail.recipient)
    record_for_instance(retried, by=by, subject=mail.audit_subject)
    return mail
