"""A key is held to what it may reach: when it asks for a token, and with each call."""

from __future__ import annotations

import ipaddress
from typing import Any

import jwt
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.keys.models import BindingKey
from portal.keys.reach import KeyOptions, routes_of
from portal.keys.reach_commands import change_key
from portal.lib.route_names import ROUTE_NAMES
from portal.scoping import tenant_scope
from portal.tokens.scopes import SCOPES, covers, granted
from tests.cast import Cast, make_key, make_upstream_key

ASSETS = "/api/assetmanagement/v3/assets"
SERIES = "/api/iottimeseries/v3/timeseries/" + "0" * 32 + "/Vibration"
INVALID_CLIENT = {"error": "invalid_client", "error_description": "The client credentials are not valid."}


def ask(key: BindingKey, secret: str, scope: str = "", **environ: Any) -> Any:
    form = {"grant_type": "client_credentials", "client_id": key.client_id, "client_secret": secret}
    written = "&".join(f"{name}={value}" for name, value in (form | ({"scope": scope} if scope else {})).items())
    return Client().post("/oauth/token", written, content_type="application/x-www-form-urlencoded", **environ)


def call(token: str, path: str = ASSETS, **environ: Any) -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {token}"}, **environ)


def token_of(key: BindingKey, secret: str, scope: str = "", **environ: Any) -> str:
    return str(ask(key, secret, scope, **environ).json()["access_token"])


def change(key: BindingKey, **options: Any) -> None:
    with tenant_scope(key.tenant_id):
        seen = KeyOptions.of(BindingKey.objects.get(pk=key.pk)).digest
        change_key(key, options=KeyOptions(**options), seen=seen, by=SYSTEM)


def refusals(name: str) -> list[str]:
    return [str(row.facts["reason"]) for row in AuditRecord.all_tenants.filter(name=name).order_by("index")]


