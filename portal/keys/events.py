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


@event("key.rolled", _("rolled the binding key {key_name} and was shown its secret {generation}"))
class KeyRolled(Event):
    key_name: str
    client_id: str
    generation: int
    old: int
    # When the old secret ends: in UTC, or so many seconds after the first use of the new one. Neither: not by itself.
    ends_at: str
    ends_after_next_use: int


@event("key.roll_changed", _("changed when the secret {old} of the binding key {key_name} ends"))
class KeyRollChanged(Event):
    key_name: str
    client_id: str
    old: int
    ends_at: str
    ends_after_next_use: int


@event("key.roll_finished", _("ended the secret {old} of the binding key {key_name}"))
class KeyRollFinished(Event):
    key_name: str
    client_id: str
    old: int


@event("key.disabled", _("disabled the binding key {key_name}: {why}"))
class KeyDisabled(Event):
    key_name: str
    client_id: str
    why: str


@event("key.enabled", _("enabled the binding key {key_name} again"))
class KeyEnabled(Event):
    key_name: str
    client_id: str


@event("key.brown_out", _("started a brown-out of the binding key {key_name}: {share} % of its calls, until {until}"))
class KeyBrownOut(Event):
    key_name: str
    client_id: str
    share: int
    until: str


@event("key.brown_out_stopped", _("stopped the brown-out of the binding key {key_name}"))
class KeyBrownOutStopped(Event):
    key_name: str
    client_id: str
