"""What a slow Hub may cost: a limited time for each answer, and a limited number of calls for each tenant."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from werkzeug import Request, Response

from portal import constants
from portal.hub.errors import HubTimeout
from portal.proxy import bulkhead, upstream, views
from portal.proxy.bulkhead import taken
from tests.cast import Cast
from tests.faults import AnyServer, audit_refuses
from tests.proxy.conftest import Program, make_program, move, ok
from tests.proxy.test_forward import ASSETS, assert_fault, calls, told


def drip(count: int) -> Iterator[bytes]:
    for _ in range(count):
        time.sleep(0.05)
        yield b"x"


class TestTime:
    """Each drop comes before HUB_READ_TIMEOUT; only the deadline ends it."""

    def test_a_small_body_in_drips(
        self, cast: Cast, program: Program, hostile: AnyServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(constants, "HUB_READ_TIMEOUT", 0.1)
        move(cast.acme, "hostile")
        hostile.otherwise = lambda request: Response(drip(30), headers={"Content-Length": "30"})
        assert_fault(program.get(ASSETS), 504, "hub_timeout")
        assert calls(program)[-1].facts["reason"] == "hub_timeout"
        assert taken(cast.acme.pk) == 0

    @pytest.mark.parametrize("headers", [{}, {"Content-Length": "100000"}])
    def test_a_large_body_in_drips(
        self,
        cast: Cast,
        program: Program,
        hostile: AnyServer,
        monkeypatch: pytest.MonkeyPatch,
        headers: dict[str, str],
    ) -> None:
        monkeypatch.setattr(constants, "PROXY_DEADLINE", 0.2)
        move(cast.acme, "hostile")
        hostile.otherwise = lambda request: Response(drip(30), headers=headers)
        answer = program.get(ASSETS)
        assert answer.streaming
        with pytest.raises(HubTimeout):
            b"".join(answer.streaming_content)


def test_both_ways_to_the_hub_trust_the_same() -> None:
    assert upstream._POOL.connection_pool_kw["ca_certs"] == requests.certs.where()


class TestPlaces:
    @pytest.fixture(autouse=True)
    def two(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "PROXY_CALLS_PER_TENANT", 2)

    def test_one_call_too_many(self, cast: Cast, program: Program, hostile: AnyServer) -> None:
        stranger = make_program(cast.globex)
        move(cast.acme, "hostile")
        hostile.otherwise = ok
        places = [bulkhead.take_place(cast.acme.pk) for _ in range(2)]
        answer = program.get(ASSETS)
        assert_fault(answer, 503, "proxy_busy")
        assert "Retry-After" in answer
        assert (calls(program), hostile.seen) == ([], [])
        assert stranger.get(ASSETS).status_code == 200
        places[0].give_back()
        places[0].give_back()
        assert taken(cast.acme.pk) == 1
        assert program.get(ASSETS).status_code == 200

    def test_a_call_holds_a_place_while_the_hub_thinks(self, cast: Cast, program: Program, hostile: AnyServer) -> None:
        move(cast.acme, "hostile")
        held: list[int] = []

        def answer(request: Request) -> Response:
            held.append(taken(cast.acme.pk))
            return Response("{}")

        hostile.otherwise = answer
        assert program.get(ASSETS).status_code == 200
        assert (held, taken(cast.acme.pk)) == ([1], 0)

    def test_a_stream_holds_its_place_until_it_is_closed(
        self, cast: Cast, program: Program, hostile: AnyServer
    ) -> None:
        move(cast.acme, "hostile")
        hostile.otherwise = lambda request: Response(b"x" * 1_000_000)
        answers = [program.get(ASSETS) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert_fault(program.get(ASSETS), 503, "proxy_busy")
        for answer in answers:
            answer.close()
        assert taken(cast.acme.pk) == 0

    @pytest.mark.parametrize("place", ["closed", "hostile"])
    def test_a_failed_call_gives_its_place_back(
        self, cast: Cast, program: Program, hostile: AnyServer, place: str
    ) -> None:
        move(cast.acme, place)
        hostile.otherwise = lambda request: Response("", 302)
        for _ in range(3):
            assert program.get(ASSETS).json()["code"] in {"hub_unavailable", "hub_error"}
        assert taken(cast.acme.pk) == 0

    @pytest.mark.parametrize("name", ["call.admitted", "call.answered", "call.failed"])
    def test_an_audit_log_that_fails_keeps_no_place(
        self, cast: Cast, program: Program, hostile: AnyServer, name: str
    ) -> None:
        move(cast.acme, "closed" if name == "call.failed" else "hostile")
        hostile.otherwise = lambda request: Response(b"x" * 1_000_000)
        with audit_refuses(name):
            assert_fault(program.get(ASSETS), 503, "audit_unavailable")
        assert taken(cast.acme.pk) == 0


@pytest.mark.parametrize("where", ["upstream_credential", "ask"])
def test_a_mistake_of_ours_ends_the_admission_too(
    cast: Cast, program: Program, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def mistake(*args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(views, where, mistake)
    with pytest.raises(ZeroDivisionError):
        program.get(ASSETS)
    assert told(program) == [("call.admitted", "admitted"), ("call.failed", "error")]
    assert calls(program)[-1].facts["reason"] == "internal_error"
    assert taken(cast.acme.pk) == 0
