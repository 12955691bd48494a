"""Calls with a token: RFC 6750 sections 2 and 3, RFC 9068 section 4."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import jwt
import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import constants
from portal.actor import SYSTEM
from portal.audit.models import AuditRecord, InstanceRecord
from portal.emulator.testing import RunningEmulator
from portal.keys import models, signing
from portal.keys.commands import revoke_key
from portal.keys.lifecycle.commands import disable_key, enable_key
from portal.keys.models import BindingKey, SecretGeneration, SigningKey
from portal.keys.signing import Signer, signers
from portal.scoping import tenant_scope
from portal.tokens import bearer
from portal.tokens.bearer import KnownToken
from tests.cast import Cast, get_token, make_upstream_key
from tests.environment import PORTAL_URL
from tests.faults import audit_refuses
from tests.identity.op import ABSENT, base64url, es, hs, jws, present, rs, unsigned
from tests.tokens.conftest import KeyAndSecret

ASSETS = "/api/assetmanagement/v3/assets"


@pytest.fixture
def token(cast: Cast, gateway: KeyAndSecret) -> str:
    """A valid token; with it, the Hub's assets can be read."""
    make_upstream_key(cast.acme)
    return get_token(Client(), gateway.key, gateway.secret)


def call(authorization: str | None, path: str = ASSETS, **extra: Any) -> Any:
    headers = {} if authorization is None else {"HTTP_AUTHORIZATION": authorization}
    return Client().get(path, **headers, **extra)


