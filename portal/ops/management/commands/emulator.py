"""`python manage.py emulator …`: the Hub emulator, as `python -m portal.emulator …` starts it.

The emulator shares no code with the portal, so this process becomes the emulator's instead of importing it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

BASE_DIR = Path(__file__).resolve().parents[4]


def run_emulator(arguments: Sequence[str]) -> NoReturn:
    """Replace this process by the emulator's; the arguments are those of `python -m portal.emulator`."""
    sys.stdout.flush()
    sys.stderr.flush()
    search = os.pathsep.join(filter(None, (str(BASE_DIR), os.environ.get("PYTHONPATH", ""))))
    command = [sys.executable, "-m", "portal.emulator", *arguments]
    os.execve(sys.executable, command, os.environ | {"PYTHONPATH": search})  # noqa: S606


class Command(BaseCommand):
    """Start the Hub emulator; `--help` lists its options."""

    help = "Start the Insights Hub emulator: python manage.py emulator [--port N] [--seed S] [--loose] …"
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> NoReturn:
        """Hand all options over as they are."""
        run_emulator(argv[2:])

    def add_arguments(self, parser: CommandParser) -> None:
        """For `call_command("emulator", "--port", "0")`."""
        parser.add_argument("arguments", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start it."""
        run_emulator(options["arguments"])
