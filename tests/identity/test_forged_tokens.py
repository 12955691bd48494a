"""Forged, stale and confused tokens: of all that an attacker can put together, only the one valid family signs in.

Each case says the reason that must stand in the log, so that no case is refused for another mistake than its own.
Sources: OpenID Connect Core 3.1.3.7, RFC 8725, RFC 7515 section 4.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from django.contrib.sessions.models import Session
from django.test import Client

from portal.emulator.testing import RunningEmulator
from portal.identity.models import User
from tests.cast import make_tenant
from tests.identity import flow
from tests.identity.op import (
    ABSENT,
    KID,
    SUBJECT,
    HostileOp,
    base64url,
    ec_key,
    es,
    hs,
    jwk,
    jws,
    pss,
    public_pem,
    rs,
    rsa_key,
    unsigned,
)

Forge = Callable[[HostileOp], Any]
EVIL = "https://evil.example"
FOREVER = 4_102_444_800


def later(seconds: int) -> int:
    return int(time.time()) + seconds


def claim(name: str, value: Any) -> Forge:
    """A well-signed token in which one claim is different; functions are called when the token is made."""
    return lambda op: op.good(**{name: value(op) if callable(value) else value})


def header(sign: Callable[[bytes], bytes] | None = None, **changes: Any) -> Forge:
    """A good payload under another header, signed with the true key unless told otherwise."""
    return lambda op: jws(op.header(**changes), op.id_claims(), sign or rs())


def raw(text: Any) -> Forge:
    return lambda op: text


def bent(change: Callable[[list[str]], list[str]]) -> Forge:
    """A good token whose three parts are changed after signing."""
    return lambda op: ".".join(change(op.good().split(".")))


def public_der() -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return rsa_key("op").public_key().public_bytes(serialization.Encoding.DER, form)


def algorithms() -> Iterator[tuple[str, str, Forge]]:
    for name in (
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        " ",
        "null",
        "RS",
        "rs256",
        "RS256 ",
        " RS256",
        "RS256\x00",
        "RS255",
    ):
        yield f"alg {name!r}, unsigned", "alg", header(unsigned, alg=name)
        yield f"alg {name!r}, signed", "alg", header(alg=name)
    for odd in (None, 256, ["RS256"], {"RS256": 1}, True, ABSENT):
        yield f"alg {odd!r}", "alg", header(alg=odd)
    secrets = {
        "the PEM": public_pem("op"),
        "the PEM without its last line feed": public_pem("op").strip(),
        "the DER": public_der(),
        "the modulus": jwk()["n"].encode(),
        "the JWK": json.dumps(jwk()).encode(),
        "nothing": b"",
        "the kid": KID.encode(),
        "a null byte": b"\x00",
    }
    for what, secret in secrets.items():
        yield f"HS256 with {what} as key", "alg", header(hs(secret), alg="HS256")
    for digest in ("sha384", "sha512"):
        yield f"HS with {digest}", "alg", header(hs(public_pem("op"), digest), alg=f"HS{digest[3:]}")
    for alg, kind in (("RS384", hashes.SHA384()), ("RS512", hashes.SHA512())):
        yield alg, "alg", header(rs(digest=kind), alg=alg)
    for alg, kind in (("PS256", hashes.SHA256()), ("PS512", hashes.SHA512())):
        yield alg, "alg", header(pss(kind), alg=alg)
    for alg in ("ES256", "ES384", "ES256K", "EdDSA", "Ed25519"):
        yield alg, "alg", header(es, alg=alg)
    yield "RS512 under the name RS256", "signature", header(rs(digest=hashes.SHA512()))
    yield "PS256 under the name RS256", "signature", header(pss(hashes.SHA256()))
    yield "HS256 under the name RS256", "signature", header(hs(public_pem("op")))


def key_ids() -> Iterator[tuple[str, str, Forge]]:
    texts = (
        *("op-key-2", "", " ", KID.upper(), f"{KID} ", f" {KID}", f"{KID}\x00", KID[:-1], "key-id-1"),
        *("../../x", "../../../../dev/null", "/dev/null", "file:///dev/null", f"{EVIL}/keys.json"),
        *("' OR '1'='1", "x' UNION SELECT 'key", "$(id)", "|id", "%00", "*", "é", "\ud800", "A" * 10_000),
    )
    for text in texts:
        yield f"kid {text[:30]!r}", "kid", header(kid=text)
    yield "no kid", "kid", header(kid=ABSENT)
    for odd in (None, 0, True, [KID], {"kid": KID}):
        yield f"kid {odd!r}", "malformed", header(kid=odd)


def foreign_keys() -> Iterator[tuple[str, str, Forge]]:
    own = jwk("mallory")
    claimed: list[tuple[str, Any]] = [
        ("jku", f"{EVIL}/keys.json"),
        ("jku", "http://127.0.0.1/keys.json"),
        ("jwk", {**own, "kid": "mallory-1"}),
        ("jwk", own),
        ("jwk", {"kty": "oct", "k": "AAAA"}),
        ("x5u", f"{EVIL}/chain.pem"),
        ("x5c", ["MIIB"]),
        ("x5t", "AAAA"),
        ("x5t#S256", "AAAA"),
    ]
    for number, (kind, value) in enumerate(claimed):
        yield f"{kind} of an own key, {number}", "signature", header(rs("mallory"), **{kind: value})
    yield "an own key under the right kid", "signature", header(rs("mallory"))
    yield "no signature", "signature", header(unsigned)
    yield "a signature of zeros", "signature", header(lambda message: bytes(256))
    yield "a signature of ones", "signature", header(lambda message: b"\xff" * 256)
    yield "a signature of one byte", "signature", header(lambda message: b"\x01")
    yield "a signature of 10 KB", "signature", header(lambda message: b"\x01" * 10_000)
    yield "the signature of another payload", "signature", header(lambda message: rs()(b"x" + message))
    yield "a signature of the payload alone", "signature", header(lambda message: rs()(message.partition(b".")[2]))


def types() -> Iterator[tuple[str, str, Forge]]:
    for name in ("at+jwt", "AT+JWT", "application/at+jwt", "logout+jwt", "JOSE", "JWE", "dpop+jwt", "", " JWT", "JWT "):
        yield f"typ {name!r}", "typ", header(typ=name)
    for odd in (None, 0, ["JWT"], {"JWT": 1}):
        yield f"typ {odd!r}", "typ", header(typ=odd)
    for crit in (["exp"], ["b64"], ["unknown"], [], None, "exp", 7):
        yield f"crit {crit!r}", "malformed", header(crit=crit)
    yield "crit with its header", "malformed", header(crit=["urn:x"], **{"urn:x": True})


def audiences() -> Iterator[tuple[str, str, Forge]]:
    me = "bindery"
    for other in (
        "other",
        " ",
        "Bindery",
        "BINDERY",
        "bindery ",
        " bindery",
        "binder",
        "bindery2",
        "bindery,other",
        "*",
    ):
        yield f"aud {other!r}", "aud", claim("aud", other)
    for odd in (["other"], [""], {"bindery": 1}, 7, True, [me, 7], [[me]], ["bindery other"]):
        yield f"aud {odd!r}", "aud", claim("aud", odd)
    for kind, nothing in (("missing", ABSENT), ("null", None), ("empty", ""), ("of nobody", [])):
        yield f"aud {kind}", "claim_missing", claim("aud", nothing)
    yield "aud of two without azp", "azp", lambda op: op.good(aud=[me, "other"], azp=ABSENT)
    yield "aud of three without azp", "azp", lambda op: op.good(aud=[me, "other", "third"], azp=ABSENT)
    yield "aud of two, azp the other", "azp", lambda op: op.good(aud=[me, "other"], azp="other")
    for azp in ("other", "", "Bindery", None, 7, [me], {"bindery": 1}):
        yield f"azp {azp!r}", "azp", claim("azp", azp)


def issuers() -> Iterator[tuple[str, str, Forge]]:
    for name, written in (
        ("other", EVIL),
        ("empty", ""),
        ("with a slash", "{}/"),
        ("with a query", "{}?x"),
        ("with a fragment", "{}#x"),
        ("in capitals", "HTTP{}"),
        ("as prefix", "{}.evil.example"),
        ("with a space", "{} "),
        ("with a null", "{}\x00"),
    ):
        full = written.replace("{}", "%s")
        yield f"iss {name}", "iss", claim("iss", lambda op, full=full: full % op.issuer if "%s" in full else full)
    yield "iss of a tenant's own host", "iss", claim("iss", lambda op: op.issuer.replace("/oauth", "/acme.piam/oauth"))
    yield "iss without its path", "iss", claim("iss", lambda op: op.server.url)
    yield "iss by https", "iss", claim("iss", lambda op: op.issuer.replace("http:", "https:"))
    yield "iss by name", "iss", claim("iss", lambda op: op.issuer.replace("127.0.0.1", "localhost"))
    yield "iss in a list", "iss", claim("iss", lambda op: [op.issuer])
    yield "iss a number", "iss", claim("iss", 7)
    yield "iss missing", "claim_missing", claim("iss", ABSENT)
    yield "iss null", "claim_missing", claim("iss", None)


def times() -> Iterator[tuple[str, str, Forge]]:
    for seconds in (62, 120, 3600, 10**8):
        yield f"exp {seconds} s ago", "expired", claim("exp", lambda op, s=seconds: later(-s))
    for odd in (0, -1, -(10**12), True, 0.5):
        yield f"exp {odd!r}", "expired", claim("exp", odd)
    for odd in (str(FOREVER), "soon", "", [FOREVER], {"at": FOREVER}, float("nan"), float("inf"), "1e99", "٤١٠٢٤٤٤٨٠٠"):
        yield f"exp {odd!r}", "malformed", claim("exp", odd)
    for name in ("exp", "iat"):
        yield f"{name} missing", "claim_missing", claim(name, ABSENT)
        yield f"{name} null", "claim_missing", claim(name, None)
    for seconds in (70, 120, 3600, 10**9):
        yield f"iat in {seconds} s", "not_yet_valid", claim("iat", lambda op, s=seconds: later(s))
        yield f"nbf in {seconds} s", "not_yet_valid", claim("nbf", lambda op, s=seconds: later(s))
    for odd in ("now", "", [0], {"at": 0}, float("nan"), float("inf"), "0"):
        yield f"iat {odd!r}", "malformed", claim("iat", odd)
        yield f"nbf {odd!r}", "malformed", claim("nbf", odd)


def nonces() -> Iterator[tuple[str, str, Forge]]:
    for name, change in (
        ("wrong", lambda nonce: "wrong"),
        ("empty", lambda nonce: ""),
        ("longer", lambda nonce: f"{nonce}x"),
        ("shorter", lambda nonce: nonce[:-1]),
        ("in capitals", lambda nonce: nonce.swapcase()),
        ("with a space", lambda nonce: f"{nonce} "),
        ("in a list", lambda nonce: [nonce]),
        ("in an object", lambda nonce: {nonce: nonce}),
        ("null", lambda nonce: None),
        ("a number", lambda nonce: 7),
        ("true", lambda nonce: True),
        ("not ASCII", lambda nonce: "é" * 43),
        ("a lone surrogate", lambda nonce: "\ud800"),
        ("missing", lambda nonce: ABSENT),
    ):
        yield f"nonce {name}", "nonce", claim("nonce", lambda op, change=change: change(op.nonce))


def subjects() -> Iterator[tuple[str, str, Forge]]:
    for name, value, reason in (
        ("missing", ABSENT, "claim_missing"),
        ("null", None, "claim_missing"),
        ("empty", "", "sub"),
        ("of 256 characters", "s" * 256, "sub"),
        ("of 300 characters", "s" * 300, "sub"),
        ("of 100000 characters", "s" * 100_000, "sub"),
        ("a number", 7, "malformed"),
        ("true", True, "malformed"),
        ("a list", [SUBJECT], "malformed"),
        ("an object", {"sub": SUBJECT}, "malformed"),
        # The database takes neither of them as text.
        ("with a null byte", f"{SUBJECT}\x00", "sub"),
        ("with a lone surrogate", f"{SUBJECT}\ud800", "sub"),
        # OpenID Connect Core 2: at most 255 ASCII characters.
        ("beyond ASCII", "小王", "sub"),
    ):
        yield f"sub {name}", reason, lambda op, value=value: _for_subject(op, value)


def _for_subject(op: HostileOp, subject: Any) -> str:
    # UserInfo and access token agree, so that nothing but the subject itself can be the reason.
    if isinstance(subject, str):
        op.access_token = op.good_access(sub=subject)
        op.userinfo = {"sub": subject, "name": "Alice Adler"}
    return op.good(sub=subject)


def changed_after_signing() -> Iterator[tuple[str, str, Forge]]:
    def swapped(part: int, replacement: Callable[[HostileOp], str]) -> Forge:
        def forge(op: HostileOp) -> str:
            parts = op.good().split(".")
            parts[part] = replacement(op)
            return ".".join(parts)

        return forge

    for name, value in (
        *(("sub", "somebody-else"), ("aud", ["bindery"]), ("exp", FOREVER), ("name", "Olga Olsen"), ("admin", True)),
        *(("email", "olga@acme.example"), ("ten", "globex"), ("iat", 0), ("azp", ABSENT)),
    ):
        yield (
            f"{name} changed after signing",
            "signature",
            swapped(1, lambda op, n=name, v=value: base64url(json.dumps(op.id_claims(**{n: v})).encode())),
        )
    yield (
        "header changed after signing",
        "signature",
        swapped(0, lambda op: base64url(json.dumps(op.header(x=1)).encode())),
    )
    for position in range(0, 256, 16):
        yield f"bit {position * 8} of the signature", "signature", bent(lambda parts, at=position: _flipped(parts, at))
    yield "signature cut by one byte", "signature", bent(lambda parts: [parts[0], parts[1], parts[2][:-2]])
    yield "signature cut in half", "signature", bent(lambda parts: [parts[0], parts[1], parts[2][:172]])


def _flipped(parts: list[str], position: int) -> list[str]:
    octets = bytearray(base64.urlsafe_b64decode(parts[2] + "=="))
    octets[position] ^= 1
    return [parts[0], parts[1], base64url(bytes(octets))]


def shapes() -> Iterator[tuple[str, str, Forge]]:
    for text in ("x", ".", "..", "...", "a.b", "a.b.c", "a.b.c.d", "a.b.c.d.e", "....", "é.é.é", "\x00", "null", "{}"):
        yield f"text {text!r}", "malformed", raw(text)
    yield "1 MB of text", "malformed", raw("A" * 1_000_000)
    yield "many dots", "malformed", raw("." * 10_000)
    yield "two tokens", "malformed", lambda op: f"{op.good()}.{op.good()}"
    yield "without its last part", "malformed", bent(lambda parts: parts[:2])
    yield "without its header", "malformed", bent(lambda parts: ["", *parts[1:]])
    for kind, odd in (("a list", ["x"]), ("an object", {"x": "y"}), ("a number", 7), ("true", True)):
        yield f"not text but {kind}", "missing", raw(odd)
    for kind, odd in (("empty", ""), ("null", None), ("absent", "ABSENT")):
        yield f"ID token {kind}", "missing", raw(odd)
    for kind, odd in (
        ("a list", []),
        ("a number", 7),
        ("text", "RS256"),
        ("null", None),
        ("broken", b"{"),
        ("deep", b"[" * 9000),
    ):
        yield f"header {kind}", "malformed", lambda op, odd=odd: jws(odd, op.id_claims(), rs())
    yield "header not UTF-8", "malformed", lambda op: jws(b'{"alg":"\xff"}', op.id_claims(), rs())
    for kind, odd in (
        *(("a list", []), ("a number", 7), ("text", "x"), ("null", None), ("broken", b"{"), ("empty", b"")),
        *(("not UTF-8", b'{"sub":"\xff"}'), ("deep", b'{"a":' * 9000)),
    ):
        yield f"payload {kind}", "malformed", lambda op, odd=odd: jws(op.header(), odd, rs())
    yield "payload not encoded", "malformed", lambda op: jws(op.header(b64=False), op.id_claims(), rs())


def confused() -> Iterator[tuple[str, str, Forge]]:
    yield "the access token as ID token", "nonce", lambda op: op.good_access()
    yield (
        "an RFC 9068 access token as ID token",
        "typ",
        lambda op: jws(op.header(typ="at+jwt"), op.access_claims(nonce=op.nonce), rs()),
    )
    yield "an ID token for the person's other application", "aud", lambda op: op.good(aud="other", azp="other")
    yield (
        "a logout token",
        "nonce",
        lambda op: op.good(nonce=ABSENT, events={"http://schemas.openid.net/event/backchannel-logout": {}}),
    )


CASES = [
    *algorithms(),
    *key_ids(),
    *foreign_keys(),
    *types(),
    *audiences(),
    *issuers(),
    *times(),
    *nonces(),
    *subjects(),
    *changed_after_signing(),
    *shapes(),
    *confused(),
]


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 200
    assert len({name for name, _, _ in CASES}) == len(CASES)


@pytest.mark.parametrize(("reason", "forge"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_a_forged_id_token_signs_nobody_in(browser: Client, op: HostileOp, reason: str, forge: Forge) -> None:
    state = op.begin(browser)
    forged = forge(op)
    # An absent ID token must not be filled in with a good one.
    op.id_token = None if forged == "ABSENT" else forged
    answer = op.finish(browser, state)
    flow.assert_refused(browser, answer, reason)
    assert not User.objects.exists()


VALID: dict[str, Forge] = {
    "plain": lambda op: op.good(),
    "aud in a list": claim("aud", ["bindery"]),
    "aud of two with our azp": claim("aud", ["bindery", "other"]),
    "without azp": claim("azp", ABSENT),
    "without typ": header(typ=ABSENT),
    "typ in small letters": header(typ="jwt"),
    "jku that nobody follows": header(jku=f"{EVIL}/keys.json"),
    "expired within the leeway": claim("exp", lambda op: later(-30)),
    "iat ahead within the leeway": claim("iat", lambda op: later(30)),
    "nbf ahead within the leeway": claim("nbf", lambda op: later(30)),
    "times with fractions": lambda op: op.good(exp=later(600) + 0.5, iat=later(-1) + 0.5),
    "more claims": lambda op: op.good(ten="acme", scope=["x"], auth_time=1, amr=["pwd"], nested={"a": [1, {}]}),
    "the longest subject": lambda op: _for_subject(op, "s" * 255),
    "a subject of odd signs": lambda op: _for_subject(op, "google-oauth2|1'\"<b>@x.example"),
    "no name": claim("name", ABSENT),
    "a name that is none": claim("name", {"given": "Alice"}),
}


@pytest.mark.parametrize("forge", VALID.values(), ids=VALID.keys())
def test_the_valid_family_signs_in(browser: Client, op: HostileOp, forge: Forge) -> None:
    state = op.begin(browser)
    op.id_token = forge(op)
    answer = op.finish(browser, state)
    assert (answer.status_code, flow.reasons()) == (302, [])
    assert flow.is_signed_in(browser)
    assert User.objects.get().issuer == op.issuer


def access(**changes: Any) -> Forge:
    return lambda op: op.good_access(**changes)


def access_header(sign: Callable[[bytes], bytes] | None = None, **changes: Any) -> Forge:
    return lambda op: jws(op.header(**changes), op.access_claims(), sign or rs())


ACCESS: list[tuple[str, str, Forge]] = [
    ("of another person", "sub", access(sub="somebody-else")),
    ("of nobody", "claim_missing", access(sub=ABSENT)),
    ("of an empty subject", "sub", access(sub="")),
    ("for another client", "client_id", access(client_id="other")),
    ("for another client, our azp", "client_id", access(client_id="other", azp="bindery")),
    ("for another client by azp alone", "client_id", access(client_id=ABSENT, azp="other")),
    ("for a client in a list", "client_id", access(client_id=["bindery"])),
    ("for nobody", "client_id", access(client_id=ABSENT, azp=ABSENT)),
    ("for null", "client_id", access(client_id=None)),
    ("of another issuer", "iss", access(iss=EVIL)),
    ("without issuer", "claim_missing", access(iss=ABSENT)),
    ("expired", "expired", access(exp=1)),
    ("without end", "claim_missing", access(exp=ABSENT)),
    ("of the future", "not_yet_valid", access(iat=FOREVER)),
    ("without tenant", "tenant", access(ten=ABSENT)),
    ("with an empty tenant", "tenant", access(ten="")),
    ("with a tenant in a list", "tenant", access(ten=["acme"])),
    ("with a number as tenant", "tenant", access(ten=7)),
    ("with a tenant of control characters", "tenant", access(ten="\x00\n")),
    ("unsigned", "alg", access_header(unsigned, alg="none")),
    ("with HS256", "alg", access_header(hs(public_pem("op")), alg="HS256")),
    ("with an own key", "signature", access_header(rs("mallory"))),
    ("with an unknown kid", "kid", access_header(kid="other")),
    ("with crit", "malformed", access_header(crit=["x"])),
    ("not a JWT", "malformed", raw("opaque")),
    ("in a list", "missing", raw(["x"])),
    ("null", "missing", raw(None)),
    ("empty", "missing", raw("")),
]


@pytest.mark.parametrize(("reason", "forge"), [pytest.param(*case[1:], id=case[0]) for case in ACCESS])
def test_a_forged_access_token_signs_nobody_in(browser: Client, op: HostileOp, reason: str, forge: Forge) -> None:
    state = op.begin(browser)
    op.access_token = forge(op)
    flow.assert_refused(browser, op.finish(browser, state), reason)
    assert not User.objects.exists()
    # Nobody is asked with a token that did not prove itself; the tenant is looked at last.
    assert reason == "tenant" or not op.server.requests_of("/userinfo")


@pytest.mark.parametrize(
    ("scope", "tenant", "roles"),
    [
        (["mdsp:core:TenantAdmin"], "acme", ["admin"]),
        ("mdsp:core:TenantAdmin openid", "acme", ["admin"]),
        ([["mdsp:core:TenantAdmin"], 7, None, {"x": 1}], "acme", None),
        ({"mdsp:core:TenantAdmin": True}, "acme", None),
        (7, "acme", None),
        (None, "acme", None),
        (ABSENT, "acme", None),
        (["mdsp:core:TenantAdmin"], "ACME", None),
        (["mdsp:core:TenantAdmin"], "acme' OR 1=1", None),
        (["mdsp:core:TenantAdmin"], "x" * 5000, None),
        (["mdsp:core:TenantAdmin"], "\ud800acme\ud800", ["admin"]),
    ],
)
def test_roles_are_those_of_the_access_token(
    browser: Client, op: HostileOp, scope: Any, tenant: str, roles: list[str] | None
) -> None:
    acme = make_tenant("acme", "Acme Pumps GmbH")
    state = op.begin(browser)
    op.id_token = op.good(scope=["mdsp:core:TenantAdmin", "bindery.operator"], ten="acme")
    op.access_token = op.good_access(scope=scope, ten=tenant)
    assert op.finish(browser, state).status_code == 302
    rows = flow.records(acme, "member.changed")
    assert [row.facts["roles"] for row in rows] == ([", ".join(roles)] if roles else [])
    assert not User.objects.get().is_operator


@pytest.mark.parametrize(
    ("userinfo", "name", "email"),
    [
        ({"name": "Alice Adler", "email": "a@acme.example"}, "Alice Adler", "a@acme.example"),
        ({"name": "Al\x00ice\n\u202eAdler", "email": "a\x00@acme.example"}, "AliceAdler", "a@acme.example"),
        ({"name": "\ud800Alice", "email": "\ud800"}, "Alice", ""),
        ({"name": "A" * 1000, "email": "b" * 1000}, "A" * 255, "b" * 255),
        ({"name": ["Alice"], "email": {"a": 1}}, "Of the ID token", ""),
        ({"email": "a@acme.example"}, "Of the ID token", "a@acme.example"),
        ({"name": "<script>alert(1)</script>"}, "<script>alert(1)</script>", ""),
    ],
)
def test_a_name_is_one_line_of_text(
    browser: Client, op: HostileOp, userinfo: dict[str, Any], name: str, email: str
) -> None:
    state = op.begin(browser)
    op.id_token = op.good(name="Of the ID token")
    op.userinfo = {"sub": SUBJECT, **userinfo}
    assert op.finish(browser, state).status_code == 302
    user = User.objects.get()
    assert (user.name, user.email) == (name, email)
    assert "<script>alert" not in browser.get("/").content.decode()


def test_tokens_of_the_true_hub_are_worth_nothing_at_another_issuer(
    browser: Client, op: HostileOp, hub: RunningEmulator
) -> None:
    """The same client, person and nonce, but other keys and another issuer."""
    state = op.begin(browser)
    account = hub.hub.directory.by_email("alice@acme.example")
    op.id_token = hub.hub.tokens.id_token(account, "bindery", "core", int(time.time()), op.nonce)
    flow.assert_refused(browser, op.finish(browser, state), "kid")


@pytest.mark.parametrize("issuer", ["core", "acme", "globex"])
@pytest.mark.parametrize("tenant", ["alice@acme.example", "charlie@globex.example"])
def test_only_the_configured_identity_host_speaks_for_anybody(
    browser: Client, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch, issuer: str, tenant: str
) -> None:
    """All identity hosts of the region share one signing key; the issuer alone tells their tokens apart."""
    tokens = hub.hub.tokens
    name_of = tokens.issuer
    back = flow.pick(hub, flow.start(browser), tenant)
    monkeypatch.setattr(tokens, "issuer", lambda host, *form: name_of(issuer, *form))
    answer = browser.get(back)
    if issuer == "core":
        assert answer.status_code == 302
    else:
        flow.assert_refused(browser, answer, "iss")


def test_the_key_of_encryption_signs_nothing(browser: Client, op: HostileOp) -> None:
    op.keys = {"keys": [jwk("op"), jwk("mallory", kid="enc", use="enc")]}
    state = op.begin(browser)
    op.id_token = jws(op.header(kid="enc"), op.id_claims(), rs("mallory"))
    flow.assert_refused(browser, op.finish(browser, state), "kid")


def test_ec_keys_are_not_used(browser: Client, op: HostileOp) -> None:
    numbers = ec_key().public_key().public_numbers()
    point = {"x": base64url(numbers.x.to_bytes(32, "big")), "y": base64url(numbers.y.to_bytes(32, "big"))}
    op.keys = {"keys": [{"kty": "EC", "crv": "P-256", "kid": KID, **point}]}
    state = op.begin(browser)
    op.id_token = jws(op.header(), op.id_claims(), es)
    flow.assert_refused(browser, op.finish(browser, state), "kid")


def test_no_session_row_is_left_by_any_refusal(browser: Client, op: HostileOp) -> None:
    for _ in range(3):
        state = op.begin(browser)
        op.id_token = "x"
        op.finish(browser, state)
    assert not Session.objects.exists()
