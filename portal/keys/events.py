"""What the audit log tells of binding keys."""

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, event


@event("key.created", _("created the binding key {key_name} and was shown its secret"))
class KeyCreated(Event):
    key_name: str
    client_id: str
    generation: int
    # In UTC, empty when it does not expire.
    expires_at: str


@event("key.imported", _("imported the key {key_name}, with which the portal calls the Hub"))
class KeyImported(Event):
    key_name: str
    client_id: str
    source: str
    token_url: str


@event("key.revoked", _("revoked the binding key {key_name}"))
class KeyRevoked(Event):
    key_name: str
    client_id: str


@event("signing_key.rotated", _("made a new key that signs access tokens ({algorithm}, {kid})"))
class SigningKeyRotated(Event):
    kid: str
    algorithm: str
    # Ids of the keys that verify no more.
    removed: str
    # 1 when they were removed before their tokens had expired.
    distrusted: int
