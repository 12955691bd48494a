"""What the audit log tells of mails."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, event

# Templates of mails as pages and sentences call them.
KINDS = {
    "welcome": _("Welcome"),
    "invitation": _("Invitation"),
    "request_received": _("Request for a tenant"),
    "request_accepted": _("Request accepted"),
    "request_declined": _("Request declined"),
    "tenant_suspended": _("Tenant suspended"),
    "tenant_resumed": _("Tenant resumed"),
    "key_waits": _("Key waits for approval"),
    "hand_over": _("Key handed over"),
    "hand_over_spoiled": _("Hand-over spoiled"),
    "key_expires": _("Key expires"),
    "key_leaked": _("Leaked secret"),
    "release_checked": _("Release checked"),
    "release_message": _("Message about a release"),
    "tickets_opened": _("Tickets opened"),
    "tickets_overdue": _("Tickets overdue"),
    "contact_confirmation": _("Confirmation of the alternate contact"),
    "contact_declined": _("Alternate contact declined"),
    "collaboration_offered": _("Collaboration offered"),
    "collaboration_answered": _("Collaboration answered"),
    "collaboration_ended": _("Collaboration ended"),
    "collaboration_ends_soon": _("Collaboration ends soon"),
    "collaboration_end_proposed": _("Another end of a collaboration"),
}


@event("mail.retried", _("sent the mail {mail} to {recipient} on its way again"))
class MailRetried(Event):
    mail: str
    recipient: str

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        return {"mail": KINDS.get(recorded["mail"], recorded["mail"])}
