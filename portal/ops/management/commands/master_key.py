"""Prints a new master key in the form that PORTAL_MASTER_KEYS wants."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from portal.lib.crypto import KeyRing


class Command(BaseCommand):
    help = "Print a new master key; write it in front of PORTAL_MASTER_KEYS and keep the old ones behind it."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(KeyRing.generate(f"{datetime.now(UTC):%Y-%m-%d}"))
