"""How fast the Hub emulator is: ``make bench`` prints each figure beside its goal.

The emulator and a peer are processes of their own on one core where the system lets us choose (Linux), the clients are
on the others. Wall time is what a client waits; processor time is what the server itself needs for a request, which
stays the same on a busy machine. Each figure is the median of several rounds.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlencode

from benchmarks.process import Client, Server

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
RECORDS, BATCH, PAGE = 100_000, 20_000, 2000
EMULATOR = ("-m", "portal.emulator", "--port", "0", "--freeze", NOW.isoformat())
PEER = ("-m", "benchmarks.peer")
STARTS, ROUNDS, CALLS, REQUESTS = 5, 5, 8, 200
"""How many starts; how many rounds of how many single calls, or of how many requests by several clients at once."""
RATE = "requests/s"
LINE = "{:<44} {:>15} {:>12}   {:<15} {}"
SERIES = "/gateway/api/iottimeseries/v3/timeseries"
AGGREGATES = "/gateway/api/iottsaggregates/v4/aggregates"


class Figure(NamedTuple):
    """A measured median. The goal is an upper limit for times, a lower one for rates; 0 stands for none.

    ``processor`` is the time in milliseconds that the server itself needed for one request.
    """

    name: str
    value: float
    unit: str
    goal: float = 0
    processor: float = 0

    @property
    def verdict(self) -> str:
        """Whether the goal is met; on a busy machine perhaps by the server alone, not counting its wait for a core."""
        if not self.goal:
            return ""
        if self._is_met_by(self.value):
            return "yes"
        alone = 1000 / self.processor if self.processor and self.unit == RATE else self.processor
        return "by processor time" if alone and self._is_met_by(alone) else "NO"

    def _is_met_by(self, value: float) -> bool:
        return value >= self.goal if self.unit == RATE else value < self.goal

    def __str__(self) -> str:
        value = f"{self.value:.{2 if self.value < 10 else 0}f} {self.unit}"
        processor = f"{self.processor:.2f} ms" if self.processor else ""
        goal = f"{self.goal:g} {self.unit}" if self.goal else ""
        return LINE.format(self.name, value, processor, goal, self.verdict).rstrip()


def main() -> None:
    """Measure and print everything; takes about a minute."""
    print(LINE.format("", "median", "processor", "goal", "met"))
    for figure in figures():
        print(figure, flush=True)


def figures() -> Iterator[Figure]:
    """Each figure as soon as it is measured."""
    yield _start()
    with Server(EMULATOR) as server, Client(server.port, _token(server.port)) as client:
        pumps = _pumps(client)
        written, quiet = f"{SERIES}/{pumps['Pump P-101']}/Vibration", f"{SERIES}/{pumps['Pump P-102']}/Vibration"
        yield from _writes(client, written)
        middle = {"from": "2026-01-01T14:00:00Z", "to": "2026-01-02T14:00:00Z"}
        page = f"{written}?{urlencode(middle)}"
        yield _call(server, "page of 2000 of 100,000 written records", lambda: client.get(page), 20)
        yield _call(server, "the same, descending", lambda: client.get(f"{page}&sort=desc"), 20)
        computed = f"{quiet}?{urlencode({'from': '2026-11-01T14:00:00Z'})}"
        yield _call(server, "page of 2000 computed records", lambda: client.get(computed), 20)
        yield _call(server, "latest record", lambda: client.get(written))
        yield from _aggregates(server, client, pumps["Pump P-103"])
        yield from _rates(server, client, quiet)
        records = client.get(page)
    yield from _peers(records)


def _start() -> Figure:
    walls, processors = [], []
    for _ in range(STARTS):
        started = time.perf_counter()
        with Server(EMULATOR) as server:
            _token(server.port)
            walls.append((time.perf_counter() - started) * 1000)
            processors.append(server.processor_seconds() * 1000)
    return Figure("start to first token", median(walls), "ms", 1000, median(processors))


def _token(port: int) -> str:
    """The access token of a technical user who may write."""
    with Client(port) as client:
        known = json.loads(client.get("/_emulator/banner"))["clients"]
        secret = next(entry["client_secret"] for entry in known if entry["client_id"] == "acme-hub-admin")
        basic = base64.b64encode(f"acme-hub-admin:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        answer = client.send("POST", "/acme.piam/oauth/token", b"grant_type=client_credentials", headers)
        return str(json.loads(answer)["access_token"])


def _pumps(client: Client) -> dict[str, str]:
    """The ids of the tenant's assets by name."""
    page = json.loads(client.get("/gateway/api/assetmanagement/v3/assets?size=200"))
    return {asset["name"]: asset["assetId"] for asset in page["_embedded"]["assets"]}


