"""Reading the answers of Asset Management in tests."""

from __future__ import annotations

import re

import requests

PUMPS = [
    "Pump P-101",
    "Pump P-102",
    "Pump P-103",
    "Pump P-201",
    "Pump P-202",
    "Pump P-203",
]


def names(answer: requests.Response, key: str = "assets") -> list[str]:
    assert answer.status_code == 200, answer.text
    return [entry["name"] for entry in answer.json()["_embedded"][key]]


def assert_error(answer: requests.Response, status: int, code: str) -> None:
    assert answer.status_code == status
    (error,) = answer.json()["errors"]
    assert list(error) == ["code", "logref", "message"]
    assert error["code"] == f"mdsp.core.generic.{code}"
    assert re.fullmatch("[0-9a-f]{32}", error["logref"])
