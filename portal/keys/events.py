"""What the audit log tells of binding keys."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, event
from portal.keys.expiry import moment_shown


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


@event("key.roll_cancelled", _("cancelled the roll of the binding key {key_name}: ended the new secret {new}"))
class KeyRollCancelled(Event):
    key_name: str
    client_id: str
    new: int
    # It works on, without an end.
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
    # In UTC.
    until: str

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        return {"until": moment_shown(recorded["until"])} if "until" in recorded else {}


@event("key.brown_out_stopped", _("stopped the brown-out of the binding key {key_name}"))
class KeyBrownOutStopped(Event):
    key_name: str
    client_id: str


@event("key.list_exported", _("exported the list of binding keys ({keys} keys, {form})"))
class KeyListExported(Event):
    form: str
    keys: int
    # The names of the filters and their values; of a search its name alone, because anything may have been typed there.
    narrowed_by: str


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


@event("signing_key.rotated", _("made a new key that signs access tokens ({algorithm}, {kid})"))
class SigningKeyRotated(Event):
    kid: str
    algorithm: str
    # Ids of the keys that verify no more.
    removed: str
    # 1 when they were removed before their tokens had expired.
    distrusted: int


@event("key.exported", _("exported the values of the binding key {key_name} ({format}, {secret})"))
class KeyExported(Event):
    key_name: str
    client_id: str
    format: str
    # "with" or "without".
    secret: str
    # Which secret it was; 0 without.
    generation: int

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        in_words = {"with": _("with the secret"), "without": _("without the secret")}
        return recorded | {"secret": in_words.get(recorded["secret"], "…")}


@event(
    "key.hand_over_started",
    _("made secret {generation} of the binding key {key_name} for {email}, without seeing it"),
)
class HandOverStarted(Event):
    key_name: str
    client_id: str
    generation: int
    email: str


@event("key.hand_over_opened", _("was shown secret {generation} of the binding key {key_name}, made by {handed_by}"))
class HandOverOpened(Event):
    key_name: str
    client_id: str
    generation: int
    handed_by: str


@event("key.hand_over_withdrawn", _("withdrew secret {generation} of the binding key {key_name}, meant for {email}"))
class HandOverWithdrawn(Event):
    key_name: str
    client_id: str
    generation: int
    email: str


@event(
    "key.hand_over_spoiled",
    _("opened the link to secret {generation} of the binding key {key_name}, {reason}; the key was disabled"),
)
class HandOverSpoiled(Event):
    key_name: str
    client_id: str
    generation: int
    # For whom it was.
    email: str
    reason: str

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        in_words = {
            "wrong_person": _("which was for somebody else"),
            "second_opening": _("which was opened before"),
        }
        return recorded | {"reason": in_words.get(recorded["reason"], recorded["reason"])}


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


# Whoever did one of these saw a secret, or received it: the exposure ledger of a key is made of them.
EXPOSURES = (
    "key.created",
    "key.imported",
    "key.rolled",
    "key.exported",
    "key.hand_over_opened",
)