def _writes(client: Client, series: str) -> Iterator[Figure]:
    bodies = [
        json.dumps([_record(number) for number in range(start, start + BATCH)]).encode()
        for start in range(0, RECORDS, BATCH)
    ]
    for name in (f"write of {RECORDS:,} records", "the same again, each replaces one"):
        started = time.perf_counter()
        for body in bodies:
            client.send("PUT", series, body)
        yield Figure(name, time.perf_counter() - started, "s")


def _record(number: int) -> dict[str, Any]:
    """One record each second, as a machine may send it."""
    moment = (START + timedelta(seconds=number)).isoformat()
    return {"_time": moment, "velocity": number / 7, "velocity_qc": 0, "acceleration": number / 11}


def _aggregates(server: Server, client: Client, pump: str) -> Iterator[Figure]:
    quarter = f"{AGGREGATES}?{urlencode({'assetId': pump, 'aspectName': 'Motor', 'to': NOW.isoformat()})}"
    elsewhere = json.dumps([{"_time": START.isoformat(), "power": 1.0}]).encode()

    def cold() -> None:
        # Any write to the series makes what is known of its hours useless.
        client.send("PUT", f"{SERIES}/{pump}/Motor", elsewhere)
        client.get(quarter)

    yield _call(server, "90 days of aggregates, after a write", cold, calls=1)
    yield _call(server, "90 days of aggregates, once more", lambda: client.get(quarter))


def _rates(server: Server, client: Client, series: str) -> Iterator[Figure]:
    hour = f"{series}?{urlencode({'from': '2026-11-20T11:00:00Z', 'to': NOW.isoformat()})}"
    yield _rate(server, "assets, page of 10", client, "/gateway/api/assetmanagement/v3/assets", 200)
    yield _rate(server, "series, 60 records", client, hour, 200)
    yield _rate(server, "the same, each over a new connection", client, hour, 200, keep=False)
    yield _rate(server, "health", client, "/_emulator/health", 200)


def _peers(records: bytes) -> Iterator[Figure]:
    """What is to be compared: the same page as JSON by the shortest ways there are."""
    with Server(PEER, records) as server, Client(server.port) as client:
        yield _call(server, "peer: the same page by werkzeug and json", lambda: client.get("/"))
        yield _rate(server, "peer: an empty answer by werkzeug", client, "/empty")
    page = json.loads(records)
    rounds = [_milliseconds(lambda: json.dumps(page).encode()) for _ in range(ROUNDS * CALLS)]
    yield Figure("peer: json.dumps of the page alone", median(rounds), "ms")


def _call(server: Server, name: str, call: Callable[[], object], goal: float = 0, calls: int = CALLS) -> Figure:
    """The milliseconds of a call that waits for the one before."""
    call()
    walls, processors = [], []
    for _ in range(ROUNDS):
        used = server.processor_seconds()
        walls += [_milliseconds(call) for _ in range(calls)]
        processors.append((server.processor_seconds() - used) * 1000 / calls)
    return Figure(name, median(walls), "ms", goal, median(processors))


def _rate(server: Server, name: str, client: Client, path: str, goal: float = 0, keep: bool = True) -> Figure:
    """Requests per second by some clients at once."""
    rates, processors = [], []
    for _ in range(ROUNDS):
        used = server.processor_seconds()
        seconds = client.several(REQUESTS, path, keep)
        rates.append(REQUESTS / seconds)
        processors.append((server.processor_seconds() - used) * 1000 / REQUESTS)
    return Figure(name, median(rates), RATE, goal, median(processors))


def _milliseconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
