"""The application gateway as a browser and the application behind it see it, on a port of the application's own."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from portal.emulator.appgateway.applications import Application, WrongApplication, read_applications
from portal.emulator.appgateway.cookies import without_hidden
from portal.emulator.appgateway.registry import CAPACITY, ApplicationExists
from portal.emulator.appgateway.sign_in import safe_path
from portal.emulator.config import EmulatorConfig, WrongSetting
from portal.emulator.control.switches import Switches
from portal.emulator.hub import Hub
from portal.emulator.testing import RunningEmulator, start_emulator

from .flows import claims_of, pending_of
from .upstream import Upstream, running_upstream

LABEL = "acme-demoapp-acme"
ALICE, DEV, CHARLIE = "alice@acme.example", "dev@acme.example", "charlie@globex.example"
HTML = {"Accept": "text/html,application/xhtml+xml"}


class Browser:
    """A browser at the application; `base` is the application's own port."""

    def __init__(self, emulator: RunningEmulator) -> None:
        self.emulator = emulator
        application = emulator.hub.applications.get(LABEL)
        assert application is not None
        self.base = f"http://localhost:{application.port}"
        self.http = requests.Session()

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.http.request(method, self.base + path, timeout=10, allow_redirects=False, **options)

    def open(self, path: str) -> requests.Response:
        """A navigation without following redirects."""
        return self.call("GET", path, headers=HTML)

    def follow(self, answer: requests.Response) -> requests.Response:
        target = answer.headers["Location"]
        url = self.base + target if target.startswith("/") else target
        return self.http.get(url, headers=HTML, timeout=10, allow_redirects=False)

    def pick(self, page: requests.Response, email: str) -> requests.Response:
        """Press a person's button; the answer leads back to the application."""
        user_id = self.emulator.hub.directory.by_email(email).user_id
        form = {"pending": pending_of(page), "account": user_id}
        return self.http.post(f"{self.emulator.url}/acme.piam/login.do", form, timeout=10, allow_redirects=False)

    def sign_in(self, email: str = ALICE, path: str = "/") -> requests.Response:
        """The whole way; the answer is the application's."""
        return self.follow(self.follow(self.pick(self.follow(self.open(path)), email)))

    @property
    def xsrf(self) -> dict[str, str]:
        return {"x-xsrf-token": self.http.cookies["XSRF-TOKEN"]}

    def echo(self, path: str = "/echo", **options: Any) -> dict[str, Any]:
        """What the application received."""
        answer = self.call("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with running_upstream() as application:
        yield application


@pytest.fixture(scope="module")
def running(upstream: Upstream) -> Iterator[RunningEmulator]:
    with start_emulator(applications=[Application("demoapp", "acme", upstream.url, port=0)]) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: RunningEmulator, upstream: Upstream) -> RunningEmulator:
    running.hub.reset()
    upstream.go_on.clear()
    upstream.received.clear()
    return running


@pytest.fixture
def stranger(emulator: RunningEmulator) -> Browser:
    return Browser(emulator)


@pytest.fixture
def alice(emulator: RunningEmulator) -> Browser:
    browser = Browser(emulator)
    browser.sign_in()
    return browser


def switch(emulator: RunningEmulator, **values: Any) -> None:
    emulator.hub.switches = replace(emulator.hub.switches, **values)


# Sign-in and sessions.


def test_a_person_signs_in_and_comes_back_to_where_she_was_going(stranger: Browser) -> None:
    answer = stranger.sign_in(path="/reports/7?tab=a%2Fb")
    assert answer.status_code == 200
    assert answer.json()["target"] == "/reports/7?tab=a%2Fb"


