"""POST /oauth/token: RFC 6749 sections 2.3, 3.2, 4.4 and 5, and what the audit log tells of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus, urlencode

import jwt
import pytest
import time_machine
from django.test import Client

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord, InstanceRecord
from portal.keys.commands import revoke_key
from portal.keys.models import SecretGeneration
from portal.lib import client_secret
from portal.scoping import tenant_scope
from tests.cast import Cast, get_token, make_key, make_upstream_key
from tests.environment import PORTAL_URL
from tests.faults import audit_refuses
from tests.tokens.conftest import KeyAndSecret

FORM = "application/x-www-form-urlencoded"
GRANT = "client_credentials"
# Requests are written as functions of the key, which does not exist before the test runs.
Asked = Callable[[KeyAndSecret], dict[str, Any]]


def form(*pairs: tuple[str, str], query: str = "", content_type: str = FORM, **headers: str) -> dict[str, Any]:
    return {"body": urlencode(pairs), "query": query, "content_type": content_type, "headers": headers}


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def ask(browser: Client, asked: dict[str, Any], method: str = "POST") -> Any:
    path = "/oauth/token" + (f"?{asked['query']}" if asked["query"] else "")
    headers = {name.replace("_", "-"): value for name, value in asked["headers"].items()}
    return browser.generic(method, path, asked["body"], asked["content_type"], headers=headers)


def body(k: KeyAndSecret, *more: tuple[str, str], **changes: str) -> list[tuple[str, str]]:
    """The usual fields of a request with form credentials; an empty change leaves the field out."""
    usual = {"grant_type": GRANT, "client_id": k.id, "client_secret": k.secret} | changes
    return [(name, value) for name, value in usual.items() if value] + list(more)


def misspelt(secret: str) -> str:
    """One letter of the secret is another one."""
    return secret[:10] + ("a" if secret[10] != "a" else "b") + secret[11:]


def wrong(k: KeyAndSecret) -> str:
    """A well-formed secret of nobody."""
    return client_secret.generate().reveal()


ISSUED: dict[str, Asked] = {
    "form credentials": lambda k: form(*body(k)),
    "Basic credentials": lambda k: form(("grant_type", GRANT), Authorization=basic(k.id, k.secret)),
    "basic in small letters": lambda k: form(
        ("grant_type", GRANT), Authorization=basic(k.id, k.secret).replace("Basic", "basic")
    ),
    "BASIC in capitals": lambda k: form(
        ("grant_type", GRANT), Authorization=basic(k.id, k.secret).replace("Basic", "BASIC")
    ),
    "Basic, form-encoded as RFC 6749 2.3.1 asks": lambda k: form(
        ("grant_type", GRANT), Authorization=basic(quote_plus(k.id).replace("-", "%2D"), quote_plus(k.secret))
    ),
    "grant_type in the query, empty body": lambda k: form(
        query=f"grant_type={GRANT}", Authorization=basic(k.id, k.secret)
    ),
    "grant_type in the query, credentials in the body": lambda k: form(
        *body(k, grant_type=""), query=f"grant_type={GRANT}"
    ),
    "Basic with the same client_id in the body": lambda k: form(
        ("grant_type", GRANT), ("client_id", k.id), Authorization=basic(k.id, k.secret)
    ),
    "content type with charset": lambda k: form(*body(k), content_type=f"{FORM}; charset=UTF-8"),
    "content type in capitals": lambda k: form(*body(k), content_type=FORM.upper()),
    "the scope that there is": lambda k: form(*body(k), ("scope", "hub.read")),
    "the scope twice in one field": lambda k: form(*body(k), ("scope", "hub.read hub.read")),
    "the same scope in body and query": lambda k: form(*body(k), ("scope", "hub.read"), query="scope=hub.read"),
    "the scope in the query, an empty one in the body": lambda k: form(*body(k), ("scope", ""), query="scope=hub.read"),
    "an empty scope": lambda k: form(*body(k), ("scope", "")),
    "a scope of blanks": lambda k: form(*body(k), ("scope", "  ")),
    "unknown fields": lambda k: form(*body(k), ("resource", "https://x.example"), ("foo", "bar")),
    "an unknown field twice": lambda k: form(*body(k), ("foo", "1"), ("foo", "2")),
    "a cookie and a referrer of somebody else": lambda k: form(
        *body(k), Cookie="theme=dark", Referer="https://evil.example/", Origin="https://evil.example"
    ),
}


@pytest.mark.parametrize("asked", ISSUED.values(), ids=ISSUED.keys())
def test_a_good_request_gets_a_token(gateway: KeyAndSecret, asked: Asked) -> None:
    answer = ask(Client(enforce_csrf_checks=True), asked(gateway))
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert set(told) == {"access_token", "token_type", "expires_in", "scope"}
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 900, "hub.read")
    assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
    assert answer["Content-Type"] == "application/json"
    assert not answer.cookies


REFUSED: dict[str, tuple[int, str, Asked]] = {
    # Which grant.
    "no grant_type": (400, "invalid_request", lambda k: form(*body(k, grant_type=""))),
    "an empty body": (400, "invalid_request", lambda k: form()),
    "an empty grant_type": (400, "invalid_request", lambda k: form(*body(k, grant_type=""), ("grant_type", ""))),
    **{
        f"grant_type {name!r}": (
            400,
            "unsupported_grant_type",
            lambda k, name=name: form(*body(k, grant_type=name)),
        )
        for name in (
            *(
                "password",
                "authorization_code",
                "refresh_token",
                "implicit",
                "Client_Credentials",
                "client_credentials ",
            ),
            *("urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:device_code"),
            *("client_credentials\x00", "é", "x" * 10_000, "client_credentials,password"),
        )
    },
    "password in the query": (
        400,
        "unsupported_grant_type",
        lambda k: form(*body(k, grant_type=""), query="grant_type=password"),
    ),
    # Everything once.
    "grant_type twice": (400, "invalid_request", lambda k: form(*body(k), ("grant_type", GRANT))),
    "another grant_type": (400, "invalid_request", lambda k: form(*body(k), ("grant_type", "password"))),
    "grant_type twice in the query": (
        400,
        "invalid_request",
        lambda k: form(*body(k, grant_type=""), query=f"grant_type={GRANT}&grant_type={GRANT}"),
    ),
    "one grant_type in the body, another in the query": (
        400,
        "invalid_request",
        lambda k: form(*body(k), query="grant_type=password"),
    ),
    "one scope in the body, another in the query": (
        400,
        "invalid_request",
        lambda k: form(*body(k), ("scope", "assets.read"), query="scope=hub.read"),
    ),
    "one client_id in the body, another in Basic": (
        400,
        "invalid_request",
        lambda k: form(("grant_type", GRANT), ("client_id", "acme-other"), Authorization=basic(k.id, k.secret)),
    ),
    "client_id twice": (400, "invalid_request", lambda k: form(*body(k), ("client_id", k.id))),
    "client_secret twice": (400, "invalid_request", lambda k: form(*body(k), ("client_secret", k.secret))),
    "scope twice": (400, "invalid_request", lambda k: form(*body(k), ("scope", "hub.read"), ("scope", "hub.read"))),
    "credentials both ways": (
        400,
        "invalid_request",
        lambda k: form(*body(k), Authorization=basic(k.id, k.secret)),
    ),
    "credentials both ways, the body's wrong": (
        400,
        "invalid_request",
        lambda k: form(*body(k, client_secret="x"), Authorization=basic(k.id, k.secret)),
    ),
    # Never in the address, where logs keep it.
    "secret in the query": (
        400,
        "invalid_request",
        lambda k: form(*body(k, client_secret=""), query=f"client_secret={k.secret}"),
    ),
    "everything in the query": (400, "invalid_request", lambda k: form(query=urlencode(body(k)))),
    "secret in the query beside Basic": (
        400,
        "invalid_request",
        lambda k: form(("grant_type", GRANT), query=f"client_secret={k.secret}", Authorization=basic(k.id, k.secret)),
    ),
    "secret in the query, empty": (400, "invalid_request", lambda k: form(*body(k), query="client_secret=")),
    # The form.
    "JSON": (
        400,
        "invalid_request",
        lambda k: {**form(content_type="application/json"), "body": json.dumps(dict(body(k)))},
    ),
    "JSON called a form": (400, "invalid_request", lambda k: {**form(), "body": json.dumps(dict(body(k)))}),
    "multipart": (
        400,
        "invalid_request",
        lambda k: {**form(content_type="multipart/form-data; boundary=x"), "body": "--x--"},
    ),
    "plain text": (400, "invalid_request", lambda k: form(*body(k), content_type="text/plain")),
    "no content type": (400, "invalid_request", lambda k: form(*body(k), content_type="")),
    # Scopes.
    **{
        f"scope {scope[:20]!r}": (400, "invalid_scope", lambda k, scope=scope: form(*body(k), ("scope", scope)))
        for scope in (
            "hub.write",
            "hub.read hub.write",
            "HUB.READ",
            "*",
            "hub.read,",
            "hub.read\tassets.read",
            "hub.read\n",
            "\u00a0",
            "hub.read\u00a0assets.read",
            "hub.read\u2003",
            "\t",
            "é",
            "hub.read\x00",
            "x" * 10_000,
        )
    },
    # The credentials: one answer for whatever is wrong with them.
    **{
        name: (401, "invalid_client", asked)
        for name, asked in {
            "no credentials": lambda k: form(("grant_type", GRANT)),
            "no secret": lambda k: form(*body(k, client_secret="")),
            "no client_id": lambda k: form(*body(k, client_id="")),
            "a misspelt secret": lambda k: form(*body(k, client_secret=misspelt(k.secret))),
            "a secret cut short": lambda k: form(*body(k, client_secret=k.secret[:-1])),
            "a secret with a letter more": lambda k: form(*body(k, client_secret=k.secret + "a")),
            "a secret with a blank": lambda k: form(*body(k, client_secret=k.secret + " ")),
            "a secret with a line feed": lambda k: form(*body(k, client_secret=k.secret + "\n")),
            "a secret in other case": lambda k: form(*body(k, client_secret=k.secret.swapcase())),
            "a wrong secret": lambda k: form(*body(k, client_secret=wrong(k))),
            "a wrong secret, Basic": lambda k: form(("grant_type", GRANT), Authorization=basic(k.id, wrong(k))),
            "the hash as secret": lambda k: form(*body(k, client_secret=client_secret.verifier(k.secret))),
            "an unknown client": lambda k: form(*body(k, client_id="acme-nobody")),
            "an unknown client, wrong secret": lambda k: form(
                *body(k, client_id="acme-nobody", client_secret=wrong(k))
            ),
            "a client in other case": lambda k: form(*body(k, client_id=k.id.upper())),
            "a client with a wildcard": lambda k: form(*body(k, client_id=k.id[:-1] + "%")),
            "a client of SQL": lambda k: form(*body(k, client_id="' OR '1'='1")),
            "a null in client_id": lambda k: form(*body(k, client_id=k.id + "\x00")),
            "a null in the secret": lambda k: form(*body(k, client_secret=k.secret + "\x00")),
            "letters beyond ASCII in client_id": lambda k: form(*body(k, client_id="acmé")),
            "letters beyond ASCII in the secret": lambda k: form(*body(k, client_secret="bnd_é" + "a" * 48)),
            "digits beyond ASCII": lambda k: form(*body(k, client_secret="bnd_" + "٣" * 49)),
            "bytes that are no text": lambda k: {
                **form(),
                "body": f"grant_type={GRANT}&client_id=%ff&client_secret=%ff",
            },
            "a lone surrogate": lambda k: {
                **form(),
                "body": f"grant_type={GRANT}&client_id=%ed%a0%80&client_secret=%ed%a0%80",
            },
            "an over-long client_id": lambda k: form(*body(k, client_id="x" * 100_000)),
            "an over-long secret": lambda k: form(*body(k, client_secret="bnd_" + "x" * 100_000)),
            "a client_id of 300": lambda k: form(*body(k, client_id="x" * 300)),
            "Basic without colon": lambda k: form(
                ("grant_type", GRANT), Authorization="Basic " + base64.b64encode(k.id.encode()).decode()
            ),
            "Basic of nothing": lambda k: form(("grant_type", GRANT), Authorization="Basic "),
            "Basic alone": lambda k: form(("grant_type", GRANT), Authorization="Basic"),
            "Basic that is no base64": lambda k: form(("grant_type", GRANT), Authorization="Basic !!!"),
            "Basic that is no UTF-8": lambda k: form(
                ("grant_type", GRANT), Authorization="Basic " + base64.b64encode(b"\xff:\xff").decode()
            ),
            "Basic with a null": lambda k: form(("grant_type", GRANT), Authorization=basic(k.id + "\x00", k.secret)),
            "two Basic credentials": lambda k: form(
                ("grant_type", GRANT), Authorization=f"{basic(k.id, k.secret)},{basic(k.id, k.secret)}"
            ),
            "Bearer as credential": lambda k: form(("grant_type", GRANT), Authorization=f"Bearer {k.secret}"),
            "Digest as credential": lambda k: form(("grant_type", GRANT), Authorization='Digest username="x"'),
        }.items()
    },
}


@pytest.mark.parametrize(("status", "code", "asked"), [pytest.param(*case, id=name) for name, case in REFUSED.items()])
def test_a_bad_request_gets_none(
    cast: Cast, gateway: KeyAndSecret, caplog: pytest.LogCaptureFixture, status: int, code: str, asked: Asked
) -> None:
    request = asked(gateway)
    answer = ask(Client(enforce_csrf_checks=True), request)
    assert (answer.status_code, answer.json().get("error")) == (status, code), answer.content
    assert set(answer.json()) == {"error", "error_description"}
    assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
    assert ("WWW-Authenticate" in answer) == (status == 401)
    if status == 401:
        assert answer["WWW-Authenticate"].startswith("Basic realm=")
    assert not AuditRecord.all_tenants.filter(name="token.issued").exists()
    assert_secret_is_nowhere(gateway.secret, answer, caplog)


def assert_secret_is_nowhere(secret: str, answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    bodies = [bytes(row.body) for row in [*AuditRecord.all_tenants.all(), *InstanceRecord.objects.all()]]
    assert secret not in answer.content.decode()
    assert secret not in str(answer.headers)
    assert secret not in caplog.text
    assert not any(secret.encode() in told for told in bodies)


def test_there_are_enough_requests() -> None:
    assert len(ISSUED) + len(REFUSED) >= 50


def test_all_wrong_credentials_get_one_and_the_same_answer(gateway: KeyAndSecret, cast: Cast) -> None:
    """Whoever tries must not learn which part was wrong, or that a client exists."""
    answers = [ask(Client(), asked(gateway)) for status, code, asked in REFUSED.values() if code == "invalid_client"]
    with tenant_scope(cast.acme.pk):
        revoke_key(gateway.key, by=SYSTEM)
    answers.append(ask(Client(), form(*body(gateway))))
    own = {"X-Request-Id"}
    told = {
        (answer.status_code, answer.content, *sorted((n, v) for n, v in answer.headers.items() if n not in own))
        for answer in answers
    }
    assert len(answers) > 30
    assert len(told) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_post_only(gateway: KeyAndSecret, method: str) -> None:
    answer = ask(Client(), {**form(query=urlencode(body(gateway))), "body": ""}, method)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "access_token" not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def assert_invalid_request(answer: Any, status: int = 400) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, "invalid_request"), answer.content
    assert answer["Cache-Control"] == "no-store"


FIELDS = "&".join(f"f{number}=1" for number in range(1000))


@pytest.mark.parametrize(
    "oversized",
    [
        {"body": f"grant_type={GRANT}&x=" + "a" * 300_000},
        {"body": f"grant_type={GRANT}&{FIELDS}"},
        {"body": f"grant_type={GRANT}", "query": FIELDS},
    ],
)
def test_more_than_a_request_can_be_is_refused(gateway: KeyAndSecret, oversized: dict[str, str]) -> None:
    assert_invalid_request(ask(Client(), {**form(), **oversized}))


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/introspect", "/oauth/revoke"])
class TestPartOfABody:
    """What is not read must not be taken for what was not sent."""

    def test_chunked_is_refused(self, gateway: KeyAndSecret, path: str) -> None:
        """RFC 9110 section 15.5.12. Django reads no body without a length: a narrow scope in it would be lost."""
        headers = {"Authorization": basic(gateway.id, gateway.secret), "Transfer-Encoding": "chunked"}
        answer = Client().post(f"{path}?grant_type={GRANT}", content_type=FORM, headers=headers)
        assert_invalid_request(answer, 411)

    def test_cut_short_is_refused(self, gateway: KeyAndSecret, path: str) -> None:
        sent = form(*body(gateway), ("token", "x"))["body"]
        arrives: dict[str, Any] = {"wsgi.input": BytesIO(sent.encode()), "CONTENT_LENGTH": str(len(sent) + 1)}
        answer = Client().post(path, sent, content_type=FORM, **arrives)
        assert_invalid_request(answer)


class TestRecords:
    """Each refusal is recorded with the true reason, in the log of whom it concerns."""

    @pytest.mark.parametrize(
        ("reason", "asked"),
        [
            ("secret_misspelt", lambda k: form(*body(k, client_secret=misspelt(k.secret)))),
            ("secret_misspelt", lambda k: form(*body(k, client_secret="x"))),
            ("secret_wrong", lambda k: form(*body(k, client_secret=wrong(k)))),
        ],
    )
    def test_of_a_known_key_in_its_tenants_log(
        self, cast: Cast, gateway: KeyAndSecret, reason: str, asked: Asked
    ) -> None:
        answer = Client(REMOTE_ADDR="192.0.2.7").post("/oauth/token", asked(gateway)["body"], content_type=FORM)
        (row,) = AuditRecord.all_tenants.filter(name="token.refused")
        assert (row.tenant_id, row.outcome, row.actor_id) == (cast.acme.pk, "denied", gateway.id)
        assert (row.facts["reason"], row.facts["client_id"], row.subject) == (reason, gateway.id, gateway.key.subject)
        assert (row.address, row.request_id) == ("192.0.2.7", answer["X-Request-Id"])
        assert not InstanceRecord.objects.exists()

    def test_of_a_revoked_key(self, cast: Cast, gateway: KeyAndSecret) -> None:
        with tenant_scope(cast.acme.pk):
            revoke_key(gateway.key, by=SYSTEM)
        assert ask(Client(), form(*body(gateway))).status_code == 401
        (row,) = AuditRecord.all_tenants.filter(name="token.refused")
        assert row.facts["reason"] == "key_revoked"

    def test_a_wrong_secret_does_not_tell_that_the_key_is_revoked(self, cast: Cast, gateway: KeyAndSecret) -> None:
        with tenant_scope(cast.acme.pk):
            revoke_key(gateway.key, by=SYSTEM)
        ask(Client(), form(*body(gateway, client_secret=wrong(gateway))))
        (row,) = AuditRecord.all_tenants.filter(name="token.refused")
        assert row.facts["reason"] == "secret_wrong"

    @pytest.mark.parametrize(
        ("reason", "secret"), [("client_unknown", wrong), ("secret_misspelt", lambda k: misspelt(k.secret))]
    )
    def test_of_nobody_in_the_portals_own_log(
        self, gateway: KeyAndSecret, reason: str, secret: Callable[[KeyAndSecret], str]
    ) -> None:
        ask(Client(), form(*body(gateway, client_id="acme-nobody", client_secret=secret(gateway))))
        (row,) = InstanceRecord.objects.all()
        assert (row.name, row.outcome) == ("token.refused", "denied")
        assert (row.facts["reason"], row.facts["client_id"]) == (reason, "acme-nobody")
        assert not AuditRecord.all_tenants.filter(name="token.refused").exists()

    def test_the_key_that_calls_the_hub_is_no_client_of_the_portal(self, cast: Cast, gateway: KeyAndSecret) -> None:
        upstream = make_upstream_key(cast.acme)
        answer = ask(Client(), form(*body(gateway, client_id=upstream.client_id)))
        assert answer.status_code == 401
        assert InstanceRecord.objects.get().facts["reason"] == "client_unknown"

    def test_of_an_issued_token(self, cast: Cast, gateway: KeyAndSecret) -> None:
        token = get_token(Client(), gateway.key, gateway.secret)
        (row,) = AuditRecord.all_tenants.filter(name="token.issued")
        claims = jwt.decode(token, options={"verify_signature": False})
        assert (row.tenant_id, row.outcome, row.subject) == (cast.acme.pk, "ok", gateway.key.subject)
        assert row.facts == {"client_id": gateway.id, "generation": 1, "jti": claims["jti"], "scope": "hub.read"}
        assert token.encode() not in bytes(row.body)

    def test_repeated_refusals_are_counted(self, gateway: KeyAndSecret) -> None:
        with time_machine.travel(1_800_000_000, tick=False) as clock:
            for _ in range(5):
                ask(Client(), form(*body(gateway, client_secret="x")))
            clock.shift(61)
            ask(Client(), form(*body(gateway, client_secret="x")))
        rows = AuditRecord.all_tenants.filter(name="token.refused").order_by("index")
        assert [row.facts["repeated"] for row in rows] == [0, 4]

    def test_another_reason_is_not_counted_among_them(self, gateway: KeyAndSecret) -> None:
        for secret in ("x", wrong(gateway), "x"):
            ask(Client(), form(*body(gateway, client_secret=secret)))
        rows = AuditRecord.all_tenants.filter(name="token.refused").order_by("index")
        assert [row.facts["reason"] for row in rows] == ["secret_misspelt", "secret_wrong"]


class TestAuditLogFails:
    """No record, no token."""

    def test_no_token_is_issued(self, gateway: KeyAndSecret, caplog: pytest.LogCaptureFixture) -> None:
        with audit_refuses("token.issued"):
            answer = ask(Client(), form(*body(gateway)))
        assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Cache-Control"] == "no-store"
        assert "Retry-After" in answer
        assert "access_token" not in answer.content.decode()
        assert "disk is full" not in answer.content.decode()
        assert_secret_is_nowhere(gateway.secret, answer, caplog)
        assert not AuditRecord.all_tenants.filter(name="token.issued").exists()

    @pytest.mark.parametrize("client_id", ["", "acme-nobody"])
    def test_a_refusal_is_no_credential_test_either(self, gateway: KeyAndSecret, client_id: str) -> None:
        wrong_one = body(gateway, client_secret=wrong(gateway), client_id=client_id or gateway.id)
        with audit_refuses():
            assert ask(Client(), form(*wrong_one)).status_code == 503

    def test_a_refusal_that_could_not_be_recorded_is_recorded_the_next_time(self, gateway: KeyAndSecret) -> None:
        wrong_one = form(*body(gateway, client_secret="x"))
        with audit_refuses():
            assert ask(Client(), wrong_one).status_code == 503
        assert ask(Client(), wrong_one).status_code == 401
        assert AuditRecord.all_tenants.filter(name="token.refused").count() == 1

    def test_all_is_well_again_afterwards(self, gateway: KeyAndSecret) -> None:
        with audit_refuses():
            assert ask(Client(), form(*body(gateway))).status_code == 503
        assert ask(Client(), form(*body(gateway))).status_code == 200


class TestGenerations:
    def test_both_secrets_of_a_roll_get_tokens_of_their_generation(self, cast: Cast, gateway: KeyAndSecret) -> None:
        second = client_secret.generate().reveal()
        with tenant_scope(cast.acme.pk):
            SecretGeneration.objects.create(
                key=gateway.key,
                number=2,
                sealed=b"x",
                verifier=client_secret.verifier(second),
                hint="bnd_…",
                created_by="",
            )
        for secret, generation in ((gateway.secret, 1), (second, 2)):
            token = get_token(Client(), gateway.key, secret)
            assert jwt.decode(token, options={"verify_signature": False})["gen"] == generation

    def test_the_secret_of_one_key_is_none_of_another(self, cast: Cast, gateway: KeyAndSecret) -> None:
        other, _ = make_key(cast.globex)
        answer = ask(Client(), form(*body(gateway, client_id=other.client_id)))
        assert answer.status_code == 401
        assert AuditRecord.all_tenants.get(name="token.refused").tenant_id == cast.globex.pk


def test_the_address_of_the_portal_is_not_the_callers_choice(gateway: KeyAndSecret, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    answer = Client().post("/oauth/token", form(*body(gateway))["body"], content_type=FORM, HTTP_HOST="evil.example")
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert claims["iss"] == PORTAL_URL
