"""Discovery and keys, userinfo and logout."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from portal.emulator.testing import RunningEmulator

from .flows import SignIn, claims_of


def test_discovery_names_the_issuer_in_uaa_form(emulator: RunningEmulator) -> None:
    base = f"{emulator.url}/globex.piam"
    found = requests.get(f"{base}/.well-known/openid-configuration").json()
    assert found["issuer"] == found["token_endpoint"] == f"{base}/oauth/token"
    assert found["authorization_endpoint"] == f"{base}/oauth/authorize"
    assert found["jwks_uri"] == f"{base}/jwks.json"
    assert found["userinfo_endpoint"] == f"{base}/userinfo"
    assert found["end_session_endpoint"] == f"{base}/logout.do"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["id_token_signing_alg_values_supported"] == ["RS256"]
    assert found["authorization_response_iss_parameter_supported"] is True


def test_both_key_forms_verify_a_token(emulator: RunningEmulator) -> None:
    token = emulator.user_token("alice@acme.example")
    assert jwt.get_unverified_header(token) == {
        "alg": "RS256",
        "kid": "key-id-1",
        "typ": "JWT",
    }
    hub_key = requests.get(f"{emulator.url}/acme.piam/token_keys").json()["keys"][0]
    jwk = requests.get(f"{emulator.url}/core.piam/jwks.json").json()["keys"][0]
    assert list(hub_key) == ["kty", "e", "n", "use", "kid", "alg", "value"]
    assert "value" not in jwk
    options: Any = {"verify_aud": False}
    by_pem = jwt.decode(token, hub_key["value"], algorithms=["RS256"], options=options)
    by_jwk = jwt.decode(token, jwt.PyJWK(jwk), algorithms=["RS256"], options=options)
    assert by_pem == by_jwk


def test_userinfo_describes_the_person(sign_in: SignIn) -> None:
    token = sign_in.exchange(sign_in.code("dana@acme.example")).json()["access_token"]
    dana = sign_in.emulator.hub.directory.by_email("dana@acme.example")
    assert sign_in.userinfo(token).json() == {
        "sub": dana.user_id,
        "user_id": dana.user_id,
        "user_name": "dana@acme.example",
        "email": "dana@acme.example",
        "email_verified": True,
        "name": "Dana Dorn",
        "given_name": "Dana",
        "family_name": "Dorn",
        "ten": "acme",
        "scope": [
            "mdsp:core:DeveloperAdmin",
            "mdsp:core:Developer",
            "mdsp:core:StandardUser",
        ],
    }


def forged(emulator: RunningEmulator, **claims: Any) -> str:
    """A token of the right shape signed with somebody else's key."""
    good = claims_of(emulator.user_token("alice@acme.example", host="acme"))
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode({**good, **claims}, key, algorithm="RS256", headers={"kid": "key-id-1"})


def test_userinfo_refuses_what_is_no_user_token_of_this_host(emulator: RunningEmulator, sign_in: SignIn) -> None:
    client = emulator.hub.clients.by_id("acme-hub-reader")
    id_token = sign_in.exchange(sign_in.code()).json()["id_token"]
    refused = {
        "nothing": "",
        "forged": forged(emulator),
        "unsigned": jwt.encode(claims_of(id_token), "", algorithm="none"),
        "id token": id_token,
        "other host": emulator.user_token("alice@acme.example", host="core"),
        "technical": emulator.hub.tokens.for_technical_user(client, "acme", ()).value,
    }
    for kind, token in refused.items():
        answer = sign_in.userinfo(token)
        assert answer.status_code == 401, kind
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="userinfo", error="invalid_token"'


def test_a_token_expires_after_thirty_minutes(emulator: RunningEmulator, sign_in: SignIn) -> None:
    emulator.clock.freeze(time.time())
    token = emulator.user_token("alice@acme.example", host="acme")
    emulator.clock.shift(1799)
    assert sign_in.userinfo(token).status_code == 200
    emulator.clock.shift(1)
    assert sign_in.userinfo(token).status_code == 401


@pytest.mark.parametrize(
    "parameters",
    [
        {"redirect": "http://evil.example/", "client_id": "bindery"},
        {"redirect": "http://testserver/other/", "client_id": "bindery"},
        {"redirect": "http://testserver/"},
        {"redirect": "http://testserver/", "client_id": "acme-hub-reader"},
        {"post_logout_redirect_uri": "http://testserver/", "id_token_hint": "x.y.z"},
        {"post_logout_redirect_uri": "http://testserver/", "id_token_hint": "x.y.z", "client_id": "bindery"},
        {},
    ],
)
def test_logout_goes_nowhere_that_is_not_registered(emulator: RunningEmulator, parameters: dict[str, str]) -> None:
    answer = requests.get(f"{emulator.url}/acme.piam/logout.do", params=parameters, allow_redirects=False)
    assert answer.status_code == 200
    assert "You are signed out" in answer.text


def test_logout_accepts_an_expired_id_token_as_hint(sign_in: SignIn) -> None:
    id_token = sign_in.exchange(sign_in.code()).json()["id_token"]
    sign_in.emulator.clock.shift(7200)
    parameters = {
        "post_logout_redirect_uri": "http://testserver/",
        "id_token_hint": id_token,
        "state": "bye",
    }
    answer = requests.get(f"{sign_in.base}/logout.do", params=parameters, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "http://testserver/?state=bye",
    )


def test_logout_refuses_a_hint_that_is_an_access_token_or_another_clients(sign_in: SignIn) -> None:
    body = sign_in.exchange(sign_in.code()).json()
    question = {"post_logout_redirect_uri": "http://testserver/"}
    for changes in (
        {"id_token_hint": body["access_token"]},
        {"id_token_hint": body["id_token"], "client_id": "acme-hub-reader"},
    ):
        answer = requests.get(
            f"{sign_in.base}/logout.do", params={**question, **changes}, allow_redirects=False, timeout=5
        )
        assert answer.status_code == 200 and "Location" not in answer.headers
