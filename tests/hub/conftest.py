"""A server that answers as a test wants, and a credential whose tokens come from it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from portal.hub.authenticator import Credential
from portal.lib.secret import Secret
from tests.faults import AnyServer

T = TypeVar("T")


@pytest.fixture(scope="module")
def one_server() -> AnyServer:
    return AnyServer()


@pytest.fixture
def server(one_server: AnyServer) -> Iterator[AnyServer]:
    one_server.clear()
    yield one_server
    one_server.clear()


@pytest.fixture
def credential(server: AnyServer) -> Credential:
    return Credential(f"{server.url}/oauth/token", "client", Secret("secret"))


def at_once(count: int, act: Callable[[], T]) -> list[T]:
    """What so many threads get that start together."""
    barrier = threading.Barrier(count)

    def run() -> T:
        barrier.wait(5)
        return act()

    with ThreadPoolExecutor(count) as pool:
        return [future.result(10) for future in [pool.submit(run) for _ in range(count)]]
