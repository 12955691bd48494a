#!/usr/bin/env python
"""Bindery's command line: `python manage.py help` lists the commands."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from portal.ops.management.commands.emulator import run_emulator

EX_CONFIG = 78


def main() -> None:
    if sys.argv[1:2] == ["emulator"]:
        # A program of its own that needs no settings: it starts on a fresh clone, too.
        run_emulator(sys.argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        print(f"Bindery does not start: {error}", file=sys.stderr)
        sys.exit(EX_CONFIG)


if __name__ == "__main__":
    main()
