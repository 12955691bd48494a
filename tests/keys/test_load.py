"""Fifty programs use a key while it is rolled, and while it is revoked: several worker processes, real connections."""

from __future__ import annotations

import os
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from django.db import connection

from tests.cast import client_secret
from tests.deployment import Deployment, children_of, eventually
from tests.tenants.test_provisioning import ORDER
from tests.tenants.test_suspended_everywhere import MAKE_KEY, NO_LIMITS

# Each database in its own way, though in processes of their own.
pytestmark = pytest.mark.database
WORKERS, CALLERS = 3, 50
ASSETS = "/api/assetmanagement/v3/assets?size=1"
# What the admin does, in a process of its own.
IN_TENANT = """
from portal.actor import SYSTEM
from portal.keys.commands import revoke_key
from portal.keys.lifecycle.commands import OldEnd, finish_roll, roll_key
from portal.keys.models import BindingKey
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant
with tenant_scope(Tenant.objects.get().pk):
    key = BindingKey.objects.get(source="portal")
    {act}
"""
ROLL = 'print("SECRET", roll_key(key, old_ends=OldEnd(24 * 3600), by=SYSTEM)[1].reveal())'
FINISH = "finish_roll(key, old=1, by=SYSTEM)"
REVOKE = "revoke_key(key, by=SYSTEM)"


@pytest.fixture
def served(deployment: Deployment) -> Iterator[Deployment]:
    """A deployment on the database that the tests use: SQLite, or a database of its own on their PostgreSQL server."""
    deployment.more |= NO_LIMITS
    with _database(deployment):
        yield deployment


@contextmanager
def _database(deployment: Deployment) -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    server = os.environ["DATABASE_URL"]
    name = f"load_{os.getpid()}"
    deployment.more["DATABASE_URL"] = urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            deployment.manage("migrate", "--verbosity=0")
            yield
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass
class Programs:
    """Programs that get tokens and call with them; each begins with the first secret and may be given another."""

    url: str
    client_id: str
    secrets: list[str]
    seen: list[tuple[float, str, int]] = field(default_factory=list)
    moved: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._run, args=(number,)) for number in range(CALLERS)]
        for thread in threads:
            thread.start()
        try:
            # Each of them has called before anything happens.
            eventually(lambda: len(self.seen) > 4 * CALLERS)
            yield
        finally:
            self.ended.set()
            for thread in threads:
                thread.join()

    def _run(self, number: int) -> None:
        secret, turn, bearer = self.secrets[0], 0, ""
        while not self.ended.is_set():
            if number < self.moved and secret != self.secrets[-1]:
                secret, turn = self.secrets[-1], 0
            # A token for ten calls, and a connection for each, so that all workers are met.
            if turn % 10 == 0:
                form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": secret}
                answer = self._note(
                    "token", lambda form=form: requests.post(f"{self.url}/oauth/token", form, timeout=30)
                )
                bearer = answer.json()["access_token"] if answer is not None and answer.ok else bearer
            self._note(
                "call",
                lambda bearer=bearer: requests.get(
                    f"{self.url}{ASSETS}", headers={"Authorization": f"Bearer {bearer}"}, timeout=30
                ),
            )
            turn += 1

    def _note(self, what: str, ask: object) -> requests.Response | None:
        began = time.monotonic()
        try:
            answer: requests.Response = ask()  # type: ignore[operator]
        except requests.RequestException:
            self.seen.append((began, what, 0))
            return None
        self.seen.append((began, what, answer.status_code))
        return answer

    def answers(self, after: float = 0.0) -> Counter[tuple[str, int]]:
        return Counter((what, status) for began, what, status in list(self.seen) if began > after)


@pytest.fixture
def programs(served: Deployment) -> Programs:
    served.manage("tenant", "provision", "initech", *ORDER, told=client_secret("initech-hub-reader"))
    url = served.serve(WORKERS)
    told = served.manage("shell", "--verbosity=0", "-c", MAKE_KEY)
    client_id, secret = re.search(r"CREDENTIAL (\S+) (\S+)", told).groups()  # type: ignore[union-attr]
    if Path("/proc/self").is_dir():
        assert children_of(served.servers[0]) == WORKERS
    return Programs(url, client_id, [secret])


def act(deployment: Deployment, what: str) -> str:
    return deployment.manage("shell", "--verbosity=0", "-c", IN_TENANT.format(act=what))


def test_no_call_fails_while_the_key_is_rolled(served: Deployment, programs: Programs) -> None:
    with programs.running():
        told = act(served, ROLL)
        programs.secrets.append(re.search(r"SECRET (\S+)", told)[1])  # type: ignore[index]
        # The programs get the new secret one after the other, as deployments do.
        for number in range(CALLERS):
            programs.moved = number + 1
            time.sleep(0.05)
        moved = time.monotonic()
        # All have ended what they began with the old one.
        eventually(lambda: sum(began > moved for began, _, _ in list(programs.seen)) > 4 * CALLERS)
        act(served, FINISH)
        finished = time.monotonic()
        eventually(lambda: sum(began > finished for began, _, _ in list(programs.seen)) > 4 * CALLERS)
    assert set(programs.answers()) == {("token", 200), ("call", 200)}
    form = {"grant_type": "client_credentials", "client_id": programs.client_id, "client_secret": programs.secrets[0]}
    assert requests.post(f"{programs.url}/oauth/token", form, timeout=30).status_code == 401


def test_no_call_succeeds_a_second_after_the_key_is_revoked(served: Deployment, programs: Programs) -> None:
    with programs.running():
        act(served, REVOKE)
        late = time.monotonic() + 1
        eventually(lambda: programs.answers(after=late)["token", 401] > CALLERS)
    assert set(programs.answers(after=late)) == {("token", 401), ("call", 401)}
    assert programs.answers()["call", 200]
