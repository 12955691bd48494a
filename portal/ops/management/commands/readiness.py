"""`python manage.py readiness URL`: is an application ready for the Hub? For CI; needs no database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.cockpit.checks import formats
from portal.cockpit.checks.check import Severity
from portal.cockpit.checks.deployment import runner
from portal.cockpit.checks.runner import Progress
from portal.cockpit.checks.subject import Component, Subject


class Command(BaseCommand):
    """Exit code 0: nothing found that fails; 1: something found that does; 2: the command was written wrongly."""

    help = "Check whether a self-hosted application is ready for Insights Hub"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The application's address and what else is known of it."""
        parser.add_argument("url", metavar="URL", help="address of the application, such as https://app.example.com")
        parser.add_argument("--health", default="", help="health URL or path; default /health/")
        parser.add_argument("--protected", default="", help="URL or path that needs signing in; default the front page")
        parser.add_argument("--tenant", default="", help="tenant whose people use it, as their tokens name it")
        parser.add_argument("--endpoint", action="append", default=[], help="endpoint such as /**; may be given again")
        parser.add_argument("--token-file", help="file with a token of the Hub, - for standard input")
        parser.add_argument("--format", choices=("text", "json", "junit"), default="text")
        parser.add_argument(
            "--fail-on",
            choices=[severity.value for severity in Severity],
            default=Severity.BLOCKING.value,
            help="least severity of a finding that gives exit code 1; default blocking",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run all checks and print the report; with --verbosity 2 what is going on, on standard error."""
        base = options["url"].rstrip("/")
        subject = Subject(
            (Component(base, endpoints=tuple(options["endpoint"]) or ("/**",)),),
            health_url=_below(base, options["health"]),
            protected_url=_below(base, options["protected"]),
            tenant=options["tenant"],
        )
        token = _token(options["token_file"])
        progress = self._tell if options["verbosity"] > 1 else lambda _progress: None
        report = runner(subject, token=token, progress=progress).run()
        order = list(Severity)
        fails_at = set(order[: order.index(Severity(options["fail_on"])) + 1])
        if options["format"] == "json":
            self.stdout.write(formats.as_json(report))
        elif options["format"] == "junit":
            self.stdout.write(formats.as_junit(report, base, fails_at))
        else:
            for line in formats.text(report):
                self.stdout.write(line)
        if any(report.counts[severity] for severity in fails_at):
            sys.exit(1)

    def _tell(self, progress: Progress) -> None:
        self.stderr.write(f"{progress.done + 1}/{progress.of} {progress.what}")


def _below(base: str, written: str) -> str:
    """A path of the application, or a URL as it is."""
    return base + written if written.startswith("/") else written


def _token(path: str | None) -> str:
    """Not an argument: those are seen by everybody on the machine, and kept in the shell's history."""
    try:
        return (sys.stdin.read() if path == "-" else Path(path).read_text()).strip() if path else ""
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The token cannot be read from {path}.", returncode=2) from error
