"""`python manage.py constants`: which value is in force for each constant of each key, and where it comes from."""

from __future__ import annotations

import json
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.keys.constants_rows import ConstantRow, Seen, keys_with_constants, rows_of
from portal.keys.deployment import names_of, unknown_names
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant
from portal.tenants.states import TenantState

FOUND, USAGE = 1, 2
COLUMNS = ("tenant", "key", "constant", "source", "value", "fingerprint", "used", "findings")


class Command(BaseCommand):
    """Print the table of deployment constants; with --check, fail when something is wrong."""

    help = (
        "Print which value is in force for each constant of each key, and where it comes from; secrets are masked. "
        "Exit codes of --check: 0 all as stored, 1 a constant differs, cannot be read, is set twice or has no effect, "
        "or a variable names no key; 2 wrong usage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", help="name of one tenant; without it, all that are not archived")
        parser.add_argument("--check", action="store_true", help="exit with 1 when something is wrong")
        parser.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, then judge."""
        rows, unknown = _looked_up(options["tenant"])
        if options["format"] == "json":
            told = {"constants": [_as_json(row) for row in rows], "unknown_variables": unknown}
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        else:
            self._table(rows, unknown)
        found = sum(bool(row.findings) for row in rows) + len(unknown)
        if options["check"] and found:
            raise CommandError(f"{found} of the constants are not as stored.", returncode=FOUND)

    def _table(self, rows: list[ConstantRow], unknown: list[str]) -> None:
        cells = [COLUMNS, *(_cells(row) for row in rows)]
        widths = [max(len(line[column]) for line in cells) for column in range(len(COLUMNS))]
        for line in cells:
            self.stdout.write("  ".join(map(str.ljust, line, widths)).rstrip())
        for name in unknown:
            self.stdout.write(f"{name} names no key and has no effect.")


def _looked_up(name: str | None) -> tuple[list[ConstantRow], list[str]]:
    tenants = Tenant.objects.exclude(state=TenantState.ARCHIVED).order_by("name")
    if name is not None:
        tenants = tenants.filter(name=name)
        if not tenants:
            raise CommandError(f"There is no tenant {name!r}.", returncode=USAGE)
    rows: list[ConstantRow] = []
    known: set[str] = set()
    for tenant in tenants:
        with tenant_scope(tenant.pk):
            keys = list(keys_with_constants())
            rows += rows_of(tenant, keys)
            known |= {variable for key in keys for variable in names_of(tenant.name, key)}
    return rows, unknown_names(known, os.environ, name or "")


def _cells(row: ConstantRow) -> tuple[str, ...]:
    used = row.seen_at.strftime("%Y-%m-%d %H:%M UTC") if row.seen_at else row.seen.value
    if row.seen is Seen.NOT_HERE:
        used = "see the page"  # this command is a process of its own and has got no token
    found = ", ".join(row.findings) or "–"
    return (
        row.tenant_name,
        row.key_name,
        row.constant,
        row.source.value,
        row.value_shown or "–",
        row.fingerprint or "–",
        used,
        found,
    )


def _as_json(row: ConstantRow) -> dict[str, Any]:
    return {
        "tenant": row.tenant_name,
        "key_id": row.key_id,
        "key": row.key_name,
        "constant": row.constant,
        "variable": row.variable,
        "source": row.source.value,
        "value": row.value_shown,
        "fingerprint": row.fingerprint,
        "findings": [finding.value for finding in row.findings],
        "used": row.seen.value,
        "used_at": row.seen_at.isoformat() if row.seen_at else None,
    }
