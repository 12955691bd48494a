"""What the audit log tells of tokens."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, Kind, event

TOKEN_ENDPOINT = "/oauth/token"  # noqa: S105 - an address

# Recorded is the code, read is the word.
REASONS = {
    "credentials_missing": _("clientID or clientSecret is missing or cannot be read"),
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
    "brown_out": _("the key is in a brown-out"),
    "secret_ended": _("the secret was rolled out"),
    "network_refused": _("the key may not be used from this network"),
    "scope_not_granted": _("the key may not reach what was asked for"),
    "route_not_granted": _("the key may not reach this API"),
    "too_many_requests": _("the key made too many requests"),
    "token_expired": _("the token has expired"),
    "token_revoked": _("the token was revoked"),
    "token_unknown": _("it is no token of this tenant"),
    "token_foreign": _("it is another client's token"),
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


@event("client.refused", _("presented its secret at {endpoint} and was refused ({reason})"), Kind.KEY_USE)
class ClientRefused(Refused):
    client_id: str
    endpoint: str
    reason: str
    repeated: int = 0


def route_of(endpoint: str) -> str:
    """An endpoint of the token service as the counts of uses call it: `token`, `introspect`, `revoke`."""
    return endpoint.rpartition("/")[2]


def client_refused(endpoint: str, client_id: str, reason: str, repeated: int) -> Event:
    """The event for a client that was refused at this endpoint of the token service."""
    if endpoint == TOKEN_ENDPOINT:
        return TokenRefused(client_id=client_id, reason=reason, repeated=repeated)
    return ClientRefused(client_id=client_id, endpoint=endpoint, reason=reason, repeated=repeated)


@event("token.introspected", _("asked what an access token is worth: {answer}"), Kind.KEY_USE)
class TokenIntrospected(Event):
    client_id: str
    # Empty unless it is a token of this tenant.
    jti: str
    # "active", or the reason why it is not.
    answer: str

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        told = REASONS | {"active": _("it is valid")}
        return recorded | {"answer": told.get(recorded["answer"], recorded["answer"])}


@event("token.revoked", _("revoked one of its access tokens"), Kind.KEY_USE)
class TokenRevoked(Event):
    client_id: str
    jti: str


@event("token.not_revoked", _("wanted to revoke an access token; nothing was revoked ({reason})"), Kind.KEY_USE)
class TokenNotRevoked(Refused):
    client_id: str
    # Empty unless it is a token of this tenant.
    jti: str
    reason: str


@event("call.refused", _("called the API and was refused ({reason})"), Kind.KEY_USE)
class CallRefused(Refused):
    client_id: str
    reason: str
    method: str
    path: str
    repeated: int = 0
