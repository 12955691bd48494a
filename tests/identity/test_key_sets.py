"""The Hub's keys: replaced ones are found, strange ones break nothing, and asking for them has a limit."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from werkzeug import Response

from portal import constants
from portal.emulator.identity.signing import SigningKey
from portal.emulator.testing import RunningEmulator
from portal.hub import key_sets
from tests.cast import Cast
from tests.identity import flow
from tests.identity.op import KID, HostileOp, jwk, jws, rs

ALICE = "alice@acme.example"
KEYS = "/core.piam/token_keys"


def let_time_pass() -> None:
    """As if the key set had been fetched just longer ago than a second fetch has to wait."""
    key_sets.key_set_at(settings.OIDC_OP_JWKS_ENDPOINT)._fetched_at -= constants.KEY_SET_REFETCH + 1


def replace_key(hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new key under the old id, as after a restart of the Hub."""
    fresh = SigningKey()
    monkeypatch.setattr(hub.hub, "signing_key", fresh)
    monkeypatch.setattr(hub.hub.tokens, "_key", fresh)


def fetches(hub: RunningEmulator) -> int:
    return sum(request.path == KEYS for request in hub.requests)


class TestReplacedKeys:
    def test_a_key_replaced_under_its_old_id_is_found(
        self, cast: Cast, browser: Client, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hub.requests.clear()
        assert flow.sign_in(browser, hub, ALICE).status_code == 302
        replace_key(hub, monkeypatch)
        let_time_pass()
        assert flow.sign_in(Client(), hub, ALICE).status_code == 302
        assert fetches(hub) == 2

    def test_a_key_under_a_new_id_is_found(self, browser: Client, op: HostileOp) -> None:
        assert op.finish(browser, op.begin(browser)).status_code == 302
        op.keys = {"keys": [jwk("next", kid="op-key-2"), jwk()]}
        let_time_pass()
        state = op.begin(browser)
        op.id_token = jws(op.header(kid="op-key-2"), op.id_claims(), rs("next"))
        op.access_token = jws(op.header(kid="op-key-2"), op.access_claims(), rs("next"))
        assert op.finish(browser, state).status_code == 302

    def test_a_key_that_the_hub_withdrew_is_refused_after_the_key_sets_life(
        self, browser: Client, op: HostileOp
    ) -> None:
        assert op.finish(browser, op.begin(browser)).status_code == 302
        op.keys = {"keys": [jwk("next", kid="op-key-2")]}
        key_sets.key_set_at(settings.OIDC_OP_JWKS_ENDPOINT)._fetched_at -= constants.KEY_SET_LIFETIME + 1
        state = op.begin(browser)
        op.id_token = op.good()
        assert op.finish(browser, state).status_code == 403
        assert flow.reasons() == ["kid"]

    def test_keys_are_kept_while_the_hub_does_not_answer(
        self, cast: Cast, browser: Client, hub: RunningEmulator
    ) -> None:
        flow.sign_in(browser, hub, ALICE)
        let_time_pass()
        hub.faults.add(f"GET {KEYS}", status=500)
        assert flow.sign_in(Client(), hub, ALICE).status_code == 302


class TestLimit:
    """RFC 8725 and OpenID Connect Core 10.1.1: an unknown key is looked for, but not as often as somebody likes."""

    def test_tokens_with_unknown_keys_cause_one_fetch(self, browser: Client, op: HostileOp) -> None:
        for number in range(8):
            state = op.begin(browser)
            op.id_token = jws(op.header(kid=f"unknown-{number}"), op.id_claims(), rs())
            assert op.finish(browser, state).status_code == 403
        assert flow.reasons() == ["kid"]
        assert len(op.server.requests_of("/token_keys")) == 1

    def test_tokens_with_wrong_signatures_cause_one_fetch(self, browser: Client, op: HostileOp) -> None:
        for _ in range(8):
            state = op.begin(browser)
            op.id_token = jws(op.header(), op.id_claims(), rs("mallory"))
            assert op.finish(browser, state).status_code == 403
        assert flow.reasons() == ["signature"]
        assert len(op.server.requests_of("/token_keys")) == 1

    def test_an_empty_key_set_is_not_fetched_more_often(self, browser: Client, op: HostileOp) -> None:
        op.keys = {"keys": []}
        for _ in range(4):
            op.finish(browser, op.begin(browser))
        assert len(op.server.requests_of("/token_keys")) == 1

    def test_good_sign_ins_cause_one_fetch(self, cast: Cast, hub: RunningEmulator) -> None:
        hub.requests.clear()
        for _ in range(3):
            assert flow.sign_in(Client(), hub, ALICE).status_code == 302
        assert fetches(hub) == 1


STRANGE: dict[str, Any] = {
    "no keys": {"keys": []},
    "null": {"keys": None},
    "a list": [],
    "keys as an object": {"keys": {KID: jwk()}},
    "keys as text": {"keys": "x"},
    "keys with null": {"keys": [None]},
    "no modulus": {"keys": [jwk(n=None)]},
    "a modulus of a number": {"keys": [jwk(n=7)]},
    "a modulus of nothing": {"keys": [jwk(n="")]},
    "a modulus that is no base64": {"keys": [jwk(n="!!!")]},
    "a modulus that is not ASCII": {"keys": [jwk(n="é")]},
    "an exponent of zero": {"keys": [jwk(e="AA")]},
    "an exponent of nothing": {"keys": [jwk(e="")]},
    "a kid of a number": {"keys": [jwk(kid=1)]},
    "a kty of a number": {"keys": [jwk(kty=1)]},
    "a kty of something else": {"keys": [jwk(kty="oct", k="AAAA")]},
    "an alg of a number": {"keys": [jwk(alg=1)]},
    "an alg of something else": {"keys": [jwk(alg="RS512")]},
    "for encryption": {"keys": [jwk(use="enc")]},
    "a key of somebody else": {"keys": [jwk("mallory")]},
    "a private key": {"keys": [jwk(d="AAAA", p="AA", q="AA")]},
    "deep": b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + b"[" * 9000,
    "an error page": Response("<html>", 404),
    "a redirect": Response("", 302, headers={"Location": "/elsewhere"}),
    "broken off": b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{",
    "no HTTP": b"SSH-2.0-OpenSSH\r\n",
    "nothing": b"",
}


@pytest.mark.filterwarnings("default")  # PyJWT warns of short keys
@pytest.mark.parametrize("published", STRANGE.values(), ids=STRANGE.keys())
def test_a_strange_key_set_lets_nobody_in(browser: Client, op: HostileOp, published: Any) -> None:
    op.keys = published
    answer = op.finish(browser, op.begin(browser))
    assert answer.status_code in {403, 502}
    assert not Session.objects.exists()
    assert not op.server.requests_of("/elsewhere")


def test_a_good_key_beside_strange_ones_is_used(browser: Client, op: HostileOp) -> None:
    op.keys = {"keys": [{}, {"kid": KID}, jwk(kid="x", n="!"), jwk(kty="EC"), jwk()]}
    assert op.finish(browser, op.begin(browser)).status_code == 302
