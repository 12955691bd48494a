"""What an audit event is: a frozen dataclass with a unique name and the sentence that tells it.

Its fields are the allow-list of what may be recorded: only text and whole numbers, so that a secret wrapped in
`Secret`, a model or a request cannot slip in. Each slice declares its own events in its `events.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, TypeVar, dataclass_transform

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REGISTRY: dict[str, type[Event]] = {}
ALLOWED_FIELD_TYPES = (str, int, "str", "int")  # as written with and without postponed annotations


class Outcome(TextChoices):
    """How it ended. `admitted` is written before the act, and answered by a second record once the end is known."""

    OK = "ok", _("Done")
    ADMITTED = "admitted", _("Not finished")
    DENIED = "denied", _("Refused")
    ERROR = "error", _("Failed")


class Kind(StrEnum):
    """What an event is about; the filter of the activity page."""

    CHANGE = "change"
    KEY_USE = "key_use"
    SIGN_IN = "sign_in"


class Event:
    """Base of all audit events; see `event`."""

    name: ClassVar[str]
    kind: ClassVar[Kind]
    template: ClassVar[str | Promise]

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        """The recorded fields as the sentence says them. A slice that records codes turns them into words here."""
        return recorded

    @property
    def recorded(self) -> dict[str, str | int]:
        """The fields as they go into the record."""
        return dict(vars(self))


EventT = TypeVar("EventT", bound=Event)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(name: str, sentence: str | Promise, kind: Kind = Kind.CHANGE) -> Callable[[type[EventT]], type[EventT]]:
    """Declare an event: `@event("key.created", _("created the binding key {key_name}"))` on a subclass of `Event`.

    `sentence` goes on after the actor's name and may use every field in braces.
    """

    def declare(cls: type[EventT]) -> type[EventT]:
        made: type[EventT] = dataclass(frozen=True, kw_only=True)(cls)
        refused = [field.name for field in fields(made) if field.type not in ALLOWED_FIELD_TYPES]  # type: ignore[arg-type]
        if refused or name in REGISTRY:
            raise TypeError(f"Event {name}: taken already, or fields that are neither str nor int: {refused}")
        made.name, made.template, made.kind = name, sentence, kind
        REGISTRY[name] = made
        return made

    return declare


def sentence(name: str, recorded: dict[str, Any]) -> str:
    """The sentence of a recorded event in the reader's language; its name when no code declares it any more."""
    declared = REGISTRY.get(name)
    if declared is None:
        return name
    known = _Words(recorded)
    return str(declared.template).format_map(_Words(known | declared.words(known)))


class _Words(dict[str, Any]):
    """Fields of an event; one that an older record does not have is an ellipsis."""

    def __missing__(self, name: str) -> str:
        return "…"
