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


@event("key.list_exported", _("exported the list of binding keys ({keys} keys, {form})"))
class KeyListExported(Event):
    form: str
    keys: int
    # The names of the filters and their values; of a search its name alone, because anything may have been typed there.
    narrowed_by: str


# Whoever did one of these saw a secret, or received it: the exposure ledger of a key is made of them.
EXPOSURES = (
    "key.created",
    "key.imported",
    "key.rolled",
)
