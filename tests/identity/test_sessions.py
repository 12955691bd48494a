"""Sessions: how long they live, what starts them anew, and how they end."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
import requests
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from portal import constants
from portal.actor import SYSTEM
from portal.audit.models import InstanceRecord
from portal.emulator.testing import RunningEmulator
from portal.identity.models import User, new_session_epoch
from portal.keys.models import BindingKey
from portal.tenants.commands import end_sessions
from tests.cast import Cast, signed_in
from tests.environment import PORTAL_URL
from tests.faults import audit_refuses
from tests.identity import flow

Clock = time_machine.Traveller
ALICE = "alice@acme.example"
PAGE = "/t/acme/activity/"


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The time of everything, moved by hand."""
    with time_machine.travel(time.time(), tick=False) as traveller:
        yield traveller


class TestIdleLimit:
    @pytest.mark.parametrize("seconds", [0, 60, 1740, 1800])
    def test_a_session_in_use_goes_on(self, cast: Cast, clock: Clock, seconds: int) -> None:
        alice = signed_in(cast.alice)
        clock.shift(seconds)
        assert alice.get(PAGE).status_code == 200

    @pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT", "DELETE"])
    def test_an_idle_session_is_over_on_every_method(self, cast: Cast, clock: Clock, method: str) -> None:
        alice = signed_in(cast.alice)
        clock.shift(constants.SESSION_IDLE + 1)
        answer = alice.generic(
            method, "/t/acme/keys/create/", "name=Line+5&expires=30", "application/x-www-form-urlencoded"
        )
        assert answer.status_code in {302, 405}
        assert answer.status_code == 405 or answer["Location"].startswith("/sign-in/")
        assert alice.get(PAGE)["Location"].startswith("/sign-in/")
        assert not Session.objects.exists()
        assert not BindingKey.all_tenants.exists()

    def test_the_same_post_in_time_has_its_effect(self, cast: Cast, clock: Clock) -> None:
        alice = signed_in(cast.alice)
        clock.shift(constants.SESSION_IDLE - 1)
        alice.post("/t/acme/keys/create/", {"name": "Line 5", "expires": "30"})
        assert BindingKey.all_tenants.get().name == "Line 5"

    def test_each_use_counts(self, cast: Cast, clock: Clock) -> None:
        alice = signed_in(cast.alice)
        for _ in range(6):
            clock.shift(constants.SESSION_IDLE - 100)
            assert alice.get(PAGE).status_code == 200

    def test_a_page_that_follows_something_by_itself_is_not_in_use(self, cast: Cast, clock: Clock) -> None:
        alice = signed_in(cast.alice)
        poll = {"HX-Request": "true", "X-Poll": "1"}
        for _ in range(3):
            clock.shift(constants.SESSION_IDLE // 3)
            assert alice.get(PAGE, headers=poll).status_code == 200
        clock.shift(1)
        answer = alice.get(PAGE, headers=poll)
        assert answer.status_code == 204
        assert answer["HX-Redirect"].startswith("/sign-in/")
        assert not Session.objects.exists()

    def test_a_form_sent_is_use_whatever_it_says(self, cast: Cast, clock: Clock) -> None:
        alice = signed_in(cast.alice)
        clock.shift(constants.SESSION_IDLE)
        alice.post("/t/acme/keys/create/", {"name": "Line 5", "expires": "30"}, headers={"X-Poll": "1"})
        clock.shift(1)
        assert alice.get(PAGE).status_code == 200

    def test_script_knows_what_pages_ask_for_by_themselves(self, alice: Client) -> None:
        templates = "".join(path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html"))
        triggers = re.findall(r'hx-trigger="([^"]*)"', templates)
        assert triggers
        assert all(trigger.startswith("load delay:") for trigger in triggers)
        assert '.startsWith("load delay:")' in (settings.BASE_DIR / "static/js/poll.js").read_text()
        assert "js/poll.js" in alice.get(PAGE).content.decode()

    def test_a_page_view_within_a_minute_writes_no_session(self, cast: Cast, clock: Clock) -> None:
        alice = signed_in(cast.alice)
        before = Session.objects.get().session_data
        clock.shift(59)
        alice.get(PAGE)
        assert Session.objects.get().session_data == before
        clock.shift(1)
        alice.get(PAGE)
        assert Session.objects.get().session_data != before

    def test_a_session_that_does_not_say_when_it_began_is_over(self, cast: Cast) -> None:
        browser = Client()
        browser.force_login(cast.alice)
        assert browser.get(PAGE).status_code == 302
        assert not Session.objects.exists()


class TestAbsoluteLimit:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_however_busy_it_is_over_after_twelve_hours(self, cast: Cast, clock: Clock, method: str) -> None:
        alice = signed_in(cast.alice)
        steps = constants.SESSION_ABSOLUTE // 1500
        for _ in range(steps):
            clock.shift(1500)
            assert alice.get("/").status_code == 302
            assert flow.is_signed_in(alice)
        clock.shift(constants.SESSION_ABSOLUTE - steps * 1500 + 1)
        answer = alice.generic(method, "/t/acme/keys/create/")
        assert answer["Location"].startswith("/sign-in/")
        assert not flow.is_signed_in(alice)
        assert not BindingKey.all_tenants.exists()


class TestStart:
    def test_the_session_key_of_before_is_worth_nothing(
        self, cast: Cast, browser: Client, hub: RunningEmulator
    ) -> None:
        """Session fixation: the attacker knows a session key and puts it into the victim's browser."""
        session = browser.session
        session["planted"] = "yes"
        session.save()
        planted = str(session.session_key)
        assert flow.sign_in(browser, hub, ALICE).status_code == 302
        assert browser.session.session_key != planted
        attacker = Client()
        attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
        assert attacker.get(PAGE).status_code == 302
        assert not Session.objects.filter(session_key=planted).exists()

    def test_an_invented_session_key_is_not_taken_over(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        browser.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
        flow.sign_in(browser, hub, ALICE)
        assert browser.session.session_key != "a" * 32

    def test_another_person_in_the_same_browser_starts_empty(
        self, cast: Cast, browser: Client, hub: RunningEmulator
    ) -> None:
        flow.sign_in(browser, hub, ALICE)
        session = browser.session
        session["of_alice"] = "yes"
        session.save()
        flow.sign_in(browser, hub, "dev@acme.example")
        assert "of_alice" not in browser.session
        assert browser.session[flow.AUTHENTICATED] == str(cast.dev.pk)
        assert Session.objects.count() == 1

    def test_the_cookie_is_out_of_reach_of_scripts(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        flow.sign_in(browser, hub, ALICE)
        cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
        assert len(cookie.value) >= 32

    def test_the_session_holds_no_token_of_the_hub(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        flow.sign_in(browser, hub, ALICE)
        assert set(browser.session.keys()) <= {
            *("_auth_user_id", "_auth_user_backend", "_auth_user_hash"),
            *("signed_in_at", "seen_at"),
        }

    def test_times_of_the_session_are_those_of_the_sign_in(
        self, cast: Cast, browser: Client, hub: RunningEmulator
    ) -> None:
        flow.sign_in(browser, hub, ALICE)
        assert abs(browser.session["signed_in_at"] - datetime.now().timestamp()) < 10
        assert browser.session["seen_at"] == browser.session["signed_in_at"]

    def test_a_session_begun_right_after_a_tenant_ended_all_others_is_not_one_of_them(
        self, cast: Cast, browser: Client, hub: RunningEmulator
    ) -> None:
        end_sessions(cast.acme, by=SYSTEM)
        flow.sign_in(browser, hub, ALICE)
        assert browser.get(PAGE).status_code == 200


class TestEverywhere:
    def test_a_new_epoch_ends_all_sessions_of_the_person(self, cast: Cast) -> None:
        browsers = [signed_in(cast.alice) for _ in range(3)]
        other = signed_in(cast.dev)
        User.objects.filter(pk=cast.alice.pk).update(session_epoch=new_session_epoch())
        assert [browser.get(PAGE).status_code for browser in browsers] == [302, 302, 302]
        assert other.get(PAGE).status_code == 200


class TestSignOut:
    def test_ends_the_session_here_and_at_the_hub(self, cast: Cast, alice: Client, hub: RunningEmulator) -> None:
        key = alice.session.session_key
        answer = alice.post("/sign-in/out/")
        assert answer.status_code == 302
        location, _, _ = answer["Location"].partition("?")
        assert location == f"{hub.url}/core.piam/logout.do"
        assert flow.asked(answer["Location"]) == {
            "client_id": "bindery",
            "redirect": f"{PORTAL_URL}/sign-in/",
            "post_logout_redirect_uri": f"{PORTAL_URL}/sign-in/",
        }
        assert not Session.objects.filter(session_key=key).exists()
        stolen = Client()
        stolen.cookies[settings.SESSION_COOKIE_NAME] = str(key)
        assert stolen.get(PAGE).status_code == 302

    def test_it_is_recorded(self, cast: Cast, alice: Client) -> None:
        alice.post("/sign-in/out/", REMOTE_ADDR="192.0.2.7")
        (row,) = InstanceRecord.objects.filter(name="sign_in.ended")
        assert (row.actor_id, row.actor_name, row.address) == (cast.alice.subject, "Alice Adler", "192.0.2.7")

    def test_the_hub_sends_back_and_the_page_says_so_once(
        self, cast: Cast, alice: Client, hub: RunningEmulator
    ) -> None:
        left = alice.post("/sign-in/out/")["Location"]
        back = requests.get(left, allow_redirects=False, timeout=5)
        assert back.headers["Location"] == f"{PORTAL_URL}/sign-in/"
        assert "You are signed out of Bindery." in alice.get("/sign-in/").content.decode()
        assert alice.cookies["signed-out"]["max-age"] == 0

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
    def test_by_post_only(self, cast: Cast, alice: Client, method: str) -> None:
        answer = alice.generic(method, "/sign-in/out/")
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert alice.get(PAGE).status_code == 200

    def test_not_by_a_form_of_another_site(self, cast: Cast) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = signed_in(cast.alice).cookies
        assert strict.post("/sign-in/out/").status_code == 403
        assert strict.get(PAGE).status_code == 200

    def test_a_log_that_fails_keeps_nobody_signed_in(self, cast: Cast, alice: Client) -> None:
        with audit_refuses():
            assert alice.post("/sign-in/out/").status_code == 503
        assert alice.get(PAGE).status_code == 302

    def test_who_was_signed_out_already_is_not_sent_in_circles(self, browser: Client) -> None:
        """Signing out after the session ended by itself: after the next sign-in there must be a page to see."""
        answer = browser.post("/sign-in/out/")
        assert answer.status_code == 302
        assert flow.asked(answer["Location"]).get("next") != "/sign-in/out/"


def test_a_sign_in_that_was_cancelled_at_the_hub_is_told_as_such(browser: Client) -> None:
    state = flow.asked(flow.start(browser))["state"]
    answer = browser.get("/sign-in/callback/", {"state": state, "error": "access_denied"})
    assert answer.status_code == 403
    assert "the sign-in was ended at Insights Hub" in answer.content.decode()
