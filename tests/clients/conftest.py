"""The vendor's package and others, installed by npm, an emulator for them, and a portal that all clients reach."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from portal.emulator.testing import RunningEmulator, start_emulator
from portal.keys.models import BindingKey
from tests.cast import make_key, make_tenant, make_upstream_key

HERE = Path(__file__).parent
INSTALLED = HERE / "node_modules" / "@mindconnect" / "mindconnect-nodejs"
Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without npm's packages the tests with node are left out, except where they are wanted (make test-clients)."""
    if (INSTALLED.is_dir() and shutil.which("node")) or os.environ.get("TEST_CLIENTS"):
        return
    for item in items:
        if HERE in item.path.parents and "node" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason="make test-clients installs the clients"))


@pytest.fixture(scope="module")
def emulator() -> Iterator[RunningEmulator]:
    with start_emulator() as running:
        yield running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder of its own: the CLI keeps credentials there."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def node(emulator: RunningEmulator, home: Path) -> Run:
    """Runs node with the client's own settings pointed at the emulator's gateway; fails if node does."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "NO_UPDATE_NOTIFIER": "1",
            "NO_COLOR": "1",
            "EMULATOR_GATEWAY": f"{emulator.url}/gateway",
            **variables,
        }
        done = subprocess.run(
            ["node", *arguments], cwd=HERE, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done

    return run


@dataclass(frozen=True)
class RunningPortal:
    """A portal at a port of this machine, with a key of acme."""

    url: str
    key: BindingKey
    secret: str

    @property
    def id(self) -> str:
        return self.key.client_id


@pytest.fixture
def portal(erasable_log: None, live_server: Any, hub: RunningEmulator, settings: Any) -> RunningPortal:
    settings.PORTAL_URL, settings.ALLOWED_HOSTS = live_server.url, ["*"]
    acme = make_tenant("acme", "Acme Pumps GmbH")
    make_upstream_key(acme)
    return RunningPortal(live_server.url, *make_key(acme))


def basic(user: str, password: str) -> str:
    """The Authorization header of a client."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
