"""Authorization endpoint and sign-in page."""

from __future__ import annotations

import pytest
import requests

from portal.emulator.identity.accounts import Account
from portal.emulator.testing import RunningEmulator

from .flows import CALLBACK, SignIn, claims_of, pending_of, query_of


def test_the_whole_way_from_authorize_to_logout(sign_in: SignIn) -> None:
    page = sign_in.authorize()
    assert page.status_code == 200
    assert "Sign in to Insights Hub" in page.text

    picked = sign_in.pick(page, "alice@acme.example")
    assert picked.status_code == 303
    assert picked.headers["Location"].startswith(f"{CALLBACK}?code=")
    answer = query_of(picked)
    assert answer["state"] == "state-1"
    assert answer["iss"] == f"{sign_in.base}/oauth/token"

    token = sign_in.exchange(answer["code"])
    assert token.status_code == 200
    assert sign_in.userinfo(token.json()["access_token"]).json()["email"] == "alice@acme.example"

    assert "signed in here" in sign_in.authorize().text
    gone = sign_in.browser.get(
        f"{sign_in.base}/logout.do",
        params={"redirect": "http://testserver/sign-in/", "client_id": "bindery"},
        allow_redirects=False,
    )
    assert (gone.status_code, gone.headers["Location"]) == (
        302,
        "http://testserver/sign-in/",
    )
    assert "signed in here" not in sign_in.authorize().text


def test_a_tenant_host_lists_only_its_own_people(sign_in: SignIn) -> None:
    text = sign_in.authorize().text
    assert 'aria-label="Alice Adler, tenant admin of acme"' in text
    assert "charlie@globex.example" not in text


def test_the_core_host_lists_everybody_of_the_classic_world(emulator: RunningEmulator) -> None:
    text = SignIn(emulator, "core").authorize().text
    listed = [account.name for account in emulator.hub.directory if f'aria-label="{account.label}"' in text]
    classic = [account.name for account in emulator.hub.directory if account.tenant != "initech"]
    assert listed == classic


def test_a_person_of_another_tenant_cannot_be_chosen(sign_in: SignIn) -> None:
    answer = sign_in.pick(sign_in.authorize(), "charlie@globex.example")
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_the_page_has_a_strict_policy_that_lets_the_form_return_to_the_portal(
    sign_in: SignIn,
) -> None:
    page = sign_in.authorize()
    own = sign_in.emulator.url
    assert page.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src {own}; form-action {own} http://testserver;"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    assert page.headers["Cache-Control"] == "no-store"
    assert "<script" not in page.text and "style=" not in page.text and "<style" not in page.text


def test_the_stylesheet_is_served(emulator: RunningEmulator, http: requests.Session) -> None:
    answer = http.get(f"{emulator.url}/_emulator/static/identity.css")
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        200,
        "text/css; charset=utf-8",
    )
    assert http.get(f"{emulator.url}/_emulator/static/..%2fweb.py").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "stranger"},
        {"client_id": "acme-hub-reader"},
        {"client_id": None},
        {"redirect_uri": "http://evil.example/sign-in/callback/"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": CALLBACK.rstrip("/")},
        {"redirect_uri": None},
    ],
)
def test_unknown_client_or_redirect_uri_is_a_page_and_never_a_redirect(
    sign_in: SignIn, changes: dict[str, str | None]
) -> None:
    answer = sign_in.authorize(**changes)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Location" not in answer.headers
    assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "all"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "9" * 5000}, "invalid_request"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"request_uri": "http://evil.example/"}, "request_uri_not_supported"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_other_errors_go_back_to_the_client(sign_in: SignIn, changes: dict[str, str | None], error: str) -> None:
    answer = sign_in.authorize(**changes)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{CALLBACK}?error={error}&")
    assert query_of(answer)["state"] == "state-1"
    assert query_of(answer)["iss"] == f"{sign_in.base}/oauth/token"
    assert "code" not in query_of(answer)


def test_prompt_none_issues_a_code_for_the_person_who_is_signed_in(sign_in: SignIn) -> None:
    sign_in.emulator.clock.freeze(1_800_000_000)
    sign_in.pick(sign_in.authorize(), "dev@acme.example")
    sign_in.emulator.clock.shift(100)
    answer = query_of(sign_in.authorize(prompt="none"))
    assert answer["state"] == "state-1"
    token = claims_of(sign_in.exchange(answer["code"]).json()["id_token"])
    assert (token["email"], token["auth_time"], token["iat"]) == ("dev@acme.example", 1_800_000_000, 1_800_000_100)


def test_prompt_none_keeps_to_the_age_and_the_person_asked_for(sign_in: SignIn) -> None:
    sign_in.emulator.clock.freeze(1_800_000_000)
    hint = sign_in.exchange(sign_in.code("dev@acme.example")).json()["id_token"]
    other_hint = SignIn(sign_in.emulator)
    foreign = other_hint.exchange(other_hint.code("alice@acme.example")).json()["id_token"]
    sign_in.emulator.clock.shift(60)
    assert "code" in query_of(sign_in.authorize(prompt="none", max_age="60"))
    assert "code" in query_of(sign_in.authorize(prompt="none", login_hint="Dev@acme.example", id_token_hint=hint))
    for changes in (
        {"max_age": "59"},
        {"max_age": "0"},
        {"login_hint": "alice@acme.example"},
        {"id_token_hint": foreign},
        {"id_token_hint": "x.y.z"},
    ):
        refused = query_of(sign_in.authorize(prompt="none", **changes))
        assert refused["error"] == "login_required", changes


