"""Sealing everything that is stored anew, under the newest master key, while the portal goes on.

Every table with a column `sealed` and a `place` takes part, so that a new one cannot be forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction

from portal.lib.crypto import SealBroken, key_id_of

# Rows of one transaction: on SQLite all other writers wait for it, some milliseconds.
BATCH = 20


@dataclass(frozen=True)
class Progress:
    """What became of one batch: rows sealed anew, rows that were under the newest key, rows that do not open."""

    table: str
    resealed: int = 0
    kept: int = 0
    broken: int = 0


def sealed_models() -> list[type[models.Model]]:
    """The tables that hold sealed values."""
    return [model for model in apps.get_models() if _has_seal(model)]


def _has_seal(model: type[models.Model]) -> bool:
    try:
        return isinstance(model._meta.get_field("sealed"), models.BinaryField) and hasattr(model, "place")
    except FieldDoesNotExist:
        return False


def in_use() -> Counter[str]:
    """How many values are sealed under each master key, by its id; an unreadable one counts as "?"."""
    found: Counter[str] = Counter()
    for model in sealed_models():
        found.update(
            key_id_of(bytes(sealed)) or "?" for sealed in _rows(model).values_list("sealed", flat=True).iterator()
        )
    return found


def reseal_all() -> Iterator[Progress]:
    """Seal every value under the newest key, in small transactions; interrupted, it can be started again.

    A value that changes meanwhile is left to the next run: who changed it sealed it under the newest key.
    """
    for model in sealed_models():
        last = 0
        while batch := list(_rows(model).filter(pk__gt=last).order_by("pk")[:BATCH]):
            yield _resealed(model, batch)
            last = batch[-1].pk


def _resealed(model: type[models.Model], batch: list[models.Model]) -> Progress:
    ring, counts = settings.MASTER_KEYS, Counter[str]()
    with transaction.atomic():
        # The newest first, as a first use and a roll lock them.
        for row in reversed(batch):
            sealed, place = bytes(row.sealed), row.place  # type: ignore[attr-defined]
            if key_id_of(sealed) == ring.newest:
                counts["kept"] += 1
                continue
            try:
                fresh = ring.seal(ring.open(sealed, place=place), place=place)
            except SealBroken:
                counts["broken"] += 1
                continue
            # Compared and set in one statement: no newer value is overwritten.
            counts["resealed"] += _rows(model).filter(pk=row.pk, sealed=row.sealed).update(sealed=fresh)  # type: ignore[attr-defined]
    return Progress(model._meta.label, **counts)


def _rows(model: type[models.Model]) -> models.QuerySet[models.Model]:
    manager: models.Manager[models.Model] = getattr(model, "all_tenants", None) or model._default_manager
    return manager.all()
