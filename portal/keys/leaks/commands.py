"""What follows when a secret was found where it does not belong: the record, and the end of its use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from portal.actor import Actor
from portal.audit.commands import record
from portal.audit.events import Kind
from portal.audit.models import AuditRecord
from portal.keys import events
from portal.keys.commands import mark_disabled
from portal.keys.models import BindingKey, Incident, SecretGeneration
from portal.lib.client_secret import PATTERN

WHERE_LENGTH = 300
# Why a key does not work, for good. One that is disabled, suspended or waiting may work again, with its leaked secret.
NO_WAY_BACK = {"key_revoked", "key_expired", "tenant_archived"}


@dataclass(frozen=True)
class FoundSecret:
    """A secret of one of the tenant's keys, and where it was found."""

    generation: SecretGeneration
    where: str

    @property
    def key(self) -> BindingKey:
        return self.generation.key

    @property
    def works(self) -> bool:
        """Whether somebody who found it as well could use it now."""
        return not self.key.standing and not self.generation.has_ended

    @property
    def is_over(self) -> bool:
        """Whether it never works again, whatever anybody does."""
        return self.generation.has_ended or self.key.standing in NO_WAY_BACK

    @property
    def is_recorded(self) -> bool:
        """Whether this find is on record since the key was enabled last."""
        history = AuditRecord.objects.filter(subject=self.key.subject, kind=Kind.CHANGE).order_by("-index")
        enabled = history.filter(name="key.enabled").values_list("index", flat=True).first() or 0
        finds = history.filter(name="key.leak_found", index__gt=enabled)
        this = (self.generation.number, self.where)
        return any((find.facts.get("generation"), find.facts.get("where")) == this for find in finds)


def recognise(places: Mapping[str, str]) -> list[FoundSecret]:
    """The secrets of the active tenant among these verifiers; the values say where each was found."""
    generations = SecretGeneration.objects.select_related("key", "key__tenant").filter(
        verifier__in=[*filter(None, places)]
    )
    return [
        FoundSecret(generation, recordable(places[generation.verifier]))
        for generation in generations.order_by("key__name", "number")
    ]


def recordable(where: str) -> str:
    """A place as it may be recorded: one line, not endless, and not the secret itself."""
    where = PATTERN.sub("***", where)
    return "".join(sign if sign.isprintable() else " " for sign in where).strip()[:WHERE_LENGTH] or "—"


@transaction.atomic(durable=True)
def record_leaks(found: Iterable[FoundSecret], *, by: Actor) -> None:
    """Record what was found; the keys go on working."""
    for one in found:
        record_found(one, by)


@transaction.atomic(durable=True)
def disable_leaked(places: Mapping[int, str], *, by: Actor) -> list[BindingKey]:
    """Refuse these keys from their next call on, until an admin enables them again. Returns those that worked before.

    The values say where the secret of each was found. Revoked keys, and those that are disabled already, stay so.
    """
    keys = BindingKey.objects.select_for_update(no_key=True).filter(pk__in=places, revoked_at=None, disabled_at=None)
    disabled = list(keys.order_by("pk"))
    for key in disabled:
        mark_leaked(key, places[key.pk])
    for key in disabled:
        record_disabled(key, places[key.pk], by)
    return disabled


def mark_leaked(key: BindingKey, where: str) -> None:
    """Disable the key because of a find, in the caller's transaction."""
    mark_disabled(key, where, incident=Incident.LEAKED)


def record_found(one: FoundSecret, by: Actor) -> None:
    """The record of a find, in the caller's transaction."""
    found = events.LeakFound(
        key_name=one.key.name, client_id=one.key.client_id, generation=one.generation.number, where=one.where
    )
    record(found, by=by, subject=one.key.subject)


def record_disabled(key: BindingKey, where: str, by: Actor) -> None:
    """The record of a key that was disabled, in the caller's transaction."""
    told = events.LeakDisabled(key_name=key.name, client_id=key.client_id, where=where)
    record(told, by=by, subject=key.subject)
