"""One application of acme behind the gateway, and browsers at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.emulator.appgateway.applications import Application
from portal.emulator.testing import RunningEmulator, start_emulator
from tests.emulator.upstream import Upstream, running_upstream

from .browser import Browser


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with running_upstream() as application:
        yield application


@pytest.fixture(scope="module")
def running(upstream: Upstream) -> Iterator[RunningEmulator]:
    with start_emulator(applications=[Application("demoapp", "acme", upstream.url, port=0)]) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: RunningEmulator, upstream: Upstream) -> RunningEmulator:
    running.hub.reset()
    upstream.go_on.clear()
    upstream.received.clear()
    return running


@pytest.fixture
def stranger(emulator: RunningEmulator) -> Browser:
    return Browser(emulator)


@pytest.fixture
def alice(emulator: RunningEmulator) -> Browser:
    browser = Browser(emulator)
    browser.sign_in()
    return browser
