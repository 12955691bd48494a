"""How fast the emulator's time series are: `python -m benchmarks.emulator_series`, by hand, on a quiet machine.

Writes 100,000 records of three variables and reads pages of 2000, over real HTTP on loopback; client and server share
the process. The goal is a page in less than 20 ms. Prints the median and the slowest of 20 tries in milliseconds.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from portal.emulator.testing import RunningEmulator, start_emulator

RECORDS = 100_000
TRIES = 20
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Client:
    """One connection for each request, as the server closes it, and no reading of the answer but its bytes."""

    def __init__(self, emulator: RunningEmulator) -> None:
        client = emulator.hub.clients.by_id("acme-hub-admin")
        token = emulator.hub.tokens.for_technical_user(client, "acme", client.scope).value
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._authority = urlsplit(emulator.url).netloc

    def __call__(self, method: str, path: str, body: bytes | None = None) -> bytes:
        connection = http.client.HTTPConnection(self._authority)
        connection.request(method, f"/gateway/api/iottimeseries/v3/timeseries/{path}", body, self._headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(content.decode())
        return content


def record(number: int) -> dict[str, Any]:
    """One record each second, as a machine may send it."""
    time = (START + timedelta(seconds=number)).isoformat()
    return {"_time": time, "velocity": number / 7, "velocity_qc": 0, "acceleration": number / 11}


def measure(name: str, call: Callable[[], object], tries: int = TRIES) -> None:
    """Print how long the call takes."""
    times = []
    for _ in range(tries):
        started = perf_counter()
        call()
        times.append((perf_counter() - started) * 1000)
    print(f"{name:<58} {median(times):8.1f} {max(times):8.1f}")


def main() -> None:
    """Measure bulk insert, pages, and single records."""
    with start_emulator() as emulator:
        emulator.clock.freeze(NOW)
        send = Client(emulator)
        assets = {asset.name: asset.asset_id for asset in emulator.hub.inventory.assets("acme")}
        series, quiet = f"{assets['Pump P-101']}/Vibration", f"{assets['Pump P-102']}/Vibration"
        bodies = [
            json.dumps([record(n) for n in range(start, start + 20_000)]).encode()
            for start in range(0, RECORDS, 20_000)
        ]
        measure(f"{RECORDS} records in {len(bodies)} requests", lambda: [send("PUT", series, b) for b in bodies], 1)
        measure("the same once more, each replaces one", lambda: [send("PUT", series, b) for b in bodies], 1)
        middle = f"{series}?from=2026-01-01T14:00:00Z&to=2026-01-02T14:00:00Z"
        measure("page of 2000 written records over computed ones", lambda: send("GET", middle))
        measure("the same, descending", lambda: send("GET", f"{middle}&sort=desc"))
        measure("page of 2000 computed records", lambda: send("GET", f"{quiet}?from=2026-11-01T14:00:00Z"))
        measure("latest record", lambda: send("GET", series))
        measure("latestValue", lambda: send("GET", f"{series}?latestValue=true"))
        one = json.dumps([record(RECORDS)]).encode()
        measure("one record behind the others", lambda: send("PUT", series, one))
        late = json.dumps([record(RECORDS // 2)]).encode()
        measure("one record in the middle", lambda: send("PUT", series, late))
        second = f"{series}?from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:01Z"
        measure("one record of a second (the floor: token, HTTP)", lambda: send("GET", second))


if __name__ == "__main__":
    main()
