"""The example of the documentation behind the gateway: people of each tenant see their own tenant's assets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from .example import Example, running_example
from .flows import pending_of

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def example() -> Iterator[Example]:
    with running_example() as running:
        yield running


def sign_in(example: Example, base: str, tenant: str, email: str) -> requests.Response:
    """Open the application in a fresh browser and choose a person; what the browser shows then."""
    with requests.Session() as browser:
        picker = browser.get(f"{base}/", headers=HTML, timeout=10)
        form = {"pending": pending_of(picker), "account": example.emulator.hub.directory.by_email(email).user_id}
        url = f"{example.emulator.url}/{tenant}.piam/login.do"
        return browser.post(url, form, headers=HTML, timeout=10)


def listed(answer: requests.Response) -> set[str]:
    return set(re.findall(r"<li>(.*?) \(", answer.text))


def test_alice_sees_the_assets_of_acme(example: Example) -> None:
    answer = sign_in(example, example.acme, "acme", "alice@acme.example")
    assert (answer.status_code, answer.url) == (200, f"{example.acme}/")
    assert {"Pump P-101", "Augsburg Works"} <= listed(answer)
    assert "Wind Turbine W-1" not in listed(answer)


def test_charlie_sees_the_assets_of_globex_through_his_own_address(example: Example) -> None:
    answer = sign_in(example, example.globex, "globex", "charlie@globex.example")
    assert answer.status_code == 200
    assert "Wind Turbine W-1" in listed(answer) and "Pump P-101" not in listed(answer)


def test_charlie_cannot_sign_in_at_the_address_of_acme(example: Example) -> None:
    answer = sign_in(example, example.acme, "acme", "charlie@globex.example")
    assert answer.status_code == 400
    assert listed(answer) == set()


def test_the_answer_carries_the_gateways_headers(example: Example) -> None:
    answer = sign_in(example, example.acme, "acme", "alice@acme.example")
    hub = urlsplit(example.emulator.url).netloc
    assert answer.headers["Content-Security-Policy"] == (
        f"default-src 'self' {hub}; style-src * 'unsafe-inline';"
        f" script-src 'self' 'unsafe-inline' {hub}; img-src * data:"
    )
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_without_the_gateway_there_is_no_person(example: Example) -> None:
    answer = requests.get(f"{example.direct}/", timeout=10)
    assert (answer.status_code, answer.text) == (401, "Retrieved no authorization header")


def test_a_token_that_the_platform_refuses_gives_no_page(example: Example) -> None:
    answer = requests.get(f"{example.direct}/", headers={"Authorization": "Bearer nonsense"}, timeout=10)
    assert (answer.status_code, answer.text) == (502, "Asset Management did not answer as expected.")


def test_the_health_endpoint_answers_without_a_person(example: Example) -> None:
    answer = requests.get(f"{example.direct}/health/", timeout=10)
    assert answer.status_code == 200
    told = answer.json()
    assert told.keys() == {"healthStatus", "time"}
    assert told["healthStatus"] == "green"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["time"])
