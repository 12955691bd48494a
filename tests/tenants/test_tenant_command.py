"""`manage.py tenant`: created as by the command that pages use, recorded, and refused in one line."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.audit.models import AuditRecord
from portal.tenants.models import Tenant
from tests.cast import Cast

ACME = ("--display-name", "Acme Pumps GmbH", "--environment", "emulator", "--company-domain", "acme.example")


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("tenant", *arguments, stdout=output)
    return output.getvalue()


def test_a_tenant_is_created_and_recorded(db: None) -> None:
    told = run("create", "acme", *ACME, "--numeric-id", "1000001701", "--package", "M")
    assert told == "acme is created. Its people can sign in.\n"
    tenant = Tenant.objects.get()
    assert (tenant.name, tenant.display_name, tenant.environment) == ("acme", "Acme Pumps GmbH", "emulator")
    assert (tenant.numeric_id, tenant.company_domain, tenant.package) == ("1000001701", "acme.example", "M")
    (record,) = AuditRecord.all_tenants.filter(tenant=tenant)
    assert (record.name, record.actor_id) == ("tenant.created", "system")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("create", "Acme!", *ACME), "name: At most 8 lower-case letters and digits."),
        (("create", "acme", *ACME, "--numeric-id", "17"), "numeric_id: Exactly 10 digits."),
        (("create", "acme", *ACME[:2], "--environment", "mars", *ACME[4:]), "There is no environment 'mars': eu1"),
        (("create", "acme", *ACME[:2], "--environment", "emulatorx", *ACME[4:]), "a number of 10 digits"),
        (("create", "acme", *ACME, "--package", "XXL"), "invalid choice"),
        (("create", "acme"), "required"),
        (("destroy", "acme"), "invalid choice"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(db: None, arguments: tuple[str, ...], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run(*arguments)
    assert not Tenant.objects.exists()


def test_a_name_is_given_once(cast: Cast) -> None:
    with pytest.raises(CommandError, match=r"name: .*already exists"):
        run("create", "acme", *ACME)


def test_tenants_are_listed(cast: Cast) -> None:
    assert [line.split()[0] for line in run("list").splitlines()] == ["acme", "globex"]
    listed = json.loads(run("list", "--format", "json"))
    assert [(row["name"], row["environment"], row["package"]) for row in listed] == [
        ("acme", "emulator", "S"),
        ("globex", "emulator", "S"),
    ]


def test_an_empty_list_says_what_to_do(db: None) -> None:
    assert run("list") == "There are no tenants yet. Create one: manage.py tenant create --help\n"
    assert run("list", "--format", "json") == "[]\n"
