"""`python manage.py leaks PATH…`: looks for leaked secrets in files and folders, for CI. Needs no database."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import constants
from portal.lib.archive_source import Budget
from portal.lib.leaks import Report, look_into


class Command(BaseCommand):
    """Exit code 0: nothing found; 1: secrets found; 2: not everything could be looked at."""

    help = "Find client secrets of Bindery and filled ClientSecret constants of Mendix in files, folders and archives"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Paths and the form of the answer."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each find as soon as it is there; JSON is one object a line."""
        missing = [str(path) for path in options["paths"] if not path.exists()]
        if missing:
            raise CommandError(f"There is no {missing[0]}.", returncode=2)
        found = left_out = False
        for path, report in look_into(options["paths"], _budget):
            found, left_out = found or bool(report.leaks), left_out or bool(report.left_out)
            self._tell(path, report, options["format"])
        if found or left_out:
            sys.exit(1 if found else 2)

    def _tell(self, path: Path, report: Report, form: str) -> None:
        for leak in report.leaks:
            find = leak.find
            told = {"found": find.form, "hint": find.hint, "constant": find.constant, "sha256": find.verifier}
            what = f"the constant {find.constant} has a value" if find.constant else "a secret"
            text = f"{', '.join(leak.places)}: {what} {find.hint}".rstrip()
            self.stdout.write(json.dumps(told | {"places": leak.places}) if form == "json" else text)
        if report.left_out:
            text = f"{path}: not everything was looked at ({', '.join(report.left_out)})"
            told_out = {"path": str(path), "left_out": report.left_out}
            self.stdout.write(json.dumps(told_out) if form == "json" else text)


def _budget() -> Budget:
    """As on the page of the portal, for each file; PORTAL_LEAK_… change it."""
    return Budget(
        constants.LEAK_UNPACKED,
        constants.LEAK_ENTRIES,
        constants.LEAK_DEPTH,
        constants.LEAK_RATIO,
        constants.LEAK_SECONDS,
    )
