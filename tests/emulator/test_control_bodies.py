"""What is sent to the emulator's own paths: whatever is no decent JSON object is refused, and nothing breaks."""

from __future__ import annotations

import pytest
import requests

from portal.emulator.testing import RunningEmulator

PATHS = (
    "app-credentials",
    "application-sessions",
    "applications",
    "clock",
    "faults",
    "reset",
    "sharings",
    "snapshot/load",
    "switches",
    "technical-users",
    "tokens/expire",
    "user-token",
)
FIELDS = (
    "shift",
    "freeze",
    "pattern",
    "body",
    "max_page_size",
    "email",
    "label",
    "seed",
    "name",
    "tenant",
    "upstream",
    "hostTenant",
    "assetId",
    "format",
)
MAY_BE_EMPTY = ("reset", "tokens/expire")
NO_OBJECTS = ("", "[", "[" * 100_000, '{"x": NaN}', '{"x": Infinity}', "[]", "\xff", "1" * 10_000, '{"x":1,"x":2}')


def post(emulator: RunningEmulator, path: str, body: str) -> requests.Response:
    headers = {"Content-Type": "application/json"}
    return requests.post(f"{emulator.url}/_emulator/{path}", data=body.encode("latin-1"), headers=headers, timeout=10)


@pytest.mark.parametrize("path", [path for path in PATHS if path not in MAY_BE_EMPTY])
@pytest.mark.parametrize("body", NO_OBJECTS)
def test_what_is_no_json_object_is_refused(emulator: RunningEmulator, path: str, body: str) -> None:
    assert post(emulator, path, body).status_code == 400


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("depth", [40, 500, 900, 100_000])
def test_deep_json_is_refused(emulator: RunningEmulator, path: str, depth: int) -> None:
    """As the value of a field of one path or another; some depths can be read and would break what comes later."""
    for opening, closing in (("[", "]"), ('{"x":', "}")):
        deep = opening * depth + "1" + closing * depth
        body = "{" + ",".join(f'"{field}": {deep}' for field in FIELDS[: 1 if depth > 1000 else None]) + "}"
        answer = post(emulator, path, body)
        assert (answer.status_code, "Traceback" in answer.text) == (400, False)
        for field in FIELDS if depth < 1000 else ():
            assert post(emulator, path, f'{{"{field}": {deep}}}').status_code == 400