def test_the_cookies_of_a_session(stranger: Browser) -> None:
    answer = stranger.follow(stranger.pick(stranger.follow(stranger.open("/")), ALICE))
    cookies = {header.partition("=")[0]: header for header in answer.raw.headers.getlist("Set-Cookie")}
    assert cookies.keys() == {"SESSION", "REGION-SESSION", "XSRF-TOKEN"}
    assert all("SameSite=Lax" in header and "Path=/" in header for header in cookies.values())
    assert ["HttpOnly" in cookies[name] for name in ("SESSION", "REGION-SESSION", "XSRF-TOKEN")] == [True, True, False]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_token_is_the_persons_for_this_application(alice: Browser) -> None:
    kind, _, token = alice.echo()["headers"]["authorization"].partition(" ")
    claims = claims_of(token)
    assert kind == "Bearer"
    assert (claims["email"], claims["ten"], claims["client_id"]) == (ALICE, "acme", LABEL)
    assert {"mdsp:core:TenantAdmin", "demoapp.default"} <= set(claims["scope"])
    assert alice.emulator.hub.tokens.check(token) == claims


def test_a_code_for_somebody_of_another_tenant_opens_no_session(emulator: RunningEmulator, stranger: Browser) -> None:
    """The core host knows everybody; its code for Charlie is not taken."""
    question = urlsplit(stranger.open("/").headers["Location"]).query
    page = stranger.http.get(f"{emulator.url}/core.piam/oauth/authorize?{question}", timeout=10)
    user_id = emulator.hub.directory.by_email(CHARLIE).user_id
    back = stranger.http.post(
        f"{emulator.url}/core.piam/login.do",
        {"pending": pending_of(page), "account": user_id},
        timeout=10,
        allow_redirects=False,
    )
    answer = stranger.follow(back)
    assert answer.status_code == 400
    assert "SESSION" not in stranger.http.cookies


def test_a_sign_in_cannot_be_finished_in_another_browser(emulator: RunningEmulator, stranger: Browser) -> None:
    back = stranger.pick(stranger.follow(stranger.open("/")), ALICE)
    other = Browser(emulator)
    other.open("/")  # has a sign-in of its own under way
    assert other.follow(back).status_code == 400
    assert stranger.follow(back).status_code == 400  # the state was used


def test_two_tabs_can_sign_in_at_the_same_time(stranger: Browser) -> None:
    first, second = stranger.follow(stranger.open("/one")), stranger.follow(stranger.open("/two"))
    for page, path in ((first, "/one"), (second, "/two")):
        assert stranger.follow(stranger.pick(page, ALICE)).headers["Location"] == path


def test_a_code_for_another_application_is_not_taken(emulator: RunningEmulator, stranger: Browser) -> None:
    other = Application("other", "acme", "http://127.0.0.1:1")
    emulator.hub.applications.add(other)
    state = parse_qs(urlsplit(stranger.open("/").headers["Location"]).query)["state"][0]
    redirect_uri = f"{emulator.hub.applications.bases(other)[0]}/login/callback"
    question = {"response_type": "code", "client_id": other.label, "redirect_uri": redirect_uri, "scope": "openid"}
    page = stranger.http.get(f"{emulator.url}/acme.piam/oauth/authorize", params=question, timeout=10)
    code = parse_qs(urlsplit(stranger.pick(page, ALICE).headers["Location"]).query)["code"][0]
    answer = stranger.call("GET", f"/login/callback?code={code}&state={state}")
    assert answer.status_code == 400
    assert "SESSION" not in stranger.http.cookies


def test_a_cancelled_sign_in_is_told(emulator: RunningEmulator, stranger: Browser) -> None:
    page = stranger.follow(stranger.open("/"))
    back = stranger.http.post(
        f"{emulator.url}/acme.piam/login.do",
        {"pending": pending_of(page), "cancel": "1"},
        timeout=10,
        allow_redirects=False,
    )
    answer = stranger.follow(back)
    assert answer.status_code == 400
    assert "You did not sign in." in answer.text and 'href="/login"' in answer.text


