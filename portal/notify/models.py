"""The portal's post: every mail that was written, and what became of it."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    """What became of a mail. A failed one is given up: nothing happens to it until an operator tries again."""

    QUEUED = "queued", _("Waits")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")


class MailError(models.TextChoices):
    """Why the last attempt failed. The server's own words are in the log, and nowhere else."""

    UNREACHABLE = "unreachable", _("The mail server cannot be reached.")
    TIMEOUT = "timeout", _("The mail server did not answer in time.")
    DISCONNECTED = "disconnected", _("The mail server closed the connection.")
    TLS = "tls", _("No verified TLS connection to the mail server.")
    SIGN_IN = "sign_in", _("The mail server does not accept our user or password.")
    DEFERRED = "deferred", _("The mail server asks to try again later.")
    REFUSED = "refused", _("The mail server refuses this mail or its recipient.")
    UNEXPECTED = "unexpected", _("The mail server gave an answer that is not understood.")
    CRASHED = "crashed", _("Each attempt ended without a result.")


def new_message_id() -> str:
    """A Message-ID (RFC 5322 section 3.6.4), the same for each attempt: a duplicate can be recognised by it."""
    return f"<{uuid.uuid4().hex}@{urlsplit(settings.PORTAL_URL).hostname}>"


class OutgoingMail(models.Model):
    """One mail to one address, written once in the recipient's language."""

    # What the mail is about, such as "invitation:7": posting it twice gives one mail.
    key = models.CharField(max_length=200, unique=True)
    template = models.CharField(max_length=40)
    recipient = models.CharField(max_length=254)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=100)
    text = models.TextField()
    html = models.TextField()
    message_id = models.CharField(max_length=300, unique=True, default=new_message_id)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    # Until then the process that sends it is believed to be alive, and nobody else may.
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="notify_mail_state"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="notify_mail_sent_at",
            ),
        ]
        indexes = [
            # The sweep looks for what is due every few seconds.
            models.Index(fields=["next_attempt_at"], condition=Q(state="queued"), name="notify_mail_due"),
            # The list, and how many mails an address got in the last hour.
            models.Index(fields=["-created_at", "-id"], name="notify_mail_newest"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def error_in_words(self) -> str:
        """Why the last attempt failed; a code that is no error any more stays as it is."""
        return str(dict(MailError.choices).get(self.last_error, self.last_error))

    @property
    def audit_subject(self) -> str:
        """How audit records refer to this mail."""
        return f"mail:{self.pk}"
