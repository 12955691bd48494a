"""Handing a mail over to the mail server, and what its failures mean."""

from __future__ import annotations

import logging
import smtplib
import ssl

from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal
from portal.notify.models import MailError, OutgoingMail

log = logging.getLogger(__name__)


class MailServerUnavailable(Refusal):
    """Worth another attempt: the mail stays in the queue."""

    code = "mail_server_unavailable"
    status = 503
    message = _("The mail could not be handed to the mail server.")
    advice = _("The portal tries again by itself. If it lasts, the operator looks at the list of mails.")

    def __init__(self, error: MailError) -> None:
        self.error = error
        super().__init__()


class MailRefused(MailServerUnavailable):
    """The server's answer is final (5xx, RFC 5321 section 4.2.1): the mail is given up."""

    code = "mail_refused"
    status = 422
    message = _("The mail server refuses this mail or its recipient.")
    advice = _("Check the address. The operator can send the mail again once the cause is gone.")


def hand_over(mail: OutgoingMail) -> None:
    """Send the mail; when this returns, the server has taken it.

    Must run outside of a transaction: the server may take its time. Raises `MailRefused`, `MailServerUnavailable`.
    """
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.recipient],
        headers={
            "Message-ID": mail.message_id,
            "Content-Language": mail.language,
            # RFC 3834: no out-of-office notes, please.
            "Auto-Submitted": "auto-generated",
        },
        alternatives=[(mail.html, "text/html")],
    )
    try:
        # Opened here, because only then Django also closes what was opened half.
        with get_connection() as server:
            server.send_messages([message])
    except (OSError, smtplib.SMTPException) as failure:
        error = _meaning(failure)
        # Only here: what a server says may hold addresses and host names.
        log.warning("Mail %s was not sent (%s): %r", mail.pk, error.value, failure)
        raise (MailRefused if error is MailError.REFUSED else MailServerUnavailable)(error) from failure


def _meaning(failure: Exception) -> MailError:
    # The order matters: all of smtplib's errors are OSErrors, and most have others below them.
    silent = failure.__context__ if isinstance(failure, smtplib.SMTPServerDisconnected) else failure
    if isinstance(silent, TimeoutError):
        return MailError.TIMEOUT
    match failure:
        case smtplib.SMTPAuthenticationError():
            return MailError.SIGN_IN
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            return _by_status(*(code for code, _text in refused.values()))
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            # About the server itself, not about this mail, whatever the status.
            return MailError.DEFERRED
        case smtplib.SMTPResponseException(smtp_code=code):
            return _by_status(code)
        case smtplib.SMTPNotSupportedError() | ssl.SSLError():
            return MailError.TLS
        case smtplib.SMTPServerDisconnected() | ConnectionResetError() | BrokenPipeError():
            return MailError.DISCONNECTED
        case smtplib.SMTPException():
            return MailError.UNEXPECTED
        case _:
            return MailError.UNREACHABLE


def _by_status(*codes: int) -> MailError:
    return MailError.REFUSED if all(code >= 500 for code in codes) else MailError.DEFERRED