def test_login_returns_to_a_path_of_the_application_only(stranger: Browser) -> None:
    page = stranger.follow(stranger.open("/login?return=//evil.example/"))
    assert stranger.follow(stranger.pick(page, ALICE)).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("/a?b=c#d", "/a?b=c#d"),
        ("/ä", "/%C3%A4"),
        ("", "/"),
        ("a", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/%5Cevil.example"),
        ("https://evil.example", "/"),
        ("/\r\nSet-Cookie: a=b", "/%0D%0ASet-Cookie:%20a=b"),
        ("/login", "/"),
        ("/login?return=/", "/"),
        ("/logout", "/"),
        ("/logbook", "/logbook"),
        ("/" + "a" * 3000, "/"),
    ],
)
def test_safe_paths(value: str, path: str) -> None:
    assert safe_path(value) == path


@given(st.text())
def test_a_safe_path_stays_at_the_host(value: str) -> None:
    path = safe_path(value)
    assert re.fullmatch(r"/(?![/\\])[!-~]*", path)
    assert urlsplit(path).netloc == ""


def test_a_session_ends_after_30_idle_minutes(alice: Browser) -> None:
    alice.emulator.clock.shift(1799)
    assert alice.call("GET", "/echo").status_code == 200
    alice.emulator.clock.shift(1799)
    assert alice.call("GET", "/echo").status_code == 200
    alice.emulator.clock.shift(1800)
    assert alice.call("GET", "/echo").status_code == 401
    assert alice.open("/echo").status_code == 302


def test_a_session_ends_after_12_hours(alice: Browser) -> None:
    for _ in range(24):
        assert alice.call("GET", "/echo").status_code == 200
        alice.emulator.clock.shift(1790)
    assert alice.call("GET", "/echo").status_code == 200
    alice.emulator.clock.shift(12 * 3600 - 24 * 1790)
    assert alice.call("GET", "/echo").status_code == 401


def test_the_token_is_renewed_silently_and_keeps_the_roles_of_the_sign_in(alice: Browser) -> None:
    def token() -> str:
        return str(alice.echo()["headers"]["authorization"].removeprefix("Bearer "))

    first = token()
    assert token() == first
    alice.emulator.clock.shift(25 * 60)
    second = token()
    assert second != first
    assert claims_of(second)["iat"] >= claims_of(first)["iat"] + 25 * 60
    assert claims_of(second)["scope"] == claims_of(first)["scope"]
    assert alice.emulator.hub.tokens.check(second)


def test_a_removed_person_gets_no_new_token(emulator: RunningEmulator) -> None:
    dev = Browser(emulator)
    dev.sign_in(DEV)
    emulator.hub.directory.remove(emulator.hub.directory.by_email(DEV), at=emulator.clock.now())
    assert dev.call("GET", "/echo").status_code == 200
    emulator.clock.shift(25 * 60)
    assert dev.call("GET", "/echo").status_code == 401


def test_sign_out_ends_both_sessions(alice: Browser) -> None:
    old = dict(alice.http.cookies)
    answer = alice.follow(alice.open("/logout"))
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{alice.base}/"
    assert alice.call("GET", "/echo").status_code == 401
    assert requests.get(f"{alice.base}/echo", cookies=old, timeout=10).status_code == 401
    page = alice.follow(alice.open("/"))
    assert "signed in here" not in page.text


