"""Token endpoint, discovery, keys, userinfo."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
import requests

from portal.emulator.testing import RunningEmulator

from .flows import CALLBACK, VERIFIER, SignIn, claims_of, secret_of


def post_token(emulator: RunningEmulator, host: str = "acme", **request: Any) -> requests.Response:
    return requests.post(f"{emulator.url}/{host}.piam/oauth/token", timeout=5, **request)


def credentials(emulator: RunningEmulator, client_id: str = "acme-hub-reader") -> tuple[str, str]:
    return client_id, secret_of(emulator, client_id)


def test_the_code_flow_answers_access_and_id_token(sign_in: SignIn) -> None:
    sign_in.emulator.clock.freeze(1_800_000_000)
    answer = sign_in.exchange(sign_in.code())
    body = answer.json()
    assert list(body) == [
        "access_token",
        "token_type",
        "expires_in",
        "scope",
        "jti",
        "id_token",
    ]
    assert (body["token_type"], body["expires_in"]) == ("bearer", 1799)
    assert body["scope"] == "mdsp:core:TenantAdmin mdsp:core:StandardUser"
    assert answer.headers["Cache-Control"] == "no-store"

    claims = claims_of(body["access_token"])
    alice = sign_in.emulator.hub.directory.by_email("alice@acme.example").user_id
    assert claims["user_id"] == claims["sub"] == alice
    assert claims["user_name"] == claims["email"] == "alice@acme.example"
    assert claims["scope"] == ["mdsp:core:TenantAdmin", "mdsp:core:StandardUser"]
    assert claims["cid"] == claims["azp"] == claims["client_id"] == "bindery"
    assert (claims["ten"], claims["zid"], claims["aud"]) == (
        "acme",
        "acme",
        ["bindery"],
    )
    assert (claims["iat"], claims["exp"]) == (1_800_000_000, 1_800_001_800)
    assert claims["iss"] == f"{sign_in.base}/oauth/token"
    assert claims["jti"] == body["jti"] and len(body["jti"]) == 32


def test_the_id_token_says_who_when_and_for_whom(sign_in: SignIn) -> None:
    sign_in.emulator.clock.freeze(1_800_000_000)
    code = sign_in.code("audrey@acme.example")
    sign_in.emulator.clock.shift(30)
    token = sign_in.exchange(code).json()["id_token"]
    assert jwt.get_unverified_header(token)["typ"] == "JWT"
    audrey = sign_in.emulator.hub.directory.by_email("audrey@acme.example").user_id
    assert claims_of(token) == {
        "iss": f"{sign_in.base}/oauth/token",
        "sub": audrey,
        "aud": "bindery",
        "azp": "bindery",
        "exp": 1_800_001_830,
        "iat": 1_800_000_030,
        "auth_time": 1_800_000_000,
        "nonce": "nonce-1",
        "name": "Audrey Auer",
        "given_name": "Audrey",
        "family_name": "Auer",
        "email": "audrey@acme.example",
        "email_verified": True,
        "ten": "acme",
        "scope": ["bindery.auditor", "mdsp:core:StandardUser"],
    }


def assert_invalid_grant(answer: requests.Response) -> None:
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"


def test_a_second_use_of_a_code_revokes_the_first_token(sign_in: SignIn) -> None:
    code = sign_in.code()
    token = sign_in.exchange(code).json()["access_token"]
    assert sign_in.userinfo(token).status_code == 200
    assert_invalid_grant(sign_in.exchange(code))
    assert sign_in.userinfo(token).status_code == 401


def test_a_code_lives_sixty_seconds(sign_in: SignIn) -> None:
    sign_in.emulator.clock.freeze()
    in_time, too_late = sign_in.code(), sign_in.code()
    sign_in.emulator.clock.shift(59)
    assert sign_in.exchange(in_time).status_code == 200
    sign_in.emulator.clock.shift(1)
    assert_invalid_grant(sign_in.exchange(too_late))


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": None},
        {"code_verifier": "short"},
        {"redirect_uri": "http://testserver/"},
        {"redirect_uri": None},
        {"code": "guess"},
    ],
)
def test_a_code_is_bound_to_verifier_and_redirect_uri(sign_in: SignIn, changes: dict[str, Any]) -> None:
    assert_invalid_grant(sign_in.exchange(**{"code": sign_in.code(), **changes}))


def test_a_failed_exchange_uses_the_code_up(sign_in: SignIn) -> None:
    code = sign_in.code()
    assert_invalid_grant(sign_in.exchange(code, code_verifier="w" * 43))
    assert_invalid_grant(sign_in.exchange(code))


def test_a_verifier_without_challenge_is_refused(sign_in: SignIn) -> None:
    without: Any = {"code_challenge": None, "code_challenge_method": None}
    assert_invalid_grant(sign_in.exchange(sign_in.code(**without)))
    assert sign_in.exchange(sign_in.code(**without), code_verifier=None).status_code == 200


def test_a_code_is_bound_to_its_host(emulator: RunningEmulator, sign_in: SignIn) -> None:
    assert_invalid_grant(SignIn(emulator, "core").exchange(sign_in.code()))


def test_a_technical_user_gets_a_token_by_basic_form_or_query(
    emulator: RunningEmulator,
) -> None:
    client_id, secret = credentials(emulator)
    by_basic = post_token(emulator, params={"grant_type": "client_credentials"}, auth=(client_id, secret))
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
    }
    by_form = post_token(emulator, data=form)
    by_query = post_token(emulator, params=form)
    mixed = post_token(emulator, data={"client_secret": secret}, params={**form, "client_secret": None})
    for answer in (by_basic, by_form, by_query, mixed):
        assert answer.status_code == 200
        assert list(answer.json()) == [
            "access_token",
            "token_type",
            "expires_in",
            "scope",
            "jti",
        ]
        claims = claims_of(answer.json()["access_token"])
        assert (claims["sub"], claims["cid"], claims["ten"]) == (
            client_id,
            client_id,
            "acme",
        )
        assert claims["grant_type"] == "client_credentials"
        assert "iot.tim.r" in claims["scope"]
        assert "user_id" not in claims


def test_a_technical_user_may_ask_for_less_but_not_for_more(
    emulator: RunningEmulator,
) -> None:
    ask = {"grant_type": "client_credentials", "scope": "iot.tim.r"}
    assert post_token(emulator, data=ask, auth=credentials(emulator)).json()["scope"] == "iot.tim.r"
    ask["scope"] = "mdsp:core:TenantAdmin"
    refused = post_token(emulator, data=ask, auth=credentials(emulator))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("host", "auth"),
    [
        ("acme", ("acme-hub-reader", "wrong")),
        ("acme", ("nobody", "wrong")),
        ("acme", None),
        ("globex", "acme-hub-reader"),
    ],
)
def test_a_bad_client_gets_the_hubs_answer(emulator: RunningEmulator, host: str, auth: Any) -> None:
    if isinstance(auth, str):
        auth = credentials(emulator, auth)
    answer = post_token(emulator, host, data={"grant_type": "client_credentials"}, auth=auth)
    assert answer.status_code == 401
    assert answer.text == '{"error":"unauthorized","error_description":"Bad credentials"}'


@pytest.mark.parametrize(
    ("client_id", "grant_type", "error"),
    [
        ("acme-hub-reader", None, "invalid_request"),
        ("acme-hub-reader", "password", "unsupported_grant_type"),
        ("acme-hub-reader", "authorization_code", "unauthorized_client"),
        ("bindery", "client_credentials", "unauthorized_client"),
    ],
)
def test_grant_types_are_checked(emulator: RunningEmulator, client_id: str, grant_type: str | None, error: str) -> None:
    answer = post_token(emulator, data={"grant_type": grant_type}, auth=credentials(emulator, client_id))
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    "twice",
    [
        {"data": {"client_secret": "SECRET"}, "auth": "BASIC"},
        {"params": {"client_secret": "SECRET"}, "auth": "BASIC"},
        {"data": {"client_id": "globex-hub-reader"}, "auth": "BASIC"},
        {"data": {"client_id": "ID", "client_secret": "SECRET"}, "params": {"client_secret": "SECRET"}},
        {"data": {"client_id": ["ID", "ID"], "client_secret": "SECRET"}},
        {"data": {"client_id": "ID", "client_secret": ["SECRET", "SECRET"]}},
        {"data": {"scope": "iot.tim.r"}, "params": {"scope": "tm.t.r"}, "auth": "BASIC"},
    ],
)
def test_a_secret_or_parameter_sent_two_ways_is_refused(emulator: RunningEmulator, twice: dict[str, Any]) -> None:
    client_id, secret = credentials(emulator)
    meant: dict[Any, Any] = {"ID": client_id, "SECRET": secret, "BASIC": (client_id, secret)}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(inner) for name, inner in value.items()}
        return [filled(inner) for inner in value] if isinstance(value, list) else meant.get(value, value)

    request = filled(twice)
    request["data"] = {"grant_type": "client_credentials", **request.get("data", {})}
    answer = post_token(emulator, **request)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert secret not in answer.text + repr(list(emulator.requests))


def test_a_client_may_name_itself_beside_its_basic_header(emulator: RunningEmulator) -> None:
    form = {"grant_type": "client_credentials", "client_id": "acme-hub-reader"}
    assert post_token(emulator, data=form, auth=credentials(emulator)).status_code == 200


@pytest.mark.parametrize("header", ["Basic ?", "Bearer x", "", "Basic ////", "Negotiate x"])
def test_an_unreadable_header_is_not_made_up_for_by_the_form(emulator: RunningEmulator, header: str) -> None:
    client_id, secret = credentials(emulator)
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    assert post_token(emulator, data=form, headers={"Authorization": header}).status_code == 401


def test_a_repeated_code_is_refused_and_not_used_up(sign_in: SignIn) -> None:
    code = sign_in.code()
    form = {"grant_type": "authorization_code", "code": [code, code], "redirect_uri": CALLBACK}
    answer = post_token(sign_in.emulator, data=form, auth=("bindery", sign_in.secret))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert sign_in.exchange(code).status_code == 200


def test_a_code_in_the_query_does_not_count(sign_in: SignIn) -> None:
    code = sign_in.code()
    query = {"code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    form = {"grant_type": "authorization_code"}
    assert_invalid_grant(post_token(sign_in.emulator, params=query, data=form, auth=("bindery", sign_in.secret)))
    assert sign_in.exchange(code).status_code == 200


def test_a_person_of_the_xcelerator_world_has_no_ten(emulator: RunningEmulator) -> None:
    iris = emulator.hub.directory.by_email("iris@initech.example")
    issued = emulator.hub.tokens.for_person(iris, "bindery", "1000001703").claims
    told = claims_of(emulator.hub.tokens.id_token(iris, "bindery", "1000001703", 0, None))
    for claims in (issued, told):
        assert "ten" not in claims and "schemas" not in claims
        assert claims["sws.samauth.ten"] == "1000001703"
        assert claims["sws.samauth.ten.user"] == iris.user_id
        assert claims["sws.samauth.role"] == list(iris.scope)
        assert isinstance(claims["sws.samauth.tiers"], list)
    assert issued["user_name"] == issued["email"] == "iris@initech.example"
    assert issued["zid"] == "1000001703"


def test_the_token_endpoint_takes_only_post(emulator: RunningEmulator) -> None:
    answer = requests.get(f"{emulator.url}/acme.piam/oauth/token")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_basic_password_is_form_decoded(emulator: RunningEmulator) -> None:
    client_id, secret = credentials(emulator)
    encoded = "".join(f"%{ord(character):02X}" for character in secret)
    answer = post_token(emulator, data={"grant_type": "client_credentials"}, auth=(client_id, encoded))
    assert answer.status_code == 200


def test_the_constants_of_the_flow_are_the_registered_ones(
    emulator: RunningEmulator,
) -> None:
    client = emulator.hub.clients.by_id("bindery")
    assert client.redirect_uris == (CALLBACK,)
    assert client.post_logout_uris == (
        "http://testserver/",
        "http://testserver/sign-in/",
    )
    assert len(VERIFIER) == 43
