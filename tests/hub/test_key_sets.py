"""A key set that cannot be fetched: told at once to everybody, and asked for again after a while."""

from __future__ import annotations

import threading

import pytest
from werkzeug import Response

from portal import constants
from portal.hub.errors import HubError, HubTimeout, HubUnavailable
from portal.hub.key_sets import KeySet
from tests.faults import Answer, AnyServer
from tests.hub.conftest import at_once

KEYS = "/token_keys"


def failure_of(key_set: KeySet) -> type[HubError]:
    with pytest.raises(HubError) as raised:
        key_set.find("kid", "RS256")
    return raised.type


@pytest.mark.parametrize(("answer", "error"), [(b"", HubUnavailable), (Response("<html>", 500), HubError)])
def test_a_failure_is_not_asked_for_again_at_once(server: AnyServer, answer: Answer, error: type[HubError]) -> None:
    server.answers[KEYS] = lambda request: answer
    key_set = KeySet(f"{server.url}{KEYS}")
    assert [failure_of(key_set) for _ in range(3)] == [error] * 3
    assert at_once(4, lambda: failure_of(key_set)) == [error] * 4
    assert len(server.requests_of(KEYS)) == 1


def test_after_a_while_it_is(server: AnyServer) -> None:
    server.answers[KEYS] = lambda request: b""
    key_set = KeySet(f"{server.url}{KEYS}")
    failure_of(key_set)
    key_set._failed_at -= constants.KEY_SET_REFETCH + 1
    server.answers[KEYS] = lambda request: Response('{"keys": []}', content_type="application/json")
    assert key_set.find("kid", "RS256") is None
    assert len(server.requests_of(KEYS)) == 2


def test_who_waits_for_another_does_not_wait_for_ever(server: AnyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HUB_CONNECT_TIMEOUT", 0.1)
    monkeypatch.setattr(constants, "HUB_READ_TIMEOUT", 0.1)
    key_set = KeySet(f"{server.url}{KEYS}")
    key_set._lock.acquire()
    release = threading.Timer(10, key_set._lock.release)
    release.start()
    try:
        assert failure_of(key_set) is HubTimeout
    finally:
        release.cancel()
        if key_set._lock.locked():
            key_set._lock.release()
