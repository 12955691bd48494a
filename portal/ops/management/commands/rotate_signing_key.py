"""`python manage.py rotate_signing_key`: a new key signs the portal's access tokens, without a restart."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.actor import SYSTEM
from portal.errors import Refusal
from portal.keys import signing
from portal.keys.signing_commands import rotate_signing_key

BY = SYSTEM._replace(agent="manage.py rotate_signing_key")


class Command(BaseCommand):
    """Make a new signing key; tokens that are out stay valid, unless the old keys are not to be trusted."""

    help = (
        "Make a new key that signs access tokens. All processes use it within seconds; tokens that are out stay valid."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--distrust-old",
            action="store_true",
            help="an old key is in the wrong hands: refuse all tokens that are out, at once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, and say what happens next."""
        try:
            key = rotate_signing_key(distrust=options["distrust_old"], by=BY)
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.advice}".strip()) from None
        when = signing.KEPT_SECONDS if options["distrust_old"] else signing.SIGNS_AFTER_SECONDS
        self.stdout.write(f"{key.kid} ({key.algorithm}) signs in all processes within {when} seconds.")
        if options["distrust_old"]:
            self.stdout.write("Older keys are removed: tokens that are out are refused, callers get new ones.")
