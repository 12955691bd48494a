"""What the audit log tells of binding keys."""

from typing import Any

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


@event("key.exported", _("exported the values of the binding key {key_name} ({format}, {secret})"))
class KeyExported(Event):
    key_name: str
    client_id: str
    format: str
    # "with" or "without".
    secret: str

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
