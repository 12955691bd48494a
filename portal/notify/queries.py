"""Reading the mails for the pages."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.lib.badge import Badge
from portal.notify.models import MailState, OutgoingMail

BADGES = {
    MailState.QUEUED: Badge("wait", "hourglass", MailState.QUEUED.label),
    MailState.SENT: Badge("ok", "check", MailState.SENT.label),
    MailState.FAILED: Badge("bad", "triangle-alert", MailState.FAILED.label),
}
# What a mail is about, by its template.
KINDS = {
    "welcome": _("Welcome"),
    "invitation": _("Invitation"),
    "request_received": _("Request for a tenant"),
    "request_accepted": _("Request accepted"),
    "request_declined": _("Request declined"),
    "tenant_suspended": _("Tenant suspended"),
    "tenant_resumed": _("Tenant resumed"),
    "key_leaked": _("Leaked secret"),
}


def find_mails(words: str, state: str) -> QuerySet[OutgoingMail]:
    """Mails to addresses that contain the words, newest first, without their bodies: those hold invitations."""
    mails = OutgoingMail.objects.defer("text", "html", "subject")
    if words:
        mails = mails.filter(recipient__icontains=words)
    return mails.filter(state=state) if state else mails


def undelivered() -> dict[str, int]:
    """How many mails wait, and how many were given up."""
    return {
        state.value: OutgoingMail.objects.filter(state=state).count() for state in (MailState.QUEUED, MailState.FAILED)
    }
