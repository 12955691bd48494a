"""How fast the emulator answers: `.venv/bin/python -m benchmarks.emulator_requests` prints requests per second.

The emulator runs as its own process on one core where the system lets us choose (Linux); the client on the others.
Each request comes over a new connection, which is the slower way. The first line is the time from the start of the
process to the first token.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import subprocess
import sys
import time
from urllib.parse import urlencode

REQUESTS = 400


def main() -> None:
    command = [sys.executable, "-m", "portal.emulator", "--port", "0", "--freeze", "2026-11-20T12:00:00Z"]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            found = re.search(r"http://localhost:(\d+)", process.stdout.readline() if process.stdout else "")
            if found is None:
                sys.exit("The emulator did not start.")
            port = int(found[1])
            token, example = _token(port)
            print(f"{'start to first token':<24} {time.perf_counter() - started:8.2f} s")
            _pin(process.pid)
            _measure(port, token, example)
        finally:
            process.terminate()


def _token(port: int) -> tuple[str, dict[str, str]]:
    """A technical user's token, and an asset with a dynamic aspect."""
    banner = json.loads(_ask(port, "GET", "/_emulator/banner"))
    client = next(client for client in banner["clients"] if client["client_id"] == "acme-hub-admin")
    basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    answer = _ask(port, "POST", "/acme.piam/oauth/token", headers, "grant_type=client_credentials")
    return json.loads(answer)["access_token"], banner["examples"][0]


def _measure(port: int, token: str, example: dict[str, str]) -> None:
    series = f"/gateway/api/iottimeseries/v3/timeseries/{example['asset_id']}/{example['aspect']}"
    day = {"from": "2026-11-19T12:00:00Z", "to": "2026-11-20T12:00:00Z"}
    for name, path in {
        "health": "/_emulator/health",
        "assets, page of 10": "/gateway/api/assetmanagement/v3/assets",
        "time series, 60 records": f"{series}?{urlencode({**day, 'limit': '60'})}",
        "time series, a day": f"{series}?{urlencode(day)}",
    }.items():
        began = time.perf_counter()
        for _ in range(REQUESTS):
            _ask(port, "GET", path, {"Authorization": f"Bearer {token}"})
        print(f"{name:<24} {REQUESTS / (time.perf_counter() - began):8.0f} requests/s")


def _ask(port: int, method: str, path: str, headers: dict[str, str] | None = None, body: str | None = None) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status != 200:
        sys.exit(f"{method} {path}: {answer.status} {content[:200]!r}")
    return content


def _pin(process: int) -> None:
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else []
    if len(cores) > 1:
        os.sched_setaffinity(process, {cores[0]})
        os.sched_setaffinity(0, set(cores[1:]))


if __name__ == "__main__":
    main()
