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


@event("key.leak_found", _("found a secret of the binding key {key_name} in {where}"))
class LeakFound(Event):
    key_name: str
    client_id: str
    generation: int
    # A file, also inside an archive, or a URL; never what stood around the secret.
    where: str


@event("key.leak_disabled", _("disabled the binding key {key_name}, whose secret was found in {where}"))
class LeakDisabled(Event):
    key_name: str
    client_id: str
    where: str
