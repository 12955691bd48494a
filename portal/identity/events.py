"""What the audit log tells of people signing in and out."""

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, Kind, event


@event("sign_in.succeeded", _("signed in as {roles}"), Kind.SIGN_IN)
class SignInSucceeded(Event):
    tenant: str
    roles: str


@event("sign_in.refused", _("was refused at sign-in: {reason}"), Kind.SIGN_IN)
class SignInRefused(Event):
    reason: str
    # The same refusal, from the same address, so often since it was last recorded.
    repeated: int = 0


@event("operator.changed", _("is now {now} of this portal, as the Hub says"))
class OperatorChanged(Event):
    now: str


@event("sign_in.ended", _("signed out"), Kind.SIGN_IN)
class SignedOut(Event):
    pass
