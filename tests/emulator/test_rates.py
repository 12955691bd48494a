"""The rate limit: per tenant and service, 30 seconds of the emulator's clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.emulator.gateway.rates import WINDOW, Rates
from portal.emulator.testing import RunningEmulator

from .flows import Api, technical_token


@pytest.fixture
def limited(emulator: RunningEmulator) -> Iterator[RunningEmulator]:
    """Three requests in 30 seconds, and a clock that stands still."""
    emulator.reset()
    emulator.clock.freeze(1_800_000_000)
    emulator.hub.switches = emulator.hub.switches.changed({"requests_per_30_seconds": 3})
    yield emulator
    emulator.reset()


@pytest.fixture
def limited_api(limited: RunningEmulator) -> Api:
    return Api(limited, technical_token(limited, "acme"))


def test_there_is_no_limit_unless_the_switch_says_so(emulator: RunningEmulator, api: Api) -> None:
    assert {api.assets().status_code for _ in range(20)} == {200}


def test_beyond_the_limit_a_call_is_refused_until_the_oldest_is_30_seconds_old(
    limited: RunningEmulator, limited_api: Api
) -> None:
    for _ in range(3):
        assert limited_api.assets().status_code == 200
        limited.clock.shift(5)
    refused = limited_api.assets()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "15")
    assert refused.json()["errors"][0]["message"] == "API rate limit exceeded"
    entry = limited.requests[-1]
    assert (entry.limit, entry.reason, entry.client) == (
        "3 requests in 30 seconds",
        "API rate limit exceeded",
        "acme-hub-reader",
    )
    limited.clock.shift(14)
    assert limited_api.assets().headers["Retry-After"] == "1"
    limited.clock.shift(1)
    assert limited_api.assets().status_code == 200
    assert limited_api.assets().status_code == 429


def test_services_and_tenants_have_a_limit_each(limited: RunningEmulator, limited_api: Api) -> None:
    while limited_api.assets().status_code == 200:
        pass
    series = "/iottimeseries/v3/timeseries/0123456789abcdef0123456789abcdef/Vibration"
    assert [limited_api.get(series).status_code for _ in range(4)] == [404, 404, 404, 429]
    assert Api(limited, technical_token(limited, "globex")).assets().status_code == 200


def test_who_has_no_token_uses_up_nobodys_limit(limited: RunningEmulator, limited_api: Api) -> None:
    for _ in range(5):
        assert Api(limited, "wrong").assets().status_code == 401
    assert limited_api.assets().status_code == 200


def test_a_clock_moved_back_does_not_lock_out(limited: RunningEmulator, limited_api: Api) -> None:
    while limited_api.assets().status_code == 200:
        pass
    limited.clock.shift(-1000)
    assert Api(limited, technical_token(limited, "acme")).assets().status_code == 200


def test_of_many_calls_at_once_exactly_the_limit_is_let_through() -> None:
    rates, admitted = Rates(), []

    def call() -> None:
        admitted.extend(rates.admit("acme", "assetmanagement", 50, 0.0) == 0 for _ in range(40))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert admitted.count(True) == 50


@given(st.lists(st.floats(0, 40), max_size=60), st.integers(1, 5))
def test_no_window_ever_holds_more_and_retry_after_keeps_its_word(pauses: list[float], limit: int) -> None:
    rates, now, passed = Rates(), 1_800_000_000.0, []
    for pause in pauses:
        now += pause
        wait = rates.admit("acme", "service", limit, now)
        if wait:
            assert rates.admit("acme", "service", limit, now + wait) == 0
            now += wait
        passed.append(now)
        assert sum(moment > now - WINDOW for moment in passed) <= limit
