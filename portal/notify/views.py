"""The demo's outbox for everybody, and the list of mails for operators."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.access import SignedInRequest, operator_page, public_page
from portal.errors import NotFound
from portal.lib.paging import page_of
from portal.notify import commands
from portal.notify.events import KINDS
from portal.notify.forms import MailFilterForm
from portal.notify.models import MailState, OutgoingMail
from portal.notify.queries import BADGES, find_mails, undelivered

# A mail is a foreign document: it may style itself, and nothing else.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def demo_only() -> None:
    """In production a mail is its recipient's alone."""
    if not settings.LOCAL:
        raise NotFound


@require_safe
@public_page
def outbox(request: HttpRequest) -> HttpResponse:
    """All mails of the demo, whose people have no mailbox."""
    demo_only()
    mails, pages = page_of(request, OutgoingMail.objects.defer("text", "html"))
    return render(request, "notify/outbox.html", {"mails": [_row(mail) for mail in mails], "pages": pages})


@require_safe
@public_page
def outbox_mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    """One mail of the demo: its headers and its text part."""
    demo_only()
    mail = get_object_or_404(OutgoingMail, pk=mail_id)
    context = {
        "mail": _row(mail) | {"text": mail.text, "message_id": mail.message_id, "language": mail.language},
        "sender": settings.DEFAULT_FROM_EMAIL,
        "outbox_url": reverse("notify:outbox"),
        "html_url": reverse("notify:outbox_html", args=[mail.pk]),
    }
    return render(request, "notify/outbox_mail.html", context)


@require_safe
@public_page
def outbox_html(request: HttpRequest, mail_id: int) -> HttpResponse:
    """The HTML part of a mail of the demo, as a mail program shows it."""
    demo_only()
    mail = get_object_or_404(OutgoingMail, pk=mail_id)
    return HttpResponse(mail.html, headers={"Content-Security-Policy": MAIL_POLICY})


@require_safe
@operator_page
def mails(request: SignedInRequest) -> HttpResponse:
    """What became of the portal's mails; never what stands in them."""
    form = MailFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    found, pages = page_of(request, find_mails(wanted.get("q", ""), wanted.get("state", "")))
    context = {
        "mails": [_row(mail) for mail in found],
        "pages": pages,
        "form": form,
        "counts": undelivered(),
        "mails_wait": settings.MAILS_WAIT,
        "service_url": reverse("ops:service"),
    }
    return render(request, "notify/mails.html", context)


@require_POST
@operator_page
def retry(request: SignedInRequest, mail_id: int) -> HttpResponse:
    """Try a mail again that waits or was given up."""
    mail = get_object_or_404(OutgoingMail, pk=mail_id)
    commands.retry_mail(mail, by=request.actor)
    messages.success(request, _("The mail to %(recipient)s is on its way again.") % {"recipient": mail.recipient})
    return redirect("notify:mails")


def _row(mail: OutgoingMail) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "url": reverse("notify:outbox_mail", args=[mail.pk]),
        "kind": KINDS.get(mail.template, mail.template),
        "recipient": mail.recipient,
        "state": BADGES[MailState(mail.state)],
        "created_at": mail.created_at,
        "sent_at": mail.sent_at,
        "attempts": mail.attempts,
        "error": mail.error_in_words,
        "next_attempt_at": mail.next_attempt_at if mail.state == MailState.QUEUED else None,
        "retry_url": "" if mail.state == MailState.SENT else reverse("notify:retry", args=[mail.pk]),
    }
    if "subject" not in mail.get_deferred_fields():
        shown["subject"] = mail.subject
    return shown
