"""`python manage.py tenant create|list`: what the operator does with tenants, for scripts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.actor import SYSTEM
from portal.errors import Refusal
from portal.hub.environments import environments
from portal.tenants.commands import create_tenant
from portal.tenants.models import Package, Tenant

# The options of `create` and the fields that they fill.
OPTIONS = {"display_name": "display_name", "environment": "environment_name", "company_domain": "company_domain"}


class Command(BaseCommand):
    """Create a tenant, or list all."""

    help = "Create a tenant, or list all: manage.py tenant create acme --display-name 'Acme Pumps GmbH' …"

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command for each thing to do."""
        commands = parser.add_subparsers(dest="command", required=True, metavar="create | list")
        create = commands.add_parser("create", help="register a tenant; from then on its people can sign in")
        create.add_argument("name", help="name at the Hub, at most 8 lower-case letters and digits; never changes")
        create.add_argument("--display-name", required=True)
        create.add_argument("--environment", required=True, help="where it lives, for example eu1; never changes")
        create.add_argument("--company-domain", required=True, help="e-mail domain of its people")
        create.add_argument("--numeric-id", default="", help="10 digits, if the Hub gave one")
        create.add_argument("--package", choices=Package.values, default=Package.S)
        listing = commands.add_parser("list", help="all tenants by name")
        listing.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; a tenant that cannot be is told in one line, with exit code 1."""
        if options["command"] == "list":
            self._list(options["format"])
        else:
            self._create(options)

    def _create(self, options: dict[str, Any]) -> None:
        told = {field: options[option] for option, field in OPTIONS.items()}
        if told["environment_name"] not in environments():
            raise CommandError(f"There is no environment {told['environment_name']!r}: {', '.join(environments())}.")
        try:
            tenant = create_tenant(
                name=options["name"],
                numeric_id=options["numeric_id"],
                package=Package(options["package"]),
                by=replace(SYSTEM, agent="manage.py tenant"),
                **told,
            )
        except ValidationError as error:
            wrong = [f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items()]
            raise CommandError(" ".join(wrong)) from None
        except Refusal as refusal:
            raise CommandError(str(refusal.message)) from None
        self.stdout.write(f"{tenant.name} is created. Its people can sign in.")

    def _list(self, form: str) -> None:
        rows = [
            {
                "name": tenant.name,
                "display_name": tenant.display_name,
                "environment": tenant.environment,
                "numeric_id": tenant.numeric_id,
                "company_domain": tenant.company_domain,
                "package": tenant.package,
                "created_at": tenant.created_at.isoformat(timespec="seconds"),
            }
            for tenant in Tenant.objects.order_by("name")
        ]
        if form == "json":
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
        elif not rows:
            self.stdout.write("There are no tenants yet. Create one: manage.py tenant create --help")
        for row in rows if form == "table" else ():
            self.stdout.write(f"{row['name']:<9}{row['environment']:<12}{row['package']:<4}{row['display_name']}")