def claims_of(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def signer() -> Signer:
    return signers()[0]


def signed(claims: dict[str, Any], **header: Any) -> str:
    """A token with our own true signature, whatever it says."""
    headers = present({"typ": "at+jwt", "kid": signer().kid, **header})
    return jwt.encode(present(claims), signer().private, algorithm=signer().algorithm, headers=headers)


def refusals() -> list[str]:
    return [str(row.facts["reason"]) for row in AuditRecord.all_tenants.filter(name="call.refused").order_by("index")]


def assert_token_refused(answer: Any, token: str = "") -> None:
    assert answer.status_code == 401, answer.content
    assert answer["WWW-Authenticate"] == 'Bearer realm="Bindery", error="invalid_token"'
    told = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert (told["status"], told["code"], told["request_id"]) == (401, "token_invalid", answer["X-Request-Id"])
    assert not token or token not in answer.content.decode()


class TestAccepted:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_a_valid_token(self, token: str, scheme: str) -> None:
        """The name of the scheme is not case-sensitive (RFC 9110 section 11.1)."""
        assert call(f"{scheme} {token}").status_code == 200

    def test_blanks_between(self, token: str) -> None:
        """One or more (RFC 9110 section 11.4)."""
        assert call(f"Bearer   {token}").status_code == 200

    def test_until_its_last_second(self, token: str) -> None:
        with time_machine.travel(claims_of(token)["exp"] - 1, tick=False):
            assert call(f"Bearer {token}").status_code == 200

    def test_it_needs_no_cookie_and_makes_none(self, token: str) -> None:
        answer = call(f"Bearer {token}")
        assert not answer.cookies

    def test_a_cookie_is_no_token(self, cast: Cast, alice: Client) -> None:
        make_upstream_key(cast.acme)
        assert alice.get(ASSETS).status_code == 401


class TestMissing:
    def test_is_told_without_an_error_code(self, db: None) -> None:
        """RFC 6750 section 3.1: who gave no credentials is told nothing but how to give them."""
        answer = call(None)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="Bindery"'
        assert answer.json()["code"] == "token_missing"
        assert answer["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("scheme", ["Basic", "DPoP", "Bearer2", "Bearer-x", "X", "Be"])
    def test_so_is_another_scheme(self, token: str, scheme: str) -> None:
        answer = call(f"{scheme} {token}")
        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
        assert answer["WWW-Authenticate"] == 'Bearer realm="Bindery"'

    def test_so_is_none(self, token: str) -> None:
        assert call(token).json()["code"] == "token_missing"

    @pytest.mark.parametrize("where", ["?access_token={}", "?token={}", "?authorization=Bearer%20{}"])
    def test_a_token_in_the_address_is_not_read(self, token: str, where: str) -> None:
        answer = call(None, ASSETS + where.format(quote(token)))
        assert answer.status_code == 401
        assert answer.json()["code"] == "token_missing"

    @pytest.mark.parametrize("header", ["HTTP_X_AUTHORIZATION", "HTTP_X_ACCESS_TOKEN", "HTTP_PROXY_AUTHORIZATION"])
    def test_another_header_is_not_read(self, token: str, header: str) -> None:
        assert call(None, **{header: f"Bearer {token}"}).json()["code"] == "token_missing"

    def test_a_form_field_is_not_read(self, token: str) -> None:
        answer = Client().post(ASSETS, {"access_token": token})
        assert answer.json()["code"] == "token_missing"

    def test_is_not_recorded(self, cast: Cast) -> None:
        """Nobody knows whose call it was, and anybody could fill the log with it."""
        call(None)
        assert not AuditRecord.all_tenants.exists()
        assert not InstanceRecord.objects.exists()


ODD_HEADERS: dict[str, Callable[[str], str]] = {
    "two tokens in one header": lambda t: f"Bearer {t},Bearer {t}",
    "two tokens, a blank between": lambda t: f"Bearer {t}, Bearer {t}",
    "a second token that is wrong": lambda t: f"Bearer {t},Bearer x.y.z",
    "Basic beside it": lambda t: f"Bearer {t},Basic eDp5",
    "scheme alone": lambda t: "Bearer",
    "scheme and a blank": lambda t: "Bearer ",
    "a tab": lambda t: f"Bearer\t{t}",
    "a blank at the end": lambda t: f"Bearer {t} ",
    "a parameter": lambda t: f"Bearer {t};x=1",
    "quotes": lambda t: f'Bearer "{t}"',
    "padding": lambda t: f"Bearer {t}==",
    "two parts": lambda t: "Bearer " + ".".join(t.split(".")[:2]),
    "four parts": lambda t: f"Bearer {t}.x",
    "five parts": lambda t: "Bearer a.b.c.d.e",
    "no signature": lambda t: "Bearer " + ".".join(t.split(".")[:2]) + ".",
    "letters beyond ASCII": lambda t: f"Bearer {t}é",
    "digits beyond ASCII": lambda t: "Bearer ١.٢.٣",
    "a null": lambda t: f"Bearer {t}\x00",
    "too long": lambda t: "Bearer " + "a" * 2000 + "." + "b" * 2000 + "." + "c" * 2000,
    "far too long": lambda t: "Bearer a.b." + "c" * 100_000,
    "a header that is deep": lambda t: f"Bearer {base64url(b'[' * 2900)}.e30.x",
    "a header that is no JSON": lambda t: f"Bearer {base64url(b'{')}.e30.x",
    "a header that is a list": lambda t: f"Bearer {base64url(b'[]')}.e30.x",
    "a header that is a number": lambda t: f"Bearer {base64url(b'7')}.e30.x",
    "a header that is no UTF-8": lambda t: "Bearer gICA.e30.x",
    "signature changed": lambda t: f"Bearer {t[:-10]}{'A' if t[-10] != 'A' else 'B'}{t[-9:]}",
    "signature missing half": lambda t: f"Bearer {t[:-43]}",
    "payload of another token": lambda t: "Bearer " + ".".join([t.split(".")[0], base64url(b"{}"), t.split(".")[2]]),
}


@pytest.mark.parametrize("written", ODD_HEADERS.values(), ids=ODD_HEADERS.keys())
def test_one_well_formed_token_and_nothing_else(token: str, written: Callable[[str], str]) -> None:
    assert_token_refused(call(written(token)), token)


FORGED: dict[str, Callable[[dict[str, Any]], str]] = {
    "unsigned": lambda c: jws({"alg": "none", "typ": "at+jwt"}, c, unsigned),
    "unsigned under our kid": lambda c: jws({"alg": "none", "typ": "at+jwt", "kid": signer().kid}, c, unsigned),
    "ES256 without signature": lambda c: jws({"alg": "ES256", "typ": "at+jwt", "kid": signer().kid}, c, lambda m: b"x"),
    "a signature of zeros": lambda c: jws(
        {"alg": "ES256", "typ": "at+jwt", "kid": signer().kid}, c, lambda m: bytes(64)
    ),
    "HS256 with our PEM": lambda c: jws(
        {"alg": "HS256", "typ": "at+jwt", "kid": signer().kid}, c, hs(signer().public_pem.encode())
    ),
    "HS256 with the application's secret": lambda c: jws(
        {"alg": "HS256", "typ": "at+jwt", "kid": signer().kid}, c, hs(settings.SECRET_KEY.encode())
    ),
    "an own EC key": lambda c: jws({"alg": "ES256", "typ": "at+jwt", "kid": signer().kid}, c, es),
    "an own RSA key": lambda c: jws({"alg": "RS256", "typ": "at+jwt", "kid": signer().kid}, c, rs("mallory")),
    "an own key and its own jwk": lambda c: jws(
        {"alg": "ES256", "typ": "at+jwt", "kid": signer().kid, "jwk": {"kty": "oct", "k": "AA"}}, c, es
    ),
    "jku": lambda c: jws({"alg": "ES256", "typ": "at+jwt", "kid": "x", "jku": "https://evil.example/"}, c, es),
    "another kid": lambda c: signed(c, kid="another"),
    "a kid of a path": lambda c: signed(c, kid="../../dev/null"),
    "no kid": lambda c: jws({"alg": "ES256", "typ": "at+jwt"}, c, es),
    "typ JWT": lambda c: signed(c, typ="JWT"),
    "typ AT+JWT+x": lambda c: signed(c, typ="at+jwt+x"),
    "no typ": lambda c: jwt.encode(c, signer().private, "ES256", headers={"kid": signer().kid, "typ": None}),
    "crit": lambda c: jws({"alg": "ES256", "typ": "at+jwt", "kid": signer().kid, "crit": ["x"], "x": 1}, c, es),
    "another aud": lambda c: signed(c | {"aud": "https://evil.example/api"}),
    "the issuer as aud": lambda c: signed(c | {"aud": PORTAL_URL}),
    "a longer aud": lambda c: signed(c | {"aud": f"{PORTAL_URL}/api/"}),
    "no aud": lambda c: signed(c | {"aud": ABSENT}),
    "another iss": lambda c: signed(c | {"iss": "https://evil.example"}),
    "iss with a slash": lambda c: signed(c | {"iss": f"{PORTAL_URL}/"}),
    "no iss": lambda c: signed(c | {"iss": ABSENT}),
    "no exp": lambda c: signed(c | {"exp": ABSENT}),
    "exp as words": lambda c: signed(c | {"exp": "soon"}),
    "iat in an hour": lambda c: signed(c | {"iat": int(time.time()) + 3600}),
    "nbf in an hour": lambda c: signed(c | {"nbf": int(time.time()) + 3600}),
    "no iat": lambda c: signed(c | {"iat": ABSENT}),
    "no sub": lambda c: signed(c | {"sub": ABSENT}),
    "no jti": lambda c: signed(c | {"jti": ABSENT}),
    "no scope": lambda c: signed(c | {"scope": ABSENT}),
    "no gen": lambda c: signed(c | {"gen": ABSENT}),
    "no client_id": lambda c: signed(c | {"client_id": ABSENT}),
    "an unknown client_id": lambda c: signed(c | {"client_id": "acme-nobody"}),
    "a generation that there is not": lambda c: signed(c | {"gen": 2}),
    "generation 0": lambda c: signed(c | {"gen": 0}),
    # The portal's address was another one when this token was issued, and it has expired since.
    "expired, for another aud": lambda c: signed(c | {"aud": "https://old.example/api", "exp": 1}),
    "expired, of another iss": lambda c: signed(c | {"iss": "https://old.example", "exp": 1}),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_a_forged_token_is_refused(token: str, hub: RunningEmulator, forge: Callable[[dict[str, Any]], str]) -> None:
    hub.requests.clear()
    forged = forge(claims_of(token))
    assert_token_refused(call(f"Bearer {forged}"), forged)
    assert not len(hub.requests)
    assert refusals() == []


@pytest.mark.parametrize("kind", ["access token", "ID token", "technical user"])
def test_tokens_of_the_hub_are_not_ours(token: str, hub: RunningEmulator, kind: str) -> None:
    account = hub.hub.directory.by_email("alice@acme.example")
    technical = hub.hub.clients.by_id("acme-hub-reader")
    foreign = {
        "access token": lambda: hub.user_token("alice@acme.example"),
        "ID token": lambda: hub.hub.tokens.id_token(account, "bindery", "core", int(time.time()), None),
        "technical user": lambda: hub.hub.tokens.for_technical_user(technical, "acme", technical.scope).value,
    }[kind]()
    assert_token_refused(call(f"Bearer {foreign}"), foreign)


class TestExpired:
    @pytest.mark.parametrize("seconds", [0, 1, 3600, 10**8])
    def test_is_refused_without_leeway_and_recorded(
        self, cast: Cast, gateway: KeyAndSecret, token: str, seconds: int
    ) -> None:
        with time_machine.travel(claims_of(token)["exp"] + seconds, tick=False):
            assert_token_refused(call(f"Bearer {token}"), token)
        (row,) = AuditRecord.all_tenants.filter(name="call.refused")
        assert (row.tenant_id, row.outcome, row.actor_id) == (cast.acme.pk, "denied", gateway.id)
        assert row.subject == gateway.key.subject
        facts = {name: row.facts[name] for name in ("reason", "client_id", "method", "path")}
        assert facts == {"reason": "token_expired", "client_id": gateway.id, "method": "GET", "path": ASSETS}


class TestSignerGone:
    def test_a_token_that_was_accepted_before_ends_with_the_key_that_signed_it(self, token: str) -> None:
        assert call(f"Bearer {token}").status_code == 200
        SigningKey.objects.all().delete()
        signing.forget()
        assert call(f"Bearer {token}").status_code == 401


class TestKeyGone:
    def test_revoked_at_once(self, cast: Cast, gateway: KeyAndSecret, token: str, hub: RunningEmulator) -> None:
        assert call(f"Bearer {token}").status_code == 200
        with tenant_scope(cast.acme.pk):
            revoke_key(gateway.key, by=SYSTEM)
        hub.requests.clear()
        assert_token_refused(call(f"Bearer {token}"), token)
        assert not len(hub.requests)
        assert refusals() == ["key_revoked"]

    def test_a_generation_that_was_taken_away(self, cast: Cast, token: str) -> None:
        SecretGeneration.all_tenants.filter(key__source="portal").delete()
        assert_token_refused(call(f"Bearer {token}"), token)

    def test_a_key_that_is_no_more(self, cast: Cast, gateway: KeyAndSecret, token: str) -> None:
        BindingKey.all_tenants.filter(pk=gateway.key.pk).update(client_id="acme-renamed")
        assert_token_refused(call(f"Bearer {token}"), token)

    def test_an_imported_key_of_the_same_name_is_another(self, cast: Cast, gateway: KeyAndSecret, token: str) -> None:
        BindingKey.all_tenants.filter(pk=gateway.key.pk).update(client_id="acme-renamed")
        BindingKey.all_tenants.filter(is_upstream=True).update(client_id=gateway.id)
        assert_token_refused(call(f"Bearer {token}"), token)


class TestStateThatWasReadLately:
    @pytest.fixture(autouse=True)
    def kept_for_a_moment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "KEY_STATE_AGE", 60_000)  # so that a busy machine changes nothing

    def test_a_revocation_holds_once_it_is_too_old(
        self, cast: Cast, gateway: KeyAndSecret, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert call(f"Bearer {token}").status_code == 200
        with tenant_scope(cast.acme.pk):
            revoke_key(gateway.key, by=SYSTEM)
        assert call(f"Bearer {token}").status_code == 200  # nothing is asked again so soon
        time.sleep(0.01)
        monkeypatch.setattr(constants, "KEY_STATE_AGE", 10)
        assert_token_refused(call(f"Bearer {token}"), token)
        assert refusals() == ["key_revoked"]

    def test_its_age_counts_from_when_it_was_read(
        self, cast: Cast, gateway: KeyAndSecret, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A client that calls all the time does not keep its key alive."""
        now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now)
        assert call(f"Bearer {token}").status_code == 200
        with tenant_scope(cast.acme.pk):
            revoke_key(gateway.key, by=SYSTEM)
        statuses = []
        for _call in range(7):
            now += 9
            statuses.append(call(f"Bearer {token}").status_code)
        assert statuses == [200, 200, 200, 401, 401, 401, 401]  # read anew after half its age

    @pytest.mark.parametrize(("seconds", "asked"), [(29, 0), (31, 1), (61, 2)])
    def test_one_call_reads_it_anew_while_it_is_young_enough_for_others(
        self, token: str, monkeypatch: pytest.MonkeyPatch, seconds: int, asked: int
    ) -> None:
        assert call(f"Bearer {token}").status_code == 200
        reads: list[KnownToken] = []
        read, later = KnownToken.read, time.monotonic() + seconds

        def read_slowly(known: KnownToken) -> SecretGeneration:
            reads.append(known)
            if len(reads) == 1:  # somebody else calls before the answer is there
                assert call(f"Bearer {token}").status_code == 200
            return read(known)

        monkeypatch.setattr(KnownToken, "read", read_slowly)
        monkeypatch.setattr(time, "monotonic", lambda: later)
        for _call in range(2):
            assert call(f"Bearer {token}").status_code == 200
        assert len(reads) == asked

    def test_an_older_answer_does_not_replace_a_newer_one(
        self, cast: Cast, gateway: KeyAndSecret, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One call is slow to bring what it read; meanwhile the key is revoked, and another call has seen it."""
        read, slow = KnownToken.read, [True]

        def read_slowly(known: KnownToken) -> SecretGeneration:
            if not slow:
                return read(known)
            slow.clear()
            found = read(known)
            with tenant_scope(cast.acme.pk):
                revoke_key(gateway.key, by=SYSTEM)
            assert_token_refused(call(f"Bearer {token}"), token)
            return found

        monkeypatch.setattr(KnownToken, "read", read_slowly)
        for _call in range(3):
            assert_token_refused(call(f"Bearer {token}"), token)

    def test_who_begins_to_renew_does_not_replace_a_newer_one(self, token: str) -> None:
        """A call that looked at what is kept a moment ago finds another there now."""
        assert call(f"Bearer {token}").status_code == 200
        (known,) = bearer._known.values()
        stale = known.lately
        assert stale is not None
        newer = stale._replace(read_at=stale.read_at + 3600)

        class Due(bearer.Seen):
            @property
            def is_due(self) -> bool:
                known.lately = newer  # another thread, between the look and what follows from it
                return True

        known.lately = Due(*stale)
        known.read_lately()
        assert known.lately is newer

    def test_what_would_refuse_is_read_again(self, cast: Cast, gateway: KeyAndSecret, token: str) -> None:
        with tenant_scope(cast.acme.pk):
            disable_key(gateway.key, why="A test.", by=SYSTEM)
            for _call in range(2):
                assert_token_refused(call(f"Bearer {token}"), token)
            enable_key(gateway.key, by=SYSTEM)
        assert call(f"Bearer {token}").status_code == 200

    @pytest.mark.parametrize("what", ["secret", "key"])
    def test_expiry_is_no_state(self, cast: Cast, gateway: KeyAndSecret, token: str, what: str) -> None:
        end = timezone.now() + timedelta(minutes=1)
        if what == "secret":
            SecretGeneration.all_tenants.filter(key=gateway.key.pk).update(ends_at=end)
        else:
            BindingKey.all_tenants.filter(pk=gateway.key.pk).update(expires_at=end)
        assert call(f"Bearer {token}").status_code == 200
        with time_machine.travel(end, tick=False):
            assert_token_refused(call(f"Bearer {token}"), token)

    def test_neither_is_that_of_the_token(self, token: str) -> None:
        assert call(f"Bearer {token}").status_code == 200
        with time_machine.travel(claims_of(token)["exp"], tick=False):
            assert_token_refused(call(f"Bearer {token}"), token)

    def test_what_depends_on_the_call_is_looked_at_with_each(self, gateway: KeyAndSecret, token: str) -> None:
        BindingKey.all_tenants.filter(pk=gateway.key.pk).update(networks=["127.0.0.0/8"])
        assert call(f"Bearer {token}").status_code == 200
        assert_token_refused(call(f"Bearer {token}", REMOTE_ADDR="192.0.2.7"), token)
        assert call(f"Bearer {token}").status_code == 200

    def test_a_lot_is_drawn_for_each_call(
        self, gateway: KeyAndSecret, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        until = timezone.now() + timedelta(minutes=1)
        BindingKey.all_tenants.filter(pk=gateway.key.pk).update(brownout_until=until, brownout_share=50)
        drawn: list[int] = []
        monkeypatch.setattr(models.secrets, "randbelow", lambda _many: drawn.pop(0))
        for lot, status in ((99, 200), (0, 401), (50, 200), (49, 401)):
            drawn.append(lot)
            assert call(f"Bearer {token}").status_code == status
            assert not drawn

    def test_most_calls_ask_nothing(self, token: str) -> None:
        assert call(f"Bearer {token}").status_code == 200
        with CaptureQueriesContext(connection) as queries:
            assert call(f"Bearer {token}").status_code == 200
        assert not [query for query in queries if "token_revoked" in query["sql"]]


@pytest.mark.parametrize("scope", ["", "other", "HUB.READ", "hub.readx", "hub.read,other", "hub", "openid profile"])
def test_another_scope_is_insufficient(token: str, hub: RunningEmulator, scope: str) -> None:
    hub.requests.clear()
    answer = call(f"Bearer {signed(claims_of(token) | {'scope': scope})}")
    assert answer.status_code == 403
    assert answer["WWW-Authenticate"] == 'Bearer realm="Bindery", error="insufficient_scope", scope="hub.read"'
    assert answer.json()["code"] == "scope_insufficient"
    assert refusals() == ["scope_insufficient"]
    assert not len(hub.requests)


def test_a_wider_scope_is_enough(token: str) -> None:
    assert call(f"Bearer {signed(claims_of(token) | {'scope': 'other hub.read'})}").status_code == 200


def test_a_refusal_that_cannot_be_recorded_is_told_as_such(token: str) -> None:
    with time_machine.travel(claims_of(token)["exp"] + 1, tick=False), audit_refuses():
        answer = call(f"Bearer {token}")
    assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")


def test_neither_token_nor_secret_is_logged(
    cast: Cast, gateway: KeyAndSecret, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    call(f"Bearer {token}")
    call(f"Bearer {token}x")
    with time_machine.travel(claims_of(token)["exp"] + constants.CLOCK_LEEWAY, tick=False):
        call(f"Bearer {token}")
    bodies = b"".join(bytes(row.body) for row in [*AuditRecord.all_tenants.all(), *InstanceRecord.objects.all()])
    for private in (token, gateway.secret, token.split(".")[2]):
        assert private not in caplog.text
        assert private.encode() not in bodies
