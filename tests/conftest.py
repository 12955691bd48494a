"""Fixtures of all tests: the cast, the emulator, and nothing left over from the test before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.signals import setting_changed
from django.db import connection, transaction
from django.test import Client
from django.utils import translation
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker

from portal.audit import repeats
from portal.audit.models import AuditRecord, InstanceRecord
from portal.cockpit import tasks as cockpit_tasks
from portal.emulator.testing import RunningEmulator
from portal.hub import authenticator, key_sets
from portal.hub.environments import environments
from portal.keys import signing, tasks, uses
from portal.lib.append_only import guard, unguard
from portal.ops import readiness
from portal.tokens import bearer, commands, limits
from tests import environment
from tests.cast import Cast, make_cast, signed_in
from tests.deployment import Deployment
from tests.notify.smtp_server import SmtpServer

# A busy machine breaks no rule.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks what works on the tests' database; all else is the same on each (`make test-postgresql`)."""
    asked_for = set(getattr(item, "fixturenames", ()))
    if asked_for & {"db", "transactional_db"} or item.get_closest_marker("django_db"):
        item.add_marker(pytest.mark.database)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First the files that take longest, or all but one of the workers would wait for them in the end."""
    long = {item.path for item in items if {"chromium", "deployment"} & set(getattr(item, "fixturenames", ()))}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser, for one module: Django takes a thread in which Playwright runs for an asynchronous one."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium: apt-get install chromium")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield running
        running.close()


def _read_environments_again(**_changed: object) -> None:
    environments.cache_clear()


# They are read of the settings once for the process; a test changes settings, and they come back after it.
setting_changed.connect(_read_environments_again)


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """What the process remembers between requests: tokens, key sets, signing keys, readiness, the last language."""
    translation.deactivate()
    authenticator.forget_all()
    key_sets.forget()
    signing.forget()
    tasks.forget()
    cockpit_tasks.forget()
    readiness.forget()
    repeats.forget()
    uses.forget()
    limits.forget()
    commands.forget()
    bearer.forget()


@pytest.fixture(autouse=True)
def plain_static_files(settings: object) -> None:
    """No manifest of collected files is needed to render a page."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def hub() -> Iterator[RunningEmulator]:
    """The emulator; its faults and its clock are put back afterwards."""
    yield environment.emulator
    environment.emulator.faults.clear()
    environment.emulator.clock.reset()


@pytest.fixture
def cast(db: None, hub: RunningEmulator) -> Cast:
    return make_cast()


@pytest.fixture
def alice(cast: Cast) -> Client:
    """Alice's browser."""
    return signed_in(cast.alice)


# Inside of it a fixture makes rows.
Building = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def rows_of_the_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Building]:
    """For rows that cost time to make: made once for a module. Each test begins with them and sees no other's changes.

    Not for modules with true transactions: the rows are in a transaction around those of the tests.
    """
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # as Django marks its own: what is durable inside of it is allowed
    with django_db_blocker.unblock():
        around.__enter__()
    yield django_db_blocker.unblock
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def erasable_log(transactional_db: None) -> Iterator[None]:
    """For tests with true transactions: their clean-up has to delete records, which the triggers forbid."""
    _each_log(unguard)
    yield
    AuditRecord.all_tenants.all().delete()
    InstanceRecord.objects.all().delete()
    _each_log(lambda model, vendor: guard(model, "body", vendor))


def _each_log(statements: object) -> None:
    with connection.cursor() as cursor:
        for model in (AuditRecord, InstanceRecord):
            for statement in statements(model, connection.vendor):  # type: ignore[operator]
                cursor.execute(statement)


@pytest.fixture
def smtp_process() -> Iterator[SmtpServer]:
    """A mail server for the processes of a deployment."""
    server = SmtpServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose database has its tables."""
    folder = tmp_path_factory.mktemp("migrated")
    Deployment(folder, 0).manage("migrate", "--verbosity=0")
    return folder


@pytest.fixture
def deployment(tmp_path: Path, migrated: Path, smtp_process: SmtpServer, hub: RunningEmulator) -> Iterator[Deployment]:
    """A deployment of its own; its processes end with the test."""
    folder = tmp_path / "data"
    shutil.copytree(migrated, folder)
    made = Deployment(folder, smtp_process.port)
    yield made
    for server in made.servers:
        server.terminate()  # not killed: it ends its worker processes
        server.wait(30)
    for process in made.running:
        process.kill()
        process.wait()


assert settings.LOCAL  # the tests never run against a deployment's database
