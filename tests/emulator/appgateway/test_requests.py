"""What an application receives of a request, and which writes need the XSRF token."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.emulator.appgateway.cookies import without_hidden
from portal.emulator.testing import RunningEmulator
from tests.emulator.upstream import Upstream

from .browser import DEV, Browser, raw, switch


def test_the_request_arrives_as_it_was_sent(alice: Browser, upstream: Upstream) -> None:
    body = b"a=1&b=\xff"
    headers = {**alice.xsrf, "Content-Type": "application/x-www-form-urlencoded", "X-Own": "yes"}
    answer = alice.call("PATCH", "/a%2Fb/c;d?x=%20&x=1", data=body, headers=headers)
    told = answer.json()
    assert (told["method"], told["target"]) == ("PATCH", "/a%2Fb/c;d?x=%20&x=1")
    assert told["headers"]["content-type"] == "application/x-www-form-urlencoded"
    assert told["headers"]["content-length"] == "7"
    assert told["headers"]["x-own"] == "yes"
    assert upstream.received[-1].get_data() == body


def test_the_gateway_tells_where_the_request_came_from(alice: Browser, upstream: Upstream) -> None:
    headers = alice.echo()["headers"]
    assert headers["host"] == urlsplit(upstream.url).netloc
    assert headers["x-forwarded-host"] == urlsplit(alice.base).netloc
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-for"] == "127.0.0.1"


def test_the_callers_own_claims_do_not_arrive(alice: Browser) -> None:
    forged = {
        "Authorization": "Bearer forged",
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-User": "root",
        "Forwarded": "for=6.6.6.6",
        "X-Real-IP": "6.6.6.6",
        "Proxy-Authorization": "Basic forged",
        "Connection": "close, X-Secret",
        "X-Secret": "1",
        "TE": "trailers",
    }
    headers = alice.echo(headers=forged)["headers"]
    assert "forged" not in str(headers) and "6.6.6.6" not in str(headers)
    assert headers.keys().isdisjoint({"x-forwarded-user", "forwarded", "proxy-authorization", "x-secret", "te"})


def test_the_application_does_not_see_the_session_cookies(alice: Browser) -> None:
    alice.http.cookies.set("own", "1")
    received = alice.echo()["headers"]["cookie"]
    assert {pair.partition("=")[0] for pair in received.split("; ")} == {"XSRF-TOKEN", "own"}


@given(st.lists(st.sampled_from(["SESSION", "REGION-SESSION", "SIGN-IN", "own"])), st.sampled_from([";", "; ", " ; "]))
def test_hidden_cookies_are_dropped_wherever_they_stand(names: list[str], separator: str) -> None:
    kept = without_hidden(separator.join(f"{name}=1" for name in names))
    assert kept == "; ".join("own=1" for name in names if name == "own")


def test_a_chunked_body_arrives(alice: Browser) -> None:
    answer = alice.call("POST", "/echo", data=iter([b"one", b"two"]), headers=alice.xsrf)
    assert answer.json()["body"] == "onetwo"


@pytest.mark.parametrize("data", [b"x" * 101, iter([b"x" * 60, b"x" * 60])], ids=["announced", "chunked"])
def test_a_large_body_is_refused(alice: Browser, upstream: Upstream, data: Any) -> None:
    switch(alice.emulator, body_limit=100)
    upstream.received.clear()
    assert alice.call("POST", "/echo", data=data, headers=alice.xsrf).status_code == 413
    assert upstream.received == []
    assert alice.call("POST", "/empty", data=b"x" * 100, headers=alice.xsrf).status_code == 204


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /a[1] HTTP/1.1", b"400"),
        (b'GET /a?filter={"name":1} HTTP/1.1', b"400"),
        (b"GET /\xc3\xa4 HTTP/1.1", b"400"),
        (b"GET /a|b HTTP/1.1", b"400"),
        (b"TRACE / HTTP/1.1", b"405"),
        (b"GET //evil.example/a HTTP/1.1", b"200"),
        (b"GET /a/../b HTTP/1.1", b"200"),
    ],
)
def test_request_lines(alice: Browser, request_line: bytes, status: bytes) -> None:
    assert raw(alice, request_line + b"\r\n<head>\r\n").split()[1] == status


def test_a_broken_chunked_body_is_refused(alice: Browser) -> None:
    token = alice.http.cookies["XSRF-TOKEN"].encode()
    head = b"POST /echo HTTP/1.1\r\n<head>x-xsrf-token: " + token + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert raw(alice, head + b"nonsense\r\n").split()[1] == b"400"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
@pytest.mark.parametrize("header", [None, "", "wrong", "ä"])
def test_a_write_without_the_right_token_is_refused(
    alice: Browser, upstream: Upstream, method: str, header: str | None
) -> None:
    upstream.received.clear()
    headers = {} if header is None else {"x-xsrf-token": header.encode()}
    assert alice.call(method, "/echo", headers=headers).status_code == 403
    assert upstream.received == []
    assert alice.call(method, "/echo", headers=alice.xsrf).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_needs_no_token(alice: Browser, method: str) -> None:
    assert alice.call(method, "/echo").status_code == 200


def test_the_token_of_another_session_is_not_right(emulator: RunningEmulator, alice: Browser) -> None:
    dev = Browser(emulator)
    dev.sign_in(DEV)
    assert alice.call("POST", "/echo", headers=dev.xsrf).status_code == 403


def test_without_the_switch_no_token_is_needed(alice: Browser) -> None:
    switch(alice.emulator, xsrf_required=False)
    assert alice.call("POST", "/echo").status_code == 200
