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
    # Empty for all routes of the proxy, and for any network.
    routes: str = ""
    networks: str = ""


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


@event("key.changed", _("changed what the binding key {key_name} may reach or is noted with ({fields})"))
class KeyChanged(Event):
    key_name: str
    client_id: str
    fields: str
    # As they are now; empty for all routes of the proxy, and for any network.
    routes: str
    networks: str


@event("key.approved", _("approved the binding key {key_name}; it works from now on"))
class KeyApproved(Event):
    key_name: str
    client_id: str


@event("key.rejected", _("rejected the binding key {key_name}; it is revoked"))
class KeyRejected(Event):
    key_name: str
    client_id: str
