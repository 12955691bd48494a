"""Signing in to an application, the session, and signing out."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from portal.emulator.appgateway.applications import Application
from portal.emulator.appgateway.sign_in import safe_path
from portal.emulator.testing import RunningEmulator
from tests.emulator.flows import claims_of, pending_of

from .browser import ALICE, CHARLIE, DEV, LABEL, Browser


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
