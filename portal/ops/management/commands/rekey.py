"""`python manage.py rekey`: seals every stored secret anew under the newest master key, while the portal runs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.keys import rekey
from portal.lib.crypto import KeyRing


class Command(BaseCommand):
    """Exit code 0: all is sealed under the newest key; 1: something is not."""

    help = "Seal all stored secrets under the newest key of PORTAL_MASTER_KEYS; --check only counts"

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to change anything."""
        parser.add_argument("--check", action="store_true", help="say which master keys are in use, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reseal, then say what is in use."""
        if not options["check"]:
            self._reseal()
        counts = rekey.in_use()
        for line in lines(counts, settings.MASTER_KEYS):
            self.stdout.write(line)
        if set(counts) - {settings.MASTER_KEYS.newest}:
            raise CommandError("Not everything is sealed under the newest master key.")

    def _reseal(self) -> None:
        done: dict[str, Counter[str]] = {}
        for step in rekey.reseal_all():
            counts = done.setdefault(step.table, Counter())
            counts.update(resealed=step.resealed, kept=step.kept, broken=step.broken)
            self.stdout.write(
                f"{step.table}: {counts['resealed']} sealed anew, {counts['kept']} were, {counts['broken']} do not open"
            )


def lines(counts: Counter[str], ring: KeyRing) -> list[str]:
    """Each master key with the number of values under it, and what may be done with it."""
    told = []
    for key_id in dict.fromkeys([*ring.keys, *sorted(counts)]):
        if key_id not in ring.keys:
            word = "NOT in PORTAL_MASTER_KEYS: these do not open"
        elif key_id == ring.newest:
            word = "newest"
        else:
            word = "must stay in PORTAL_MASTER_KEYS" if counts[key_id] else "can leave PORTAL_MASTER_KEYS"
        told.append(f"master key {key_id}: {counts[key_id]} values, {word}")
    return told
