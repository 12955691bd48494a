"""Asset Management v3: writes of types at the same time."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier

import pytest
from werkzeug.test import EnvironBuilder

from portal.emulator.application import make_application
from portal.emulator.hub import Hub
from portal.emulator.testing import RunningEmulator

from .types_api import ASSET_TYPE, FAN, FLOW, Types

ASPECT_TYPES = "/assetmanagement/v3/aspecttypes"
THREADS = 6
ROUNDS = 10


@pytest.fixture
def types(emulator: RunningEmulator) -> Iterator[Types]:
    emulator.hub.reset()
    yield Types(emulator)
    emulator.hub.reset()


@pytest.fixture(autouse=True)
def threads_switch_all_the_time() -> Iterator[None]:
    """Otherwise a thread would hardly ever be interrupted between its check and its write."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def at_once(write: Callable[[int], int]) -> list[int]:
    """The sorted statuses of several writes that start at the same moment."""
    barrier = Barrier(THREADS)

    def start(number: int) -> int:
        barrier.wait()
        return write(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return sorted(pool.map(start, range(THREADS)))


def test_of_many_creations_exactly_one_wins(types: Types) -> None:
    for number in range(ROUNDS):
        path = f"/assetmanagement/v3/assettypes/acme.Fan{number}"
        statuses = at_once(lambda _, path=path: types.send("PUT", path, FAN, If_None_Match="*").status_code)
        assert statuses == [201] + [412] * (THREADS - 1)


def test_of_many_updates_of_the_same_state_exactly_one_wins(types: Types) -> None:
    types.put(ASSET_TYPE, FAN)
    for etag in range(ROUNDS):
        statuses = at_once(lambda _, etag=etag: types.send("PUT", ASSET_TYPE, FAN, If_Match=str(etag)).status_code)
        assert statuses == [200] + [412] * (THREADS - 1)
    assert types.get(ASSET_TYPE)["etag"] == ROUNDS


def test_two_aspect_types_of_the_same_name_never_exist_together(types: Types) -> None:
    for name in (f"Flow{number}" for number in range(ROUNDS)):
        body = {**FLOW, "name": name}
        statuses = at_once(
            lambda thread, body=body: (
                types.send("PUT", f"{ASPECT_TYPES}/acme.{body['name']}_{thread}", body).status_code
            )
        )
        assert statuses == [201] + [409] * (THREADS - 1)


class Upload:
    """A body that notes, whenever it is read, whether another thread could have taken the Hub's lock."""

    def __init__(self, hub: Hub, content: bytes) -> None:
        self.hub = hub
        self.content = BytesIO(content)
        self.was_free: list[bool] = []

    def read(self, size: int = -1) -> bytes:
        with ThreadPoolExecutor(1) as other:
            self.was_free.append(other.submit(self._take).result())
        return self.content.read(size)

    def _take(self) -> bool:
        free = self.hub.lock.acquire(blocking=False)
        if free:
            self.hub.lock.release()
        return free


def test_a_slow_sender_keeps_nobody_waiting(types: Types, emulator: RunningEmulator) -> None:
    """The writer takes the lock when it has the body."""
    content = json.dumps(FLOW).encode()
    upload = Upload(emulator.hub, content)
    builder = EnvironBuilder(
        f"/gateway/api{ASPECT_TYPES}/acme.Flow",
        base_url=emulator.url,
        method="PUT",
        headers={"Authorization": str(types.api.session.headers["Authorization"])},
        content_type="application/json",
        content_length=len(content),
    )
    environ = {**builder.get_environ(), "wsgi.input": upload}
    statuses: list[str] = []
    list(make_application(emulator.hub)(environ, lambda status, headers, error=None: statuses.append(status)))
    assert statuses == ["201 Created"]
    assert upload.was_free
    assert all(upload.was_free)


def test_who_reads_without_the_lock_may_miss_an_aspect_type(types: Types, emulator: RunningEmulator) -> None:
    """It was deleted, after the asset type that had it, while somebody reads an asset of that type."""
    inventory = emulator.hub.inventory
    inventory.remove_aspect_type("acme.Hydraulics")
    assert [entry.aspect.name for entry in inventory.aspects_of("acme.CentrifugalPump")] == [
        "status",
        "Vibration",
        "Motor",
        "NamePlate",
    ]
    assert types.api.assets(f"/{types.api.asset_id('Pump P-101')}").status_code == 200
