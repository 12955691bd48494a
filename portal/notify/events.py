"""What the audit log tells of mails."""

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, event


@event("mail.retried", _("sent the mail {template} to {recipient} on its way again"))
class MailRetried(Event):
    template: str
    recipient: str