def test_another_site_cannot_sign_a_person_out(alice: Browser) -> None:
    assert alice.call("GET", "/logout", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert alice.call("GET", "/echo").status_code == 200


def test_a_session_belongs_to_one_application(emulator: RunningEmulator, alice: Browser) -> None:
    emulator.hub.applications.add(Application("other", "acme", "http://127.0.0.1:1"))
    port = urlsplit(emulator.url).port
    cookies = "; ".join(f"{name}={value}" for name, value in alice.http.cookies.items())
    headers = {"Host": f"acme-other-acme.eu1.localhost:{port}", "Cookie": cookies}
    assert requests.get(f"{emulator.url}/", headers=headers, timeout=10).status_code == 401


def test_a_removed_application_takes_its_sessions_along(emulator: RunningEmulator, alice: Browser) -> None:
    url = f"{emulator.url}/_emulator/applications"
    assert requests.delete(url, params={"label": LABEL}, timeout=10).status_code == 204
    assert emulator.hub.clients.get(LABEL) is None
    assert requests.delete(url, params={"label": LABEL}, timeout=10).status_code == 404
    emulator.hub.applications.add(emulator.hub.config.applications[0])
    assert alice.call("GET", "/echo").status_code == 401


# What the application receives.


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


def raw(browser: Browser, request: bytes) -> bytes:
    """The status line for a request that no library sends."""
    address = urlsplit(browser.base)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
    with socket.create_connection(("127.0.0.1", address.port or 0), timeout=10) as connection:
        head = f"Host: {address.netloc}\r\nCookie: {cookies}\r\n".encode()
        connection.sendall(request.replace(b"<head>", head))
        return connection.makefile("rb").readline()


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


# XSRF.


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


# What the browser receives.


def test_cookies_of_the_application_cannot_replace_the_gateways(alice: Browser) -> None:
    answer = alice.call("GET", "/cookies")
    assert [header.partition("=")[0] for header in answer.raw.headers.getlist("Set-Cookie")] == ["own"]
    assert alice.call("GET", "/echo").status_code == 200


def test_headers_of_the_answer(alice: Browser) -> None:
    answer = alice.call("GET", "/headers")
    assert "X-Internal" not in answer.headers
    assert answer.headers["X-Frame-Options"] == "DENY"
    policies = answer.raw.headers.getlist("Content-Security-Policy")
    assert policies[0] == "script-src 'none'"
    assert policies[1].startswith(f"default-src 'self' {urlsplit(alice.emulator.url).netloc};")


def test_redirects_to_the_application_lead_to_the_gateway(alice: Browser) -> None:
    assert alice.call("GET", "/inside").headers["Location"] == f"{alice.base}/next?a=%2F"
    assert alice.call("GET", "/outside").headers["Location"] == "https://elsewhere.example/next"


def test_an_empty_answer_has_no_body_and_no_type(alice: Browser) -> None:
    answer = alice.call("GET", "/empty")
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_answer_is_streamed(alice: Browser, upstream: Upstream) -> None:
    answer = alice.call("GET", "/stream", stream=True)
    assert answer.raw.read1(5) == b"first"
    upstream.go_on.set()
    assert answer.raw.read() == b"second"


def test_a_large_answer_is_refused_or_cut(alice: Browser) -> None:
    switch(alice.emulator, body_limit=1500)
    assert alice.call("GET", "/large").status_code == 502
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        alice.call("GET", "/large-stream")


def test_an_application_that_takes_too_long(alice: Browser, upstream: Upstream) -> None:
    switch(alice.emulator, application_timeout=0.1)
    answer = alice.call("GET", "/slow")
    upstream.go_on.set()
    assert answer.status_code == 504
    assert answer.json()["errors"][0]["message"] == "The application did not answer in time."


def test_an_application_that_does_not_speak_http(emulator: RunningEmulator) -> None:
    def answer_wrongly() -> None:
        with server.accept()[0] as connection:
            connection.recv(1000)
            connection.sendall(b"SSH-2.0\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer_wrongly, daemon=True)
        thread.start()
        application = Application("mute", "acme", f"http://127.0.0.1:{server.getsockname()[1]}")
        emulator.hub.applications.add(application)
        wanted = {"label": application.label, "email": ALICE}
        cookies = requests.post(f"{emulator.url}/_emulator/application-sessions", json=wanted, timeout=10).json()
        headers = {"Host": f"{application.label}.eu1.localhost", **HTML}
        answer = requests.get(emulator.url, headers=headers, cookies=cookies, timeout=10)
        thread.join(5)
    assert answer.status_code == 502
    assert "cannot be reached or does not speak HTTP" in answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_nothing_else_of_the_hub_answers_under_the_applications_name(alice: Browser) -> None:
    for path in ("/_emulator/health", "/_emulator/banner", "/acme.piam/token_keys", "/gateway/api/x"):
        assert alice.echo(path)["target"] == path
    assert alice.call("GET", "/api/unknown/v3/things").status_code == 404


def test_platform_apis_are_called_with_the_sessions_token(alice: Browser) -> None:
    answer = alice.call("GET", "/api/assetmanagement/v3/assets", headers={"Authorization": "Bearer forged"})
    names = [asset["name"] for asset in answer.json()["_embedded"]["assets"]]
    assert "Pump P-101" in names
    entry = alice.emulator.requests[-1]
    assert (entry.path, entry.client) == ("/acme-demoapp-acme.app/api/assetmanagement/v3/assets", LABEL)


def test_the_journal_says_what_happened(alice: Browser) -> None:
    alice.call("POST", "/echo")
    refused = alice.emulator.requests[-1]
    assert (refused.method, refused.path, refused.status) == ("POST", "/acme-demoapp-acme.app/echo", 403)
    assert "x-xsrf-token" in refused.reason
    alice.echo()
    assert alice.emulator.requests[-1].reason == f"forwarded for {ALICE}"


def test_the_host_name_without_provider_and_the_one_with_it(emulator: RunningEmulator, alice: Browser) -> None:
    cookies = dict(alice.http.cookies)
    for host in ("acme-demoapp.eu1.localhost", "ACME-demoapp-acme.eu1.localhost:1"):
        answer = requests.get(f"{emulator.url}/x", headers={"Host": host}, cookies=cookies, timeout=10)
        assert answer.status_code == 200, host
    for host in ("acme-demoapp-globex.eu1.localhost", "acme-demoapp.eu1.app.localhost"):
        answer = requests.get(f"{emulator.url}/x", headers={"Host": host}, cookies=cookies, timeout=10)
        assert answer.status_code == 404, host


# Registration.


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "1app"},
        {"name": "a" * 21},
        {"name": "App"},
        {"tenant": "umbrella"},
        {"provider": "umbrella"},
        {"version": "V1"},
        {"version": "a b"},
        {"display_name": "a" * 51},
        {"display_name": "<b>"},
        {"display_name": "\ud800"},
        {"scopes": ("other.user",)},
        {"content_security_policy": "a\r\nb"},
        {"upstream": "ftp://127.0.0.1"},
        {"upstream": "http://127.0.0.1:5000/"},
        {"upstream": "http://127.0.0.1:99999"},
        {"upstream": "http://user@127.0.0.1"},
        {"upstream": "http://[::1"},
        {"upstream": "http://127.0.0.1\n"},
        {"upstream": "http://ex\u00e4mple"},
        {"upstream": "http://"},
        {"upstream": "HTTP://127.0.0.1"},
        {"port": 65536},
    ],
)
def test_what_cannot_be_registered(fields: dict[str, Any]) -> None:
    good: dict[str, Any] = {"name": "demoapp", "tenant": "acme", "upstream": "http://127.0.0.1:5000"}
    assert Application(**good).is_on_this_machine
    with pytest.raises(WrongApplication):
        Application(**good | fields)


