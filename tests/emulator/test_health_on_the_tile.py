"""What developers say of an application's health stands on its tile, until it is too old."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from portal.emulator.control import snapshots
from portal.emulator.testing import RunningEmulator

from .cockpit import Person, register, send

DEV, USER = "dev@acme.example", "mdsp:acme:pumpadvisor.user"
STANDARD = "mdsp:core:StandardUser"
BODY = {
    "version": "v1.0.0",
    "status": "green",
    "observedAt": "2026-11-20T10:00:00.123Z",
    "validUntil": "2026-11-20T11:00:00Z",
}


@pytest.fixture
def dev(emulator: RunningEmulator) -> Person:
    """Has a role of the registered application; it is half past ten."""
    emulator.hub.reset()
    register(emulator)
    emulator.clock.freeze(datetime.fromisoformat("2026-11-20T10:30:00Z"))
    alice = Person(emulator, "alice@acme.example")
    alice.sign_in()
    alice.assign(DEV, STANDARD, USER)
    person = Person(emulator, DEV)
    person.sign_in()
    return person


def tell(emulator: RunningEmulator, **changed: str) -> int:
    return send(emulator, "PUT", "pumpadvisor/health", BODY | changed).status_code


def told(dev: Person) -> tuple[str, str]:
    """Colour and words of the tile, which the link is called by."""
    page = dev.launchpad()
    assert 'aria-labelledby="app-acme-pumpadvisor-acme health-acme-pumpadvisor-acme"' in page
    found = re.search(
        r'tile__health--(\w+)" id="health-acme-pumpadvisor-acme"><svg.*?</svg><span>(.*?)</span></span>', page
    )
    assert found is not None, page
    return found[1], re.sub("<[^>]+>", "", found[2])


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("green", "healthy, seen 20 Nov 2026, 10:00 UTC"),
        ("yellow", "needs a look, seen 20 Nov 2026, 10:00 UTC"),
        ("red", "not well, seen 20 Nov 2026, 10:00 UTC"),
        ("unknown", "health unknown since 20 Nov 2026, 10:00 UTC"),
    ],
)
def test_each_colour_has_words_and_the_time(emulator: RunningEmulator, dev: Person, status: str, words: str) -> None:
    assert told(dev) == ("unknown", "health unknown")
    assert tell(emulator, status=status) == 200
    assert told(dev) == (status, words)
    assert 'datetime="2026-11-20T10:00:00.123Z"' in dev.launchpad()


def test_what_is_too_old_is_unknown(emulator: RunningEmulator, dev: Person) -> None:
    tell(emulator)
    emulator.clock.freeze(datetime.fromisoformat("2026-11-20T10:59:59Z"))
    assert told(dev)[0] == "green"
    emulator.clock.freeze(datetime.fromisoformat("2026-11-20T11:00:00Z"))
    assert told(dev) == ("unknown", "health unknown since 20 Nov 2026, 10:00 UTC")


def test_nobody_is_signed_out_by_it(emulator: RunningEmulator, dev: Person) -> None:
    application = emulator.hub.applications.get("acme-pumpadvisor-acme")
    assert application is not None
    ended: list[str] = []
    emulator.hub.application_sessions.end_all = ended.append  # type: ignore[method-assign]
    tell(emulator)
    register(emulator)
    assert ended == []
    register(emulator, displayName="Pumps")
    assert ended == ["acme-pumpadvisor-acme"]


def test_a_snapshot_has_it(emulator: RunningEmulator, dev: Person) -> None:
    tell(emulator, status="red")
    saved = snapshots.dump(emulator.hub)
    send(emulator, "DELETE", "pumpadvisor")
    snapshots.load(emulator.hub, saved)
    assert send(emulator, "GET", "pumpadvisor").json()["health"]["status"] == "red"
