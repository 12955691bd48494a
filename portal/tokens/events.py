"""What the audit log tells of tokens."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, Kind, event

# Recorded is the code, read is the word.
REASONS = {
    "secret_misspelt": _("the secret is misspelt or cut off"),
    "secret_wrong": _("the secret is wrong"),
    "client_unknown": _("nobody has this clientID"),
    "key_revoked": _("the key is revoked"),
    "key_expired": _("the key has expired"),
    "tenant_suspended": _("the tenant is suspended"),
    "tenant_archived": _("the tenant is archived"),
    "tenant_requested": _("the tenant is not set up yet"),
    "tenant_provisioning": _("the tenant is not set up yet"),
    "key_disabled": _("the key is disabled"),
    "approval_pending": _("the key waits for the approval of a second admin"),
    "secret_ended": _("the secret was rolled out"),
    "token_expired": _("the token has expired"),
    "scope_insufficient": _("the token does not have the scope"),
    "proxy_switched_off": _("the deployment switches the proxy off"),
    "daily_calls_reached": _("the tenant has made all calls of the day"),
}


class Refused(Event):
    """A refusal with a reason."""

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        return recorded | {"reason": REASONS.get(recorded["reason"], recorded["reason"])}


@event("token.issued", _("got an access token"), Kind.KEY_USE)
class TokenIssued(Event):
    client_id: str
    generation: int
    jti: str
    scope: str


@event("token.refused", _("asked for a token and was refused ({reason})"), Kind.KEY_USE)
class TokenRefused(Refused):
    client_id: str
    reason: str
    repeated: int = 0


@event("call.refused", _("called the API and was refused ({reason})"), Kind.KEY_USE)
class CallRefused(Refused):
    client_id: str
    reason: str
    method: str
    path: str
    repeated: int = 0
