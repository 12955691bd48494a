"""`manage.py tenant`: done as by the commands that pages use, recorded, and refused in one line."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.audit.models import AuditRecord
from portal.emulator.testing import RunningEmulator
from portal.tenants.models import Tenant
from tests.cast import Cast, client_secret

ORDER = {
    "--display-name": "Initech Drives",
    "--company": "Initech Drives Inc.",
    "--company-domain": "initech.example",
    "--environment": "emulatorx",
    "--numeric-id": "1000001703",
    "--admin": "iris@initech.example",
    "--client-id": "initech-hub-reader",
}


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("tenant", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def secret(tmp_path: Path) -> str:
    """A file with the right secret."""
    file = tmp_path / "secret"
    file.write_text(client_secret("initech-hub-reader") + "\n")
    return f"--client-secret-file={file}"


def order(**changed: str) -> list[str]:
    told = ORDER | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return [f"{option}={value}" for option, value in told.items() if value]


def test_provision_runs_each_step_and_says_so(db: None, hub: RunningEmulator, secret: str) -> None:
    lines = run("provision", "initech", *order(), secret, "--package=M").splitlines()
    assert lines[0] == "initech is ordered."
    assert [line.split() for line in lines[1:-1]] == [
        [name, "Done"] for name in ("name", "identity", "key_set", "credential", "member", "mail")
    ]
    assert lines[-1] == "initech is active."
    tenant = Tenant.objects.get()
    assert (tenant.state, tenant.package, tenant.company_name) == ("active", "M", "Initech Drives Inc.")
    record = AuditRecord.all_tenants.get(name="tenant.ordered")
    assert (record.actor_id, record.content["actor"]["agent"]) == ("system", "manage.py tenant")


def test_provision_that_fails_says_why_and_retry_goes_on(db: None, hub: RunningEmulator, secret: str) -> None:
    hub.faults.add("*/token_keys", broken_json=True)
    output = StringIO()
    with pytest.raises(CommandError, match=r"initech is not active yet.*manage\.py tenant retry initech"):
        call_command("tenant", "provision", "initech", *order(), secret, stdout=output)
    assert "  key_set    Failed: Insights Hub gave an answer that the portal does not understand." in output.getvalue()
    hub.faults.clear()
    assert run("retry", "initech").endswith("initech is active.\n")


def test_no_wait_leaves_it_to_the_worker(db: None, hub: RunningEmulator, secret: str) -> None:
    assert run("provision", "initech", *order(), secret, "--no-wait") == "initech is ordered.\n"
    assert Tenant.objects.get().state == "requested"


@pytest.mark.parametrize(
    ("name", "changed", "reason"),
    [
        ("Initech!", {}, "name: Write 1 to 8 lower-case letters"),
        ("initech", {"numeric_id": "17"}, "--numeric-id: Exactly 10 digits."),
        ("initech", {"numeric_id": ""}, "--numeric-id: In this environment"),
        ("initech", {"environment": "mars"}, "--environment: Select a valid choice. mars"),
        ("initech", {"admin": "nobody"}, "--admin: "),
        ("initech", {"admin": ""}, "--admin"),
        ("acme", {}, "already exists"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    cast: Cast, secret: str, name: str, changed: dict[str, str], reason: str
) -> None:
    before = Tenant.objects.count()
    with pytest.raises(CommandError, match=reason):
        run("provision", name, *order(**changed), secret)
    assert Tenant.objects.count() == before


def test_the_secret_is_no_option(db: None) -> None:
    with pytest.raises(CommandError, match="unrecognized arguments"):
        run("provision", "initech", *order(), "--client-secret=visible-in-ps")


def test_a_secret_file_that_is_not_there(db: None) -> None:
    with pytest.raises(CommandError, match="The secret cannot be read"):
        run("provision", "initech", *order(), "--client-secret-file=/nowhere/secret")


def test_suspend_resume_archive_package(cast: Cast) -> None:
    assert run("suspend", "globex", "--reason=Contract ended.") == "globex is suspended.\n"
    assert Tenant.objects.get(name="globex").state_reason == "Contract ended."
    assert run("resume", "globex") == "globex is active again.\n"
    assert run("package", "globex", "XL") == "globex has package XL.\n"
    run("suspend", "globex", "--reason=Contract ended.")
    assert run("archive", "globex") == "globex is archived.\n"
    globex = Tenant.objects.get(name="globex")
    assert (globex.state, globex.package) == ("archived", "XL")


def test_invite_admin(cast: Cast) -> None:
    assert (
        run("invite-admin", "globex", "New@Globex.Example") == "The invitation of new@globex.example is on its way.\n"
    )
    with pytest.raises(CommandError, match="has an open invitation"):
        run("invite-admin", "globex", "new@globex.example")
    with pytest.raises(CommandError, match="email: "):
        run("invite-admin", "globex", "nobody")


def test_cancel(db: None, hub: RunningEmulator, secret: str) -> None:
    run("provision", "initech", *order(), secret, "--no-wait")
    assert run("cancel", "initech") == "The order of initech is cancelled.\n"
    assert Tenant.objects.get().state == "archived"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("suspend", "globex"), "--reason"),
        (("suspend", "acme", "--reason=x"), "operate the portal"),
        (("suspend", "globex", f"--reason={'x' * 201}"), "--reason: .*at most 200 characters"),
        (("resume", "globex"), "cannot be done with a tenant in this state"),
        (("archive", "globex"), "cannot be done with a tenant in this state"),
        (("suspend", "nobody", "--reason=x"), "There is no tenant 'nobody'"),
        (("package", "globex", "XXL"), "invalid choice"),
        (("destroy", "globex"), "invalid choice"),
    ],
)
def test_refusals_are_one_line(cast: Cast, arguments: tuple[str, ...], reason: str) -> None:
    with pytest.raises(CommandError, match=reason) as refused:
        run(*arguments)
    assert "\n" not in str(refused.value)


class TestList:
    def test_table_and_json(self, cast: Cast) -> None:
        assert [line.split()[:2] for line in run("list").splitlines()] == [["acme", "active"], ["globex", "active"]]
        listed = json.loads(run("list", "--format", "json"))
        assert [(row["name"], row["state"], row["package"]) for row in listed] == [
            ("acme", "active", "S"),
            ("globex", "active", "S"),
        ]
        assert {row["created_at"][-6:] for row in listed} == {"+00:00"}

    def test_by_state(self, cast: Cast) -> None:
        Tenant.objects.filter(name="globex").update(state="suspended")
        listed = json.loads(run("list", "--format=json", "--state=suspended"))
        assert [row["name"] for row in listed] == ["globex"]

    def test_empty(self, db: None) -> None:
        assert run("list") == "There are no such tenants. Provision one: manage.py tenant provision --help\n"
        assert run("list", "--format", "json") == "[]\n"
