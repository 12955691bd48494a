"""What the audit log tells of tokens."""

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, Kind, event


@event("token.issued", _("got an access token"), Kind.KEY_USE)
class TokenIssued(Event):
    client_id: str
    generation: int
    jti: str
    scope: str


@event("token.refused", _("asked for a token and was refused: {reason}"), Kind.KEY_USE)
class TokenRefused(Event):
    client_id: str
    reason: str
    repeated: int = 0


@event("call.refused", _("called the API and was refused: {reason}"), Kind.KEY_USE)
class CallRefused(Event):
    client_id: str
    reason: str
    method: str
    path: str
    repeated: int = 0