class TestNetworks:
    @pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::7"])
    def test_own_network_gets_a_token_and_calls(self, cast: Cast, address: str) -> None:
        make_upstream_key(cast.acme)
        key, secret = make_key(cast.acme, networks=["192.0.2.0/24", "2001:db8::/32"])
        assert call(token_of(key, secret, REMOTE_ADDR=address), REMOTE_ADDR=address).status_code == 200

    @pytest.mark.parametrize("address", ["192.0.3.7", "::ffff:192.0.3.7", "2001:db9::7", "", "unix:"])
    def test_foreign_network_gets_no_token(self, cast: Cast, address: str) -> None:
        """The answer is that of a wrong secret: whoever found the secret learns nothing."""
        key, secret = make_key(cast.acme, networks=["192.0.2.0/24", "2001:db8::/32"])
        answer = ask(key, secret, REMOTE_ADDR=address)
        assert (answer.status_code, answer.json()) == (401, INVALID_CLIENT)
        assert refusals("token.refused") == ["network_refused"]

    def test_wrong_secret_from_a_foreign_network_is_a_wrong_secret(self, cast: Cast) -> None:
        key, _secret = make_key(cast.acme, networks=["192.0.2.0/24"])
        _other, wrong = make_key(cast.acme, "Other")
        ask(key, wrong, REMOTE_ADDR="203.0.113.9")
        assert refusals("token.refused") == ["secret_wrong"]

    def test_token_carried_to_a_foreign_network_is_refused(self, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        key, secret = make_key(cast.acme, networks=["192.0.2.0/24"])
        token = token_of(key, secret, REMOTE_ADDR="192.0.2.7")
        answer = call(token, REMOTE_ADDR="203.0.113.9")
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
        assert answer["WWW-Authenticate"] == 'Bearer realm="Bindery", error="invalid_token"'
        assert refusals("call.refused") == ["network_refused"]
        assert call(token, REMOTE_ADDR="192.0.2.8").status_code == 200

    def test_forwarded_address_counts_behind_a_trusted_proxy_only(self, cast: Cast, settings: Any) -> None:
        settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/8")]
        key, secret = make_key(cast.acme, networks=["192.0.2.0/24"])

        def status(peer: str, forwarded: str) -> int:
            return int(ask(key, secret, REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded).status_code)

        assert status("10.0.0.1", "192.0.2.7") == 200
        assert status("10.0.0.1", "203.0.113.9, 192.0.2.7, 10.0.0.2") == 200
        assert status("10.0.0.1", "192.0.2.7, 203.0.113.9") == 401
        assert status("203.0.113.9", "192.0.2.7") == 401
        assert status("10.0.0.1", "192.0.2.7, rubbish") == 401

    def test_change_holds_for_tokens_that_are_out(self, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        key, secret = make_key(cast.acme)
        token = token_of(key, secret)
        assert call(token).status_code == 200
        change(key, networks=["192.0.2.0/24"])
        assert call(token).status_code == 401
        change(key, networks=["192.0.2.0/24", "127.0.0.1"])
        assert call(token).status_code == 200


class TestApprovalPending:
    def test_neither_token_nor_call(self, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        key, secret = make_key(cast.acme)
        token = token_of(key, secret)
        BindingKey.all_tenants.filter(pk=key.pk).update(approval_pending=True)
        answer = ask(key, secret)
        assert (answer.status_code, answer.json()) == (401, INVALID_CLIENT)
        assert call(token).status_code == 401
        assert refusals("token.refused") == refusals("call.refused") == ["approval_pending"]


class TestScopes:
    @pytest.mark.parametrize(
        ("routes", "asked", "got"),
        [
            ([], "", "hub.read"),
            ([], "assets.read", "assets.read"),
            ([], "hub.read timeseries.read", "hub.read timeseries.read"),
            (["assets"], "", "assets.read"),
            (["assets"], "hub.read", "assets.read"),
            (["assets"], "assets.read hub.read", "assets.read"),
            (["assets", "timeseries"], "", "assets.read timeseries.read"),
            (["assets", "gone"], "", "assets.read"),
        ],
    )
    def test_token_tells_what_was_granted(self, cast: Cast, routes: list[str], asked: str, got: str) -> None:
        key, secret = make_key(cast.acme, routes=routes)
        told = ask(key, secret, asked.replace(" ", "+")).json()
        claims = jwt.decode(told["access_token"], options={"verify_signature": False})
        assert told["scope"] == claims["scope"] == got
        assert AuditRecord.all_tenants.get(name="token.issued").facts["scope"] == got

    @pytest.mark.parametrize(
        ("routes", "asked"),
        [
            (["assets"], "timeseries.read"),
            (["assets"], "hub.read timeseries.read"),
            (["gone"], ""),
            (["gone"], "hub.read"),
        ],
    )
    def test_more_than_the_key_may_is_no_scope(self, cast: Cast, routes: list[str], asked: str) -> None:
        key, secret = make_key(cast.acme, routes=routes)
        answer = ask(key, secret, asked.replace(" ", "+"))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
        assert answer["Cache-Control"] == "no-store"
        assert refusals("token.refused") == ["scope_not_granted"]

    def test_who_has_not_the_secret_does_not_learn_the_reach(self, cast: Cast) -> None:
        key, _secret = make_key(cast.acme, routes=["assets"])
        _other, wrong = make_key(cast.acme, "Other")
        assert ask(key, wrong, "timeseries.read").json() == INVALID_CLIENT

    @given(
        st.lists(st.sampled_from([*ROUTE_NAMES, "gone"]), unique=True),
        st.lists(st.sampled_from(SCOPES), min_size=1),
        st.lists(st.sampled_from([*ROUTE_NAMES, "gone"]), unique=True),
    )
    def test_a_scope_never_widens(self, routes: list[str], asked: list[str], later: list[str]) -> None:
        """Neither past the key, nor past what was asked, nor with a change of the key afterwards."""
        key = BindingKey(routes=routes)
        scopes = granted(key, " ".join(asked)).split()
        opened = {route for route in ROUTE_NAMES if covers(scopes, route)}
        assert opened <= set(routes_of(key))
        assert opened <= {route for route in ROUTE_NAMES if covers(asked, route)}
        if scopes:
            assert {route for route in routes_of(key) if covers(asked, route)} == opened
        if routes:
            assert "hub.read" not in scopes  # nothing in the token grows when the key does


class TestRoutes:
    def test_key_reads_its_routes_only(self, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        key, secret = make_key(cast.acme, routes=["assets"])
        token = token_of(key, secret)
        assert call(token).status_code == 200
        answer = call(token, SERIES)
        assert (answer.status_code, answer.json()["code"]) == (403, "route_not_granted")
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["type"] == "http://localhost:8000/docs/errors/#route_not_granted"
        assert "WWW-Authenticate" not in answer
        assert refusals("call.refused") == ["route_not_granted"]
        assert [row.facts["route"] for row in AuditRecord.all_tenants.filter(name="call.admitted")] == ["assets"]

    def test_token_reads_its_scope_only(self, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        token = token_of(*make_key(cast.acme), "assets.read")
        assert call(token).status_code == 200
        answer = call(token, SERIES)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_insufficient")
        assert answer["WWW-Authenticate"].endswith('error="insufficient_scope", scope="timeseries.read"')
        assert refusals("call.refused") == ["scope_insufficient"]

    def test_narrowing_holds_for_tokens_that_are_out(self, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        key, secret = make_key(cast.acme)
        token = token_of(key, secret)
        assert call(token).status_code == 200
        change(key, routes=["timeseries"])
        assert call(token).json()["code"] == "route_not_granted"

    def test_widening_does_not_reach_tokens_that_are_out(self, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        key, secret = make_key(cast.acme, routes=["timeseries"])
        token = token_of(key, secret)
        change(key, routes=["assets", "timeseries"])
        assert call(token).json()["code"] == "scope_insufficient"
        assert call(token_of(key, secret)).status_code == 200

    def test_repeated_refusals_are_counted(self, cast: Cast) -> None:
        key, secret = make_key(cast.acme, routes=["assets"])
        token = token_of(key, secret)
        for _ in range(5):
            assert call(token, SERIES).status_code == 403
        assert refusals("call.refused") == ["route_not_granted"]
