"""Leaving for the Hub: /sign-in/ and /sign-in/start/."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client

from portal.emulator.testing import RunningEmulator
from portal.identity.attempts import COOKIE, MOST, SALT
from tests.cast import Cast
from tests.environment import PORTAL_URL
from tests.identity import flow


def attempts_of(browser: Client) -> list[dict[str, str]]:
    return list(signing.loads(browser.cookies[COOKIE].value, salt=SALT))


class TestAuthorizationRequest:
    def test_goes_to_the_hub_and_asks_for_a_code(self, browser: Client, hub: RunningEmulator) -> None:
        location = flow.start(browser)
        assert location.startswith(f"{hub.url}/core.piam/oauth/authorize?")
        parameters = flow.asked(location)
        assert {name: parameters[name] for name in ("response_type", "client_id", "redirect_uri")} == {
            "response_type": "code",
            "client_id": "bindery",
            "redirect_uri": f"{PORTAL_URL}/sign-in/callback/",
        }
        assert "openid" in parameters["scope"].split()
        assert set(parameters) == {
            *("response_type", "client_id", "redirect_uri", "scope"),
            *("state", "nonce", "code_challenge", "code_challenge_method"),
        }

    def test_pkce_is_s256_of_a_verifier_that_stays_here(self, browser: Client) -> None:
        parameters = flow.asked(flow.start(browser))
        (attempt,) = attempts_of(browser)
        digest = hashlib.sha256(attempt["code_verifier"].encode()).digest()
        assert parameters["code_challenge_method"] == "S256"
        assert parameters["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert 43 <= len(attempt["code_verifier"]) <= 128
        assert attempt["code_verifier"] not in flow.start(browser)

    def test_state_nonce_and_challenge_are_new_each_time_and_unguessable(self, browser: Client) -> None:
        seen = [flow.asked(flow.start(browser)) for _ in range(20)]
        for name in ("state", "nonce", "code_challenge"):
            values = {parameters[name] for parameters in seen}
            assert len(values) == 20
            assert all(len(value) >= 43 for value in values)
        assert not any(parameters["state"] == parameters["nonce"] for parameters in seen)

    @pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost"])
    def test_the_way_back_does_not_depend_on_the_host_header(
        self, browser: Client, settings: object, host: str
    ) -> None:
        settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
        answer = browser.get("/sign-in/start/", HTTP_HOST=host, HTTP_X_FORWARDED_HOST=host)
        assert flow.asked(answer["Location"])["redirect_uri"] == f"{PORTAL_URL}/sign-in/callback/"


class TestCookie:
    def test_is_for_this_site_only_and_out_of_reach_of_scripts(self, browser: Client) -> None:
        flow.start(browser)
        cookie = browser.cookies[COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
        assert cookie["max-age"] == 600

    def test_opening_the_way_to_the_hub_writes_nothing_into_the_database(
        self, browser: Client, django_assert_num_queries: object
    ) -> None:
        with django_assert_num_queries(0):  # type: ignore[operator]
            browser.get("/sign-in/start/")
        assert not Session.objects.exists()
        assert set(browser.cookies) == {COOKIE}

    def test_several_tabs_can_sign_in_side_by_side(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        first, second = flow.start(browser, "/t/acme/keys/"), flow.start(browser, "/t/acme/activity/")
        assert browser.get(flow.pick(hub, first, "alice@acme.example"))["Location"] == "/t/acme/keys/"
        assert browser.get(flow.pick(hub, second, "alice@acme.example"))["Location"] == "/t/acme/activity/"

    def test_the_oldest_of_too_many_tabs_is_forgotten(self, browser: Client) -> None:
        states = [flow.asked(flow.start(browser))["state"] for _ in range(MOST + 2)]
        assert [attempt["state"] for attempt in attempts_of(browser)] == states[-MOST:]

    def test_browsers_keep_it_however_long_the_paths_are(self, browser: Client) -> None:
        """RFC 6265 section 6.1: a browser keeps 4096 bytes of name, value and attributes, no more is sure."""
        for number in range(MOST):
            # A path that compression cannot shorten, as an asset's id and a filter are.
            noise = "".join(hashlib.sha256(f"{number}/{part}".encode()).hexdigest() for part in range(20))
            flow.start(browser, f"/t/acme/assets/?words={noise}")
        written = SimpleCookie()
        written[COOKIE] = browser.cookies[COOKIE].value
        assert len(written.output(header="").encode()) <= 4000

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "x",
            ":",
            "a:b:c",
            "é",
            "\x00",
            ".eJw:1:x",
            "A" * 4000,
            signing.dumps([{"state": "s"}], salt="another salt"),
            signing.dumps({"state": "s"}, salt=SALT),
            signing.dumps([{"state": "s", "unknown": "1"}], salt=SALT),
            signing.dumps(["s"], salt=SALT),
            signing.dumps(7, salt=SALT),
            signing.dumps(None, salt=SALT),
            "." + base64.urlsafe_b64encode(zlib.compress(json.dumps([]).encode())).decode() + ":1:x",
        ],
        # Signed values hold the time: as names of tests they would differ from process to process.
        ids=map(str, range(15)),
    )
    def test_a_cookie_that_is_not_ours_is_like_none(self, browser: Client, value: str) -> None:
        browser.cookies[COOKIE] = value
        answer = browser.get("/sign-in/callback/?state=s&code=c")
        flow.assert_refused(browser, answer, "state")


class TestSignInPage:
    def test_shows_the_one_button_to_the_hub(self, browser: Client) -> None:
        page = browser.get("/sign-in/?next=/t/acme/keys/")
        assert page.status_code == 200
        assert page.context["start_url"] == "/sign-in/start/?next=%2Ft%2Facme%2Fkeys%2F"
        assert 'href="/sign-in/start/?next=%2Ft%2Facme%2Fkeys%2F"' in page.content.decode()
        assert "You are signed out" not in page.content.decode()

    def test_a_page_that_needs_a_person_sends_there_and_back(self, browser: Client) -> None:
        answer = browser.get("/t/acme/keys/?page=2")
        assert answer.status_code == 302
        target = urlsplit(answer["Location"])
        assert target.path == "/sign-in/"
        assert parse_qs(target.query) == {"next": ["/t/acme/keys/?page=2"]}

    def test_who_is_signed_in_goes_on_at_once(self, alice: Client) -> None:
        answer = alice.get("/sign-in/?next=/t/acme/keys/")
        assert (answer.status_code, answer["Location"]) == (302, "/t/acme/keys/")

    @pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/start/", "/sign-in/callback/"])
    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    def test_no_other_method_than_get(self, browser: Client, path: str, method: str) -> None:
        assert browser.generic(method, path).status_code == 405
