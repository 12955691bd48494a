"""The issued token (RFC 9068), the keys that verify it, and the metadata (RFC 8414)."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
import time_machine
from django.test import Client

from portal.keys import signing
from portal.keys.models import SigningKey
from tests.cast import get_token
from tests.environment import PORTAL_URL
from tests.tokens.conftest import KeyAndSecret

JWKS = "/.well-known/jwks.json"
TOKEN_KEYS = "/token_keys"
METADATA = "/.well-known/oauth-authorization-server"
AUDIENCE = f"{PORTAL_URL}/api"


@pytest.fixture(params=["ES256", "RS256"])
def algorithm(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.TOKEN_ALGORITHM = request.param
    return str(request.param)


class TestToken:
    def test_claims_are_those_of_rfc_9068(self, gateway: KeyAndSecret) -> None:
        token = get_token(Client(), gateway.key, gateway.secret)
        claims = jwt.decode(token, options={"verify_signature": False})
        now = time.time()
        assert claims.pop("iat") == pytest.approx(now, abs=5)
        assert claims.pop("exp") == pytest.approx(now + 900, abs=5)
        assert len(claims.pop("jti")) >= 32
        assert claims == {
            "iss": PORTAL_URL,
            "aud": AUDIENCE,
            "sub": f"client:{gateway.id}",
            "client_id": gateway.id,
            "scope": "hub.read",
            "ten": "acme",
            "gen": 1,
        }

    def test_header_names_type_algorithm_and_key_and_nothing_else(self, gateway: KeyAndSecret, algorithm: str) -> None:
        header = jwt.get_unverified_header(get_token(Client(), gateway.key, gateway.secret))
        kid = header.pop("kid")
        assert header == {"typ": "at+jwt", "alg": algorithm}
        assert SigningKey.objects.get().kid == kid

    def test_no_two_tokens_have_one_id(self, gateway: KeyAndSecret) -> None:
        tokens = [get_token(Client(), gateway.key, gateway.secret) for _ in range(5)]
        assert len({jwt.decode(token, options={"verify_signature": False})["jti"] for token in tokens}) == 5

    def test_verifies_with_the_jwks(self, gateway: KeyAndSecret, algorithm: str) -> None:
        token = get_token(Client(), gateway.key, gateway.secret)
        keys = jwt.PyJWKSet.from_dict(Client().get(JWKS).json())
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, algorithms=[algorithm], audience=AUDIENCE, issuer=PORTAL_URL)
        assert claims["client_id"] == gateway.id

    def test_verifies_with_the_first_pem_of_token_keys(self, gateway: KeyAndSecret, algorithm: str) -> None:
        """As the Hub's own SDK for Node.js does: it looks at nothing but the first key."""
        token = get_token(Client(), gateway.key, gateway.secret)
        first = Client().get(TOKEN_KEYS).json()["keys"][0]
        claims = jwt.decode(token, first["value"], algorithms=[first["alg"]], audience=AUDIENCE)
        assert claims["client_id"] == gateway.id

    def test_does_not_verify_with_another_key(self, gateway: KeyAndSecret) -> None:
        token = get_token(Client(), gateway.key, gateway.secret)
        SigningKey.objects.all().delete()
        signing.forget()
        first = Client().get(TOKEN_KEYS).json()["keys"][0]
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(token, first["value"], algorithms=["ES256"], audience=AUDIENCE)


class TestPublishedKeys:
    @pytest.mark.parametrize("path", [JWKS, TOKEN_KEYS])
    def test_no_private_part_is_published(self, db: None, algorithm: str, path: str) -> None:
        (key,) = Client().get(path).json()["keys"]
        common = {"kty", "kid", "alg", "use"} | ({"value"} if path == TOKEN_KEYS else set())
        assert set(key) == common | ({"n", "e"} if algorithm == "RS256" else {"crv", "x", "y"})
        assert (key["use"], key["alg"]) == ("sig", algorithm)
        assert "PRIVATE" not in Client().get(path).content.decode()

    @pytest.mark.parametrize("path", [JWKS, TOKEN_KEYS])
    def test_the_key_that_signs_stands_first(self, gateway: KeyAndSecret, path: str) -> None:
        """A new one is published before it signs: whoever verifies has it by then."""
        old = jwt.get_unverified_header(get_token(Client(), gateway.key, gateway.secret))["kid"]
        new = signing.make().kid
        signing.forget()
        for waited, order in ((0, [old, new]), (signing.SIGNS_AFTER_SECONDS + 1, [new, old])):
            with time_machine.travel(time.time() + waited):
                token = get_token(Client(), gateway.key, gateway.secret)
                assert [key["kid"] for key in Client().get(path).json()["keys"]] == order
            assert jwt.get_unverified_header(token)["kid"] == order[0]

    def test_the_key_is_made_once(self, db: None) -> None:
        kids = set()
        for _ in range(3):
            signing.forget()
            kids |= {key["kid"] for key in Client().get(JWKS).json()["keys"]}
        assert len(kids) == 1

    def test_its_private_part_is_sealed(self, db: None) -> None:
        Client().get(JWKS)
        assert b"PRIVATE" not in bytes(SigningKey.objects.get().sealed)


class TestMetadata:
    def test_says_what_there_is(self, db: None) -> None:
        methods = ["client_secret_basic", "client_secret_post"]
        assert Client().get(METADATA).json() == {
            "issuer": PORTAL_URL,
            "token_endpoint": f"{PORTAL_URL}/oauth/token",
            "token_endpoint_auth_methods_supported": methods,
            "introspection_endpoint": f"{PORTAL_URL}/oauth/introspect",
            "introspection_endpoint_auth_methods_supported": methods,
            "revocation_endpoint": f"{PORTAL_URL}/oauth/revoke",
            "revocation_endpoint_auth_methods_supported": methods,
            "jwks_uri": f"{PORTAL_URL}/.well-known/jwks.json",
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "scopes_supported": ["hub.read", "assets.read", "timeseries.read"],
            "service_documentation": f"{PORTAL_URL}/docs/tokens/",
        }

    def test_every_endpoint_is_there(self, db: None) -> None:
        told = Client().get(METADATA).json()
        for name in ("token_endpoint", "introspection_endpoint", "revocation_endpoint"):
            assert Client().post(told[name].removeprefix(PORTAL_URL)).status_code == 400
        assert Client().get(told["jwks_uri"].removeprefix(PORTAL_URL)).status_code == 200

    def test_does_not_depend_on_the_host_header(self, db: None, settings: Any) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        told = Client().get(METADATA, HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
        assert "evil.example" not in told.content.decode()

    @pytest.mark.parametrize("path", [JWKS, TOKEN_KEYS, METADATA])
    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
    def test_is_only_read(self, db: None, path: str, method: str) -> None:
        answer = Client().generic(method, path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")

    @pytest.mark.parametrize("path", [JWKS, TOKEN_KEYS, METADATA])
    def test_sets_no_cookie(self, db: None, path: str) -> None:
        answer = Client().get(path)
        assert answer.status_code == 200
        assert not answer.cookies