def test_prompt_none_asks_for_a_session_at_this_host(emulator: RunningEmulator, sign_in: SignIn) -> None:
    sign_in.pick(sign_in.authorize(), "dev@acme.example")
    core = SignIn(emulator, "core")
    core.browser.headers["Cookie"] = f"hub_identity_session={next(iter(sign_in.browser.cookies)).value}"
    assert query_of(core.authorize(prompt="none"))["error"] == "login_required"


def test_a_session_ends_after_twelve_hours(sign_in: SignIn) -> None:
    sign_in.emulator.clock.freeze()
    sign_in.pick(sign_in.authorize(), "dev@acme.example")
    sign_in.emulator.clock.shift(12 * 3600 - 1)
    assert "code" in query_of(sign_in.authorize(prompt="none"))
    sign_in.emulator.clock.shift(1)
    assert query_of(sign_in.authorize(prompt="none"))["error"] == "login_required"


def test_a_new_sign_in_ends_the_session_before(sign_in: SignIn) -> None:
    sign_in.pick(sign_in.authorize(), "dev@acme.example")
    before = next(iter(sign_in.browser.cookies)).value
    sign_in.pick(sign_in.authorize(), "alice@acme.example")
    assert before is not None and sign_in.emulator.hub.sign_ins.sessions.get(before) is None


def test_prompt_login_forgets_who_is_signed_in_and_a_hint_points_at_somebody(sign_in: SignIn) -> None:
    sign_in.pick(sign_in.authorize(), "dev@acme.example")
    assert "signed in here" in sign_in.authorize(prompt="select_account").text
    assert "signed in here" not in sign_in.authorize(prompt="login").text
    page = sign_in.authorize(login_hint="alice@acme.example").text
    assert page.count("autofocus") == page.count("suggested") == 1
    assert "suggested" not in sign_in.authorize(login_hint="charlie@globex.example").text


def test_the_page_of_the_xcelerator_world_lists_its_people_only(emulator: RunningEmulator) -> None:
    for host in ("1000001703.sws", "1000001700.sws"):
        question = {"client_id": "bindery", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}
        page = requests.get(f"{emulator.url}/{host}/oauth/authorize", params=question, timeout=5)
        assert "iris@initech.example" in page.text and "@acme.example" not in page.text


def test_a_person_without_a_name_can_sign_in(emulator: RunningEmulator, sign_in: SignIn) -> None:
    nameless = Account("id-1", "", "", "x@acme.example", "acme")
    emulator.hub.directory.add(nameless, at=emulator.clock.now())
    assert sign_in.pick(sign_in.authorize(), "x@acme.example").status_code == 303
    emulator.hub.directory.remove(nameless, at=emulator.clock.now())


def test_session_and_code_end_with_the_account(emulator: RunningEmulator, sign_in: SignIn) -> None:
    leaver = Account("id-2", "Lea", "Ver", "leaver@acme.example", "acme")
    emulator.hub.directory.add(leaver, at=emulator.clock.now())
    code = sign_in.code("leaver@acme.example")
    assert "code" in query_of(sign_in.authorize(prompt="none"))
    emulator.hub.directory.remove(leaver, at=emulator.clock.now())
    assert query_of(sign_in.authorize(prompt="none"))["error"] == "login_required"
    assert sign_in.exchange(code).json()["error"] == "invalid_grant"


def test_a_repeated_parameter_is_refused(sign_in: SignIn) -> None:
    url = f"{sign_in.base}/oauth/authorize?client_id=bindery&redirect_uri={CALLBACK}&state=a&state=b"
    answer = requests.get(url, allow_redirects=False)
    assert query_of(answer)["error"] == "invalid_request"


def test_cancel_tells_the_client(sign_in: SignIn) -> None:
    answer = sign_in.submit(pending_of(sign_in.authorize()), cancel="1")
    assert query_of(answer)["error"] == "access_denied"


def test_a_pending_request_can_be_answered_once(sign_in: SignIn) -> None:
    page = sign_in.authorize()
    assert sign_in.pick(page, "alice@acme.example").status_code == 303
    assert sign_in.pick(page, "alice@acme.example").status_code == 400


def test_a_pending_request_ends_after_ten_minutes(sign_in: SignIn) -> None:
    page = sign_in.authorize()
    sign_in.emulator.clock.shift(600)
    assert sign_in.pick(page, "alice@acme.example").status_code == 400


def test_a_pending_request_belongs_to_its_host(emulator: RunningEmulator, sign_in: SignIn) -> None:
    page = SignIn(emulator, "core").authorize()
    assert sign_in.pick(page, "alice@acme.example").status_code == 400


def test_the_session_cookie_is_not_readable_and_stays_at_its_host(
    sign_in: SignIn,
) -> None:
    cookie = sign_in.pick(sign_in.authorize(), "alice@acme.example").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "Path=/acme.piam/" in cookie and "SameSite=Lax" in cookie


def test_text_of_a_request_is_escaped(sign_in: SignIn) -> None:
    answer = sign_in.authorize(client_id="<script>alert(1)</script>")
    assert "<script" not in answer.text


def test_an_unknown_identity_host_does_not_exist(emulator: RunningEmulator) -> None:
    answer = requests.get(f"{emulator.url}/initech.piam/jwks.json")
    assert answer.status_code == 404
    assert answer.json()["error"] == "not_found"
