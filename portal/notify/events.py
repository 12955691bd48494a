"""What the audit log tells of mails."""

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, event


@event("mail.retried", _("sent the mail {mail} to {recipient} on its way again"))
class MailRetried(Event):
    mail: str
    recipient: str
