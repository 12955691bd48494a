"""`python manage.py tenant …`: what the operator does with tenants, for scripts."""

from __future__ import annotations

import getpass
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.actor import SYSTEM
from portal.errors import Refusal
from portal.lib.secret import Secret
from portal.ops.orders import place_order
from portal.ops.tenant_forms import FirstAdminForm, OrderForm, ReasonForm
from portal.ops.tenant_rows import shown_steps
from portal.permissions import Role
from portal.scoping import tenant_scope
from portal.tenants import commands, provisioning
from portal.tenants.invitation_commands import invite
from portal.tenants.models import Package, Tenant
from portal.tenants.queries import tenants
from portal.tenants.states import TenantState

# Seconds.
LOOK_EVERY = 1.0
BY = SYSTEM._replace(agent="manage.py tenant")
# What `list` says of a tenant.
LISTED = ("name", "display_name", "company_name", "company_domain", "environment", "numeric_id", "package", "state")


class Command(BaseCommand):
    """Provision tenants, suspend, resume and archive them, change their package, list them."""

    help = "Provision, suspend, resume and archive tenants: manage.py tenant provision --help"

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command for each thing to do."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
        order = verbs.add_parser(
            "provision", allow_abbrev=False, help="order a tenant and run its provisioning, step by step"
        )
        order.add_argument("name", help="account name at the Hub, at most 8 lower-case letters and digits")
        for option, help_text in ORDER_OPTIONS.items():
            order.add_argument(f"--{option}", required=option in REQUIRED, default="", help=help_text)
        order.add_argument("--package", choices=Package.values, default=Package.S)
        order.add_argument("--language", choices=("en", "de"), default="en", help="of the welcome mail")
        order.add_argument(
            "--client-secret-file",
            type=Path,
            help="file with the secret of --client-id; without it, the secret is read from standard input",
        )
        order.add_argument("--no-wait", action="store_true", help="only order it; the worker runs the steps")
        for verb, help_text in PLAIN_VERBS.items():
            plain = verbs.add_parser(verb, help=help_text)
            plain.add_argument("name")
            if verb == "suspend":
                plain.add_argument("--reason", required=True, help="what the tenant's people read")
            if verb == "package":
                plain.add_argument("package", choices=Package.values)
            if verb == "invite-admin":
                plain.add_argument("email")
                plain.add_argument("--language", choices=("en", "de"), default="en", help="of the mail")
        listing = verbs.add_parser("list", help="all tenants by name")
        listing.add_argument("--format", choices=("table", "json"), default="table")
        listing.add_argument("--state", choices=TenantState.values, default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; what cannot be is told in one line, with exit code 1."""
        try:
            VERBS[options["verb"]](self, options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.advice}".strip()) from None

    def provision(self, options: dict[str, Any]) -> None:
        """Order a tenant and, unless --no-wait, run its steps here and say how each went."""
        form = OrderForm(
            {
                **{field: options[option.replace("-", "_")] for option, field in FIELDS.items()},
                "name": options["name"],
                "package": options["package"],
                "first_admin_language": options["language"],
                "client_secret": _secret(options["client_secret_file"]),
            }
        )
        if not form.is_valid():
            options_of = {field: f"--{option}" for option, field in FIELDS.items()}
            wrong = [f"{options_of.get(field, field)}: {_joined(texts)}" for field, texts in form.errors.items()]
            raise CommandError(" ".join(wrong))
        told = form.cleaned_data
        secret = Secret(told.pop("client_secret"))
        tenant = place_order(**told, secret=secret, by=BY)
        self.stdout.write(f"{tenant.name} is ordered.")
        if not options["no_wait"]:
            self._run(tenant)

    def retry(self, options: dict[str, Any]) -> None:
        """Let the failed step run again, here."""
        tenant = _found(options["name"])
        commands.retry_provisioning(tenant, by=BY)
        self._run(tenant)

    def suspend(self, options: dict[str, Any]) -> None:
        """Stop a tenant's keys and pages."""
        form = ReasonForm("", {"reason": options["reason"]})
        if not form.is_valid():
            raise CommandError(f"--reason: {_joined(form.errors['reason'])}")
        commands.suspend_tenant(_found(options["name"]), reason=form.cleaned_data["reason"], by=BY)
        self.stdout.write(f"{options['name']} is suspended.")

    def resume(self, options: dict[str, Any]) -> None:
        """Let it go on."""
        commands.resume_tenant(_found(options["name"]), by=BY)
        self.stdout.write(f"{options['name']} is active again.")

    def archive(self, options: dict[str, Any]) -> None:
        """End a suspended tenant for good."""
        commands.archive_tenant(_found(options["name"]), by=BY)
        self.stdout.write(f"{options['name']} is archived.")

    def cancel(self, options: dict[str, Any]) -> None:
        """Give up an order."""
        commands.cancel_order(_found(options["name"]), by=BY)
        self.stdout.write(f"The order of {options['name']} is cancelled.")

    def package(self, options: dict[str, Any]) -> None:
        """Give it another package."""
        commands.change_package(_found(options["name"]), package=Package(options["package"]), by=BY)
        self.stdout.write(f"{options['name']} has package {options['package']}.")

    def invite_admin(self, options: dict[str, Any]) -> None:
        """Invite an admin, when nobody in the tenant can."""
        form = FirstAdminForm({"email": options["email"], "language": options["language"]})
        if not form.is_valid():
            raise CommandError(f"email: {_joined(form.errors['email'])}")
        with tenant_scope(_found(options["name"]).pk):
            invite(**form.cleaned_data, roles=[Role.ADMIN], by=BY)
        self.stdout.write(f"The invitation of {form.cleaned_data['email']} is on its way.")

    def list(self, options: dict[str, Any]) -> None:
        """All tenants by name."""
        rows = [
            {**{field: getattr(tenant, field) for field in LISTED}, "created_at": tenant.created_at.isoformat()}
            for tenant in tenants("", options["state"])
        ]
        if options["format"] == "json":
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
        elif not rows:
            self.stdout.write("There are no such tenants. Provision one: manage.py tenant provision --help")
        for row in rows if options["format"] == "table" else ():
            self.stdout.write(
                f"{row['name']:<9}{row['state']:<13}{row['environment']:<12}{row['package']:<3} {row['display_name']}"
            )

    def _run(self, tenant: Tenant) -> None:
        while True:
            provisioning.run(tenant.pk, by=BY)
            tenant.refresh_from_db()
            with tenant_scope(tenant.pk):
                steps = shown_steps()
            if not tenant.is_open or any(step["failed"] for step in steps):
                break
            time.sleep(LOOK_EVERY)  # a worker was faster and is at one of the steps
        for step in steps:
            told = f": {step['message']} {step['advice']} {step['detail']}".rstrip() if step["failed"] else ""
            self.stdout.write(f"  {step['name']:<11}{step['badge'].label}{told}")
        if tenant.state != TenantState.ACTIVE:
            raise CommandError(
                f"{tenant.name} is not active yet. Mend what is said above: manage.py tenant retry {tenant.name}"
            )
        self.stdout.write(f"{tenant.name} is active.")


ORDER_OPTIONS = {
    "display-name": "as pages call it",
    "company": "name of the company",
    "company-domain": "e-mail domain of its people",
    "environment": "where it lives, for example eu1",
    "numeric-id": "10 digits, for the Xcelerator world",
    "admin": "e-mail address of the first admin, who gets the welcome mail",
    "client-id": "of the technical user with which the portal calls the Hub",
}
REQUIRED = ORDER_OPTIONS.keys() - {"numeric-id"}
# The form's field of each option.
FIELDS = {option: option.replace("-", "_") for option in ORDER_OPTIONS} | {
    "company": "company_name",
    "admin": "first_admin_email",
}
PLAIN_VERBS = {
    "retry": "let the failed step of a provisioning run again",
    "suspend": "stop its keys and pages",
    "resume": "let a suspended tenant go on",
    "archive": "end a suspended tenant for good",
    "cancel": "give up an order that never became active",
    "package": "give it another package",
    "invite-admin": "invite an admin, when nobody in the tenant can",
}
VERBS: dict[str, Callable[[Command, dict[str, Any]], None]] = {
    "provision": Command.provision,
    "retry": Command.retry,
    "suspend": Command.suspend,
    "resume": Command.resume,
    "archive": Command.archive,
    "cancel": Command.cancel,
    "package": Command.package,
    "invite-admin": Command.invite_admin,
    "list": Command.list,
}


def _joined(texts: Iterable[Any]) -> str:
    return " ".join(str(text) for text in texts)


def _secret(file: Path | None) -> str:
    if file is None and sys.stdin.isatty():
        return getpass.getpass("clientSecret: ")
    try:
        return (file.read_text(encoding="utf-8") if file else sys.stdin.read()).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The secret cannot be read from {file}: {error}") from None


def _found(name: str) -> Tenant:
    tenant = Tenant.objects.filter(name=name).first()
    if tenant is None:
        raise CommandError(f"There is no tenant {name!r}: manage.py tenant list")
    return tenant