@pytest.mark.parametrize(
    ("upstream", "expected"),
    [
        ("http://localhost:1", True),
        ("http://[::1]:1", True),
        ("http://127.9.9.9", True),
        ("http://10.0.0.1", False),
        ("http://localhost.evil.example", False),
    ],
)
def test_what_is_on_this_machine(upstream: str, expected: bool) -> None:
    assert Application("demoapp", "acme", upstream).is_on_this_machine is expected


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b"{",
        b'{"name":1,"tenant":"acme","upstream":"http://127.0.0.1"}',
        b'{"name":"a","tenant":"acme","upstream":"http://127.0.0.1","port":80}',
        b'{"name":"a","tenant":"acme","upstream":"http://127.0.0.1","scopes":"a.b"}',
        b'{"name":"a","tenant":["acme"],"upstream":"http://127.0.0.1"}',
        b'{"name":"a","tenant":"acme","upstream":"http://127.0.0.1","display_name":"\\ud800"}',
        b'{"name":"a","tenant":"acme","upstream":NaN}',
        b"[" * 100_000,
        b'{"\\ud800":"a"}',
    ],
)
@pytest.mark.parametrize("path", ["applications", "application-sessions"])
def test_hostile_bodies_change_nothing(emulator: RunningEmulator, path: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{emulator.url}/_emulator/{path}", body, headers=headers, timeout=10)
    assert answer.status_code == 400, answer.text
    assert [application.name for application in emulator.hub.applications] == ["demoapp"]


def test_only_this_machine_may_register(emulator: RunningEmulator) -> None:
    url, evil = f"{emulator.url}/_emulator/applications", {"Host": "evil.example"}
    body = {"name": "a", "tenant": "acme", "upstream": "http://127.0.0.1"}
    assert requests.post(url, json=body, headers=evil, timeout=10).status_code == 403
    assert requests.post(url, json.dumps(body), timeout=10).status_code == 415
    assert requests.get(url, headers=evil, timeout=10).status_code == 403
    assert requests.delete(url, params={"label": LABEL}, headers=evil, timeout=10).status_code == 403
    sessions = f"{emulator.url}/_emulator/application-sessions"
    wanted = {"label": LABEL, "email": ALICE}
    assert requests.post(sessions, json=wanted, headers=evil, timeout=10).status_code == 403
    wanted["email"] = CHARLIE
    assert requests.post(sessions, json=wanted, timeout=10).status_code == 400


def test_an_applications_client_may_not_take_the_id_of_another(emulator: RunningEmulator) -> None:
    url = f"{emulator.url}/_emulator/applications"
    body = {"name": "demoapp", "tenant": "acme", "provider": "globex", "upstream": "http://127.0.0.1"}
    assert requests.post(url, json=body, timeout=10).status_code == 201
    body |= {"name": "demoapp-globex", "provider": "acme"}  # its short name would be acme-demoapp-globex
    assert requests.post(url, json=body, timeout=10).status_code == 409
    labels = {entry["label"] for entry in requests.get(url, timeout=10).json()}
    assert labels == {LABEL, "acme-demoapp-globex"}


def test_a_port_belongs_to_one_application(emulator: RunningEmulator) -> None:
    port = next(iter(emulator.hub.applications)).port
    with pytest.raises(ApplicationExists, match=f"Port {port} belongs to another application"):
        emulator.hub.applications.add(Application("second", "acme", "http://127.0.0.1:1", port=port))


def test_there_is_a_quota(emulator: RunningEmulator) -> None:
    registry = emulator.hub.applications
    for number in range(CAPACITY - 1):
        registry.add(Application(f"app{number}", "acme", "http://127.0.0.1:1"))
    with pytest.raises(WrongApplication, match="There are 330 applications already"):
        registry.add(Application("one-more", "acme", "http://127.0.0.1:1"))


def test_the_setting() -> None:
    words = "acme/demoapp=http://127.0.0.1:5000 globex/watch/acme:8101=https://apps.example"
    first, second = read_applications(words)
    assert (first.label, first.port) == ("acme-demoapp-acme", None)
    assert (second.label, second.port, second.upstream) == ("globex-watch-acme", 8101, "https://apps.example")
    environ = {"EMULATOR_APPLICATIONS": words}
    config = EmulatorConfig.from_environment(environ)
    assert [application.label for application in Hub(config).applications] == [first.label, second.label]
    with pytest.raises(WrongSetting, match="EMULATOR_APPLICATIONS: 'acme' is not an application"):
        EmulatorConfig.from_environment({"EMULATOR_APPLICATIONS": "acme"})


def test_the_port_maps_to_the_application_under_local_names_only(emulator: RunningEmulator, alice: Browser) -> None:
    port = urlsplit(alice.base).port
    connection = HTTPConnection("127.0.0.1", port or 0, timeout=10)
    for host, status in ((f"127.0.0.1:{port}", 401), (f"localhost:{port}", 401), (f"evil.example:{port}", 404)):
        connection.request("GET", "/echo", headers={"Host": host})
        assert connection.getresponse().status == status, host
        connection.close()


def test_the_defaults_are_those_that_the_documentation_names() -> None:
    switches = Switches()
    assert (switches.application_timeout, switches.xsrf_required) == (60.0, True)
