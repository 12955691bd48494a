"""Identity hosts: the sign-in of people, userinfo and logout."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsStr

from .identity import ACME, refused
from .rows import ADMIN, ALICE, NOBODY, Row, Send

SIGN_IN = "Identity: sign-in"
CALLBACK = "http://testserver/sign-in/callback/"


def authorize(**changes: str) -> Send:
    parameters = {
        "client_id": "bindery",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
        "state": "s1",
        **changes,
    }
    return Send("GET", f"{ACME}/oauth/authorize", params=parameters, as_=NOBODY)


def goes_back(error: str) -> dict[str, Any]:
    return {"Location": IsStr(regex=rf"{CALLBACK}\?error={error}&.*&state=s1&iss=.*acme\.piam.*")}


def listed(email: str) -> IsStr:
    return IsStr(regex=rf"(?s).*{email}.*")


ROWS = (
    Row(
        "identity-authorize-page",
        SIGN_IN,
        "The sign-in page lists the people of the tenant; nobody has a password.",
        "assumed",
        authorize(),
        200,
        headers={"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "X-Frame-Options": "DENY"},
        text=listed("alice@acme.example"),
    ),
    Row(
        "identity-authorize-login-hint",
        SIGN_IN,
        "`login_hint` marks a person and puts the focus there.",
        "assumed",
        authorize(login_hint="Dev@acme.example"),
        200,
        text=IsStr(regex='(?s).*value="[^"]*" aria-label="Dev Dietrich[^>]* autofocus>.*dev@acme.example.*suggested.*'),
    ),
    Row(
        "identity-authorize-prompt-none",
        SIGN_IN,
        "`prompt=none` without a session is answered with `login_required`.",
        "assumed",
        authorize(prompt="none"),
        303,
        headers=goes_back("login_required"),
    ),
    Row(
        "identity-authorize-prompt-none-and-login",
        SIGN_IN,
        "`prompt=none` cannot be combined with another value.",
        "assumed",
        authorize(prompt="none login"),
        303,
        headers=goes_back("invalid_request"),
    ),
    Row(
        "identity-authorize-prompt-unknown",
        SIGN_IN,
        "An unknown value of `prompt` is refused.",
        "assumed",
        authorize(prompt="create"),
        303,
        headers=goes_back("invalid_request"),
    ),
    Row(
        "identity-authorize-max-age",
        SIGN_IN,
        "`max_age` is a number of seconds.",
        "assumed",
        authorize(max_age="-1"),
        303,
        headers=goes_back("invalid_request"),
    ),
    Row(
        "identity-authorize-request-object",
        SIGN_IN,
        "Request objects are not supported.",
        "assumed",
        authorize(request="x.y.z"),
        303,
        headers=goes_back("request_not_supported"),
    ),
    Row(
        "identity-authorize-pkce",
        SIGN_IN,
        "PKCE may be left out, but the method `plain` is refused.",
        "assumed",
        authorize(code_challenge="c" * 43, code_challenge_method="plain"),
        303,
        headers=goes_back("invalid_request"),
    ),
    Row(
        "identity-authorize-redirect-uri",
        SIGN_IN,
        "A redirect URI that is not registered shows a page and is never followed.",
        "assumed",
        authorize(redirect_uri="http://evil.example/"),
        400,
        headers={"Location": None, "Content-Type": "text/html; charset=utf-8"},
        text=IsStr(regex="(?s)(?!.*evil).*The address to return to is not registered for this application.*"),
    ),
    Row(
        "identity-userinfo",
        SIGN_IN,
        "Userinfo describes the person of a user token.",
        "assumed",
        Send("GET", "/acme.piam/userinfo", as_=ALICE),
        200,
        body={
            "sub": "{alice}",
            "user_id": "{alice}",
            "user_name": ALICE,
            "email": ALICE,
            "email_verified": True,
            "name": "Alice Adler",
            "given_name": "Alice",
            "family_name": "Adler",
            "ten": "acme",
            "scope": ["mdsp:core:TenantAdmin", "mdsp:core:StandardUser"],
        },
    ),
    Row(
        "identity-userinfo-technical",
        SIGN_IN,
        "Userinfo refuses the token of a technical user.",
        "assumed",
        Send("GET", "/acme.piam/userinfo", as_=ADMIN),
        401,
        headers={"WWW-Authenticate": 'Bearer realm="userinfo", error="invalid_token"'},
        body=refused("invalid_token"),
    ),
    Row(
        "identity-userinfo-other-host",
        SIGN_IN,
        "Userinfo refuses a token that another identity host issued.",
        "assumed",
        Send("GET", "/core.piam/userinfo", as_=ALICE),
        401,
        body=refused("invalid_token"),
    ),
    Row(
        "identity-logout-uaa",
        SIGN_IN,
        "`/logout.do` goes back to a registered `redirect` of the client.",
        "assumed",
        Send(
            "GET",
            f"{ACME}/logout.do",
            params={"redirect": "http://testserver/sign-in/", "client_id": "bindery"},
            as_=NOBODY,
        ),
        302,
        headers={"Location": "http://testserver/sign-in/"},
    ),
    Row(
        "identity-logout-rp-initiated",
        SIGN_IN,
        "Logout takes `post_logout_redirect_uri` and gives `state` back.",
        "assumed",
        Send(
            "GET",
            f"{ACME}/logout.do",
            params={"post_logout_redirect_uri": "http://testserver/", "client_id": "bindery", "state": "bye"},
            as_=NOBODY,
        ),
        302,
        headers={"Location": "http://testserver/?state=bye"},
    ),
    Row(
        "identity-logout-unregistered",
        SIGN_IN,
        "Logout goes nowhere that is not registered.",
        "assumed",
        Send(
            "GET",
            f"{ACME}/logout.do",
            params={"redirect": "http://evil.example/", "client_id": "bindery"},
            as_=NOBODY,
        ),
        200,
        headers={"Location": None},
        text=listed("You are signed out"),
    ),
)
