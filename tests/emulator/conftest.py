"""One running emulator per test module; each test finds it with real time, no faults, empty journal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from portal.emulator.testing import RunningEmulator, start_emulator

from .flows import PORTAL, Api, SignIn, technical_token

NOON = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
"""Between two records, so that a record at "now" is a full minute behind the clock."""


@pytest.fixture(autouse=True)
def closed_sessions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the sessions that a test opens: the emulator keeps connections open, and a forgotten one is a warning."""
    opened: list[requests.Session] = []
    start = requests.Session.__init__

    def start_and_remember(session: requests.Session) -> None:
        start(session)
        opened.append(session)

    monkeypatch.setattr(requests.Session, "__init__", start_and_remember)
    yield
    for session in opened:
        session.close()


@pytest.fixture(scope="module")
def running() -> Iterator[RunningEmulator]:
    with start_emulator(portal_url=PORTAL) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: RunningEmulator) -> RunningEmulator:
    running.clock.reset()
    running.faults.clear()
    running.requests.clear()
    return running


@pytest.fixture
def sign_in(emulator: RunningEmulator) -> SignIn:
    """A browser and the portal's side of a sign-in at acme's identity host."""
    return SignIn(emulator)


@pytest.fixture
def api(emulator: RunningEmulator) -> Api:
    """The platform APIs as acme's technical user sees them."""
    return Api(emulator, technical_token(emulator, "acme"))


@pytest.fixture
def foreign_api(emulator: RunningEmulator) -> Api:
    """The platform APIs as globex's technical user sees them."""
    return Api(emulator, technical_token(emulator, "globex"))


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture
def pump(emulator: RunningEmulator, api: Api) -> Api:
    """The API with the clock stopped half a minute past noon and a token of that time."""
    emulator.clock.freeze(NOON)
    return Api(emulator, technical_token(emulator, "acme"))
