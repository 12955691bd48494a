"""`python manage.py dossier verify FILE`: whether the archive of a release is whole and whose it is. No database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.lib.dossier_file import Verdict, keys_of, verify

USAGE = 2
SAID = {
    Verdict.CHANGED: "Changed: {}",
    Verdict.MISSING: "Missing: {}",
    Verdict.EXTRA: "Not named in the manifest: {}",
    Verdict.WRONG_KEY: "The signature of {} is not that of the key.",
    Verdict.UNREADABLE: "This is no dossier: {}",
}


class Command(BaseCommand):
    """Exit codes: 0 genuine, 1 changed, 2 usage, 3 a file is missing, 4 one too many, 5 wrong key, 6 no dossier."""

    help = (
        "Verify the dossier of a release, offline. Exit codes: 0 genuine, 1 something was changed, 2 wrong usage, "
        "3 a file is missing, 4 a file is there that the manifest does not name, 5 another key signed it, "
        "6 this is no dossier."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["verify"])
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--key", type=Path, help="PEM file with the portal's public keys; without it, the archive's"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge, and say what is wrong with which file."""
        try:
            data = options["file"].read_bytes()
            trusted = keys_of(options["key"].read_bytes()) if options["key"] else None
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read.", returncode=USAGE) from error
        except ValueError as error:
            raise CommandError(f"{options['key']}: {error}.", returncode=USAGE) from error
        found = verify(data, trusted)
        if found.verdict != Verdict.GENUINE:
            raise CommandError(SAID[found.verdict].format(found.about), returncode=int(found.verdict))
        self.stdout.write(f"Whole and signed. Fingerprint of the key (SHA-256): {found.about}")
        if trusted is None:
            self.stdout.write(
                "The key is the one that the archive names itself: whoever changes an archive can do that too. "
                "Get the portal's key from its address /.well-known/bindery-dossier.pem and pass it with --key."
            )
