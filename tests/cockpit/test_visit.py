"""Runs that visit the application with a person's token of the Hub."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.db import connection
from django.test import Client

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.cockpit import tasks
from portal.cockpit.checks.report import Outcome
from portal.cockpit.models import AppVersion, CheckRun, Component, RunState, VisitorToken
from portal.cockpit.readiness import commands as run_commands
from portal.cockpit.readiness import runs
from portal.cockpit.readiness.kept import as_report
from portal.cockpit.readiness.runs import MOST_ATTEMPTS
from portal.emulator.testing import RunningEmulator
from portal.lib.crypto import KeyRing
from portal.lib.secret import Secret
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant
from tests.cast import Cast, make_app
from tests.cockpit.checks.application import World, jwt
from tests.cockpit.reading import recorded
from tests.cockpit.served import authority, ca_file, served
from tests.fetch.servers import HOST

__all__ = ["authority", "ca_file", "served"]


def visit(browser: Client, app: AppVersion, token: str = "", **headers: str) -> Any:
    return browser.post(f"/t/acme/apps/{app.pk}/checks/visit/", {"token": token}, headers=headers)


def kept() -> list[VisitorToken]:
    return list(VisitorToken.all_tenants.all())


@pytest.fixture
def served_app(cast: Cast, served: tuple[World, int]) -> AppVersion:
    _world, port = served
    return make_app(cast.acme, component=Component("web", f"https://{HOST}:{port}/", ["/**"]))


def test_the_application_is_seen_as_the_person_sees_it(
    served_app: AppVersion, served: tuple[World, int], dev: Client
) -> None:
    world, _port = served
    answer = visit(dev, served_app, world.token)
    assert (answer.status_code, answer.url) == (302, f"/t/acme/apps/{served_app.pk}/checks/")
    (sealed,) = kept()
    assert world.token.encode() not in bytes(sealed.sealed)
    assert portal_settings.MASTER_KEYS.open(bytes(sealed.sealed), place=sealed.place).decode() == world.token
    tasks.run_checks.call(served_app.tenant_id, served_app.pk)
    run = CheckRun.all_tenants.get(version=served_app.pk)
    report = as_report(run.results)
    assert report.of("accepts-hub-token").outcome is Outcome.PASSED
    assert report.of("hub-token").outcome is Outcome.PASSED
    assert ("/", f"Bearer {world.token}") in world.requests
    assert not kept()
    assert world.token not in json.dumps(run.results)
    (told,) = recorded("app.visit_started")
    assert told["app"] == "pumpadvisor"
    assert not [row for row in AuditRecord.all_tenants.all() if world.token in json.dumps(row.content)]


def test_the_next_run_is_nobodys_again(served_app: AppVersion, served: tuple[World, int], dev: Client) -> None:
    world, _port = served
    visit(dev, served_app, world.token)
    tasks.run_checks.call(served_app.tenant_id, served_app.pk)
    world.requests.clear()
    dev.post(f"/t/acme/apps/{served_app.pk}/checks/run/")
    tasks.run_checks.call(served_app.tenant_id, served_app.pk)
    assert world.requests
    assert f"Bearer {world.token}" not in {sent for _path, sent in world.requests}


def test_the_token_that_was_given_last_counts(app: AppVersion, dev: Client) -> None:
    first, last = jwt(sub="first"), jwt(sub="last")
    visit(dev, app, first)
    visit(dev, app, last)
    (sealed,) = kept()
    assert portal_settings.MASTER_KEYS.open(bytes(sealed.sealed), place=sealed.place).decode() == last


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("", "This field is required."),
        ("hello", "What was given is no token."),
        ("a.b.c", "What was given is no token."),
        ("x" * 8001, "Ensure this value has at most 8000 characters"),
        (jwt(ten="globex"), "The token is for the tenant globex, the application is of acme."),
        (jwt(exp=int(time.time()) - 1), "The token has ended."),
    ],
)
def test_what_is_no_token_of_this_tenant(app: AppVersion, dev: Client, token: str, told: str) -> None:
    answer = visit(dev, app, token)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not token or token not in answer.content.decode()
    assert not kept()


def test_ten_digits_name_a_tenant_of_the_xcelerator_world(app: AppVersion, dev: Client, cast: Cast) -> None:
    number = "1000001701"
    Tenant.objects.filter(pk=cast.acme.pk).update(numeric_id=number)
    assert visit(dev, app, jwt(ten="", **{"sws.samauth.ten": number})).status_code == 302
    assert visit(dev, app, jwt(ten="", **{"sws.samauth.ten": "9999999999"})).status_code == 422


def test_removed_when_the_run_fails(app: AppVersion, dev: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_more: object) -> None:
        raise RuntimeError

    visit(dev, app, jwt())
    monkeypatch.setattr(runs.deployment, "runner", broken)
    tasks.run_checks.call(app.tenant_id, app.pk)
    assert CheckRun.all_tenants.get(version=app.pk).state == RunState.FAILED
    assert not kept()


def test_removed_when_its_workers_die_again_and_again(app: AppVersion, dev: Client) -> None:
    visit(dev, app, jwt())
    CheckRun.all_tenants.filter(version=app.pk).update(state=RunState.RUNNING, attempts=MOST_ATTEMPTS)
    tasks.run_checks.call(app.tenant_id, app.pk)
    assert CheckRun.all_tenants.get(version=app.pk).state == RunState.FAILED
    assert not kept()


def test_without_its_master_key_the_run_is_nobodys(
    served_app: AppVersion, served: tuple[World, int], dev: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    world, _port = served
    visit(dev, served_app, world.token)
    settings.MASTER_KEYS = KeyRing.parse(KeyRing.generate("another"))
    tasks.run_checks.call(served_app.tenant_id, served_app.pk)
    run = CheckRun.all_tenants.get(version=served_app.pk)
    assert as_report(run.results).of("hub-token").outcome is Outcome.NOT_CHECKED
    assert world.token not in caplog.text


def test_in_no_table_in_clear(app: AppVersion) -> None:
    token = jwt()
    with tenant_scope(app.tenant_id):
        run_commands.start_run(app, token=Secret(token), by=SYSTEM)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the names are the database's own
            assert token not in repr([tuple(map(_text, row)) for row in cursor.fetchall()]), table


def _text(value: object) -> object:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else value


class TestBehindTheGateway:
    """The gateway sends the person's token with each request."""

    @pytest.fixture(autouse=True)
    def behind_gateway(self, settings: Any) -> None:
        settings.HUB_GATEWAY_URL = "http://acme-bindery-acme.eu1.localhost:8100"

    def test_an_empty_field_means_the_own_token(self, app: AppVersion, cast: Cast, hub: RunningEmulator) -> None:
        token = hub.user_token(cast.dev.email)
        headers = {"Authorization": f"Bearer {token}"}
        browser = Client()
        page = browser.get(f"/t/acme/apps/{app.pk}/checks/visit/", headers=headers)
        assert "Leave empty to use yours" in page.content.decode()
        assert token not in page.content.decode()
        assert visit(browser, app, **headers).status_code == 302
        (sealed,) = kept()
        assert portal_settings.MASTER_KEYS.open(bytes(sealed.sealed), place=sealed.place).decode() == token

    def test_what_does_not_sign_in_is_not_taken(self, app: AppVersion, dev: Client) -> None:
        """Who came past the gateway, with a session of the portal's own: the header is no token of theirs."""
        answer = visit(dev, app, Authorization=f"Basic {jwt()}")
        assert answer.status_code == 422
