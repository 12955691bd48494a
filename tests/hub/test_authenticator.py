"""Tokens of the Hub: renewed by one caller while all others work on, and kept while the Hub has trouble."""

from __future__ import annotations

import itertools
import json
import threading
import time
from typing import Any

import pytest
from werkzeug import Request, Response

from portal import constants
from portal.hub import authenticator
from portal.hub.authenticator import Credential, access_token
from portal.hub.environments import Environment
from portal.hub.errors import HubError, HubTimeout, HubUnavailable
from portal.proxy import upstream
from tests.faults import Answer, AnyServer
from tests.hub.conftest import at_once

TOKENS = "/oauth/token"


def token(value: object, lifetime: object = 1800) -> Response:
    return Response(json.dumps({"access_token": value, "expires_in": lifetime}), content_type="application/json")


def serve_tokens(server: AnyServer) -> None:
    """A new token for each request: t1, t2 …"""
    numbers = itertools.count(1)
    server.answers[TOKENS] = lambda request: token(f"t{next(numbers)}")


def make_due() -> None:
    """As if every token held had reached the time of its renewal."""
    for fingerprint, held in authenticator._tokens.items():
        authenticator._tokens[fingerprint] = authenticator._Token(held.value, time.time() - 1, time.time() + 60)


def requests(server: AnyServer) -> int:
    return len(server.requests_of(TOKENS))


def test_one_caller_renews_and_the_others_do_not_wait(server: AnyServer, credential: Credential) -> None:
    serve_tokens(server)
    assert access_token(credential).reveal() == "t1"
    make_due()
    asked, go_on = threading.Event(), threading.Event()

    def slow(request: Request) -> Answer:
        asked.set()
        go_on.wait(10)  # callers who do wait fail this test instead of hanging it
        return token("t2")

    server.answers[TOKENS] = slow
    renewed: list[str] = []
    renewing = threading.Thread(target=lambda: renewed.append(access_token(credential).reveal()))
    renewing.start()
    assert asked.wait(5)
    assert at_once(4, lambda: access_token(credential).reveal()) == ["t1"] * 4
    go_on.set()
    renewing.join(10)
    assert renewed == ["t2"]
    assert access_token(credential).reveal() == "t2"
    assert requests(server) == 2


@pytest.mark.parametrize("fault", [b"", Response("", 500), Response("{}", 401)])
def test_a_hub_that_cannot_renew_takes_nothing_away(
    server: AnyServer, credential: Credential, fault: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authenticator, "FAILURE_KEPT", 60)  # so that a busy machine changes nothing
    serve_tokens(server)
    access_token(credential)
    make_due()
    server.answers[TOKENS] = lambda request: fault
    assert [access_token(credential).reveal() for _ in range(5)] == ["t1"] * 5
    assert requests(server) == 2


def test_an_expired_token_is_not_used(server: AnyServer, credential: Credential) -> None:
    serve_tokens(server)
    access_token(credential)
    for fingerprint, held in authenticator._tokens.items():
        authenticator._tokens[fingerprint] = authenticator._Token(held.value, time.time() - 9, time.time() - 1)
    server.answers[TOKENS] = lambda request: b""
    with pytest.raises(HubUnavailable):
        access_token(credential)


def test_who_has_no_token_waits_for_a_limited_time(
    server: AnyServer, credential: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HUB_CONNECT_TIMEOUT", 0.1)
    monkeypatch.setattr(constants, "HUB_READ_TIMEOUT", 0.1)
    lock = authenticator._locks.setdefault(credential.fingerprint, threading.Lock())
    lock.acquire()
    release = threading.Timer(10, lock.release)
    release.start()
    try:
        with pytest.raises(HubTimeout):
            access_token(credential)
    finally:
        release.cancel()
        if lock.locked():
            lock.release()


def test_only_the_refused_token_is_forgotten(server: AnyServer, credential: Credential) -> None:
    serve_tokens(server)
    first = access_token(credential)
    authenticator.forget(credential, first)
    second = access_token(credential)
    authenticator.forget(credential, first)
    assert access_token(credential) is second
    assert requests(server) == 2


def test_many_callers_with_one_dead_token_ask_for_one_new(server: AnyServer, credential: Credential) -> None:
    serve_tokens(server)
    place = Environment("x", "X", "x", server.url, f"{server.url}/{{tenant}}")
    barrier = threading.Barrier(16)

    def gateway(request: Request) -> Answer:
        if request.headers["Authorization"] == "Bearer t1":
            barrier.wait(5)
            return Response("", 401)
        return Response("{}")

    server.answers["/api"] = gateway
    access_token(credential)
    answers = at_once(16, lambda: upstream.ask(place, credential, "/api", {}))
    for answer in answers:
        answer.close()
    assert {answer.status for answer in answers} == {200}
    assert requests(server) == 2
    upstream._POOL.clear()


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\x00", "a b", "é", "", "x" * 8193, None, 7, ["a"]])
def test_a_token_that_cannot_stand_in_a_header(server: AnyServer, credential: Credential, value: Any) -> None:
    server.answers[TOKENS] = lambda request: token(value)
    with pytest.raises(HubError):
        access_token(credential)


@pytest.mark.parametrize("lifetime", [0, -1, True, "1800", None, 10**400, 1.5])
def test_a_lifetime_that_is_none(server: AnyServer, credential: Credential, lifetime: Any) -> None:
    server.answers[TOKENS] = lambda request: token("a", lifetime)
    with pytest.raises(HubError):
        access_token(credential)
