"""Behind the Hub's application gateway: the forwarded token signs its person in, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.conf import settings as live_settings
from django.test import Client

from portal.emulator.testing import RunningEmulator
from portal.hub import key_sets
from portal.identity.models import User
from portal.tenants.models import Tenant
from tests.cast import Cast, get_token, make_key, make_upstream_key
from tests.identity import flow

HOME = "/t/acme/"


@pytest.fixture(autouse=True)
def behind_gateway(settings: Any) -> None:
    settings.HUB_GATEWAY_URL = "http://acme-bindery-acme.eu1.localhost:8100"


@pytest.fixture
def acme(cast: Cast) -> Tenant:
    return cast.acme


def come(browser: Client, token: str, path: str = HOME) -> Any:
    """A request as the gateway forwards it."""
    return browser.get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_forwarded_token_signs_its_person_in(acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
    answer = come(browser, hub.user_token("alice@acme.example", host="acme"))
    assert answer.status_code == 200
    user = User.objects.get(pk=browser.session[flow.AUTHENTICATED])
    assert user.issuer == f"{hub.url}/acme.piam/oauth/token"
    assert user.subject == hub.hub.directory.by_email("alice@acme.example").user_id
    assert (user.name, user.email) == ("Alice Adler", "alice@acme.example")
    (record,) = flow.records(acme, "sign_in.succeeded")
    assert record.actor_id == user.subject


def test_without_userinfo_the_address_is_the_name(acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
    hub.faults.add("*/userinfo", status=503)
    come(browser, hub.user_token("alice@acme.example", host="acme"))
    assert User.objects.get(pk=browser.session[flow.AUTHENTICATED]).name == "alice@acme.example"


def test_the_next_request_with_this_token_is_no_new_sign_in(
    acme: Tenant, browser: Client, hub: RunningEmulator
) -> None:
    token = hub.user_token("alice@acme.example", host="acme")
    come(browser, token)
    session = browser.session.session_key
    assert come(browser, token, "/t/acme/keys/").status_code == 200
    assert browser.session.session_key == session
    assert len(flow.records(acme, "sign_in.succeeded")) == 1


def test_a_renewed_token_keeps_the_session_and_brings_new_roles(
    acme: Tenant, browser: Client, hub: RunningEmulator
) -> None:
    come(browser, hub.user_token("alice@acme.example", host="acme"))
    session, csrf = browser.session.session_key, browser.cookies.get(live_settings.CSRF_COOKIE_NAME)
    viewer = hub.user_token("alice@acme.example", host="acme", scope=("mdsp:core:StandardUser",))
    assert come(browser, viewer, "/t/acme/keys/create/").status_code == 403
    assert browser.session.session_key == session
    assert browser.cookies.get(live_settings.CSRF_COOKIE_NAME) == csrf
    assert [record.name for record in flow.records(acme, "member.changed")] == ["member.changed"] * 2


def test_another_persons_token_takes_the_session_over(acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
    come(browser, hub.user_token("alice@acme.example", host="acme"))
    before = browser.session.session_key
    come(browser, hub.user_token("dev@acme.example", host="acme"))
    assert browser.session.session_key != before
    assert User.objects.get(pk=browser.session[flow.AUTHENTICATED]).email == "dev@acme.example"


def test_without_the_token_the_session_is_over(acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
    come(browser, hub.user_token("alice@acme.example", host="acme"))
    stolen = browser.cookies[live_settings.SESSION_COOKIE_NAME].value
    assert browser.get(HOME).status_code == 302
    browser.cookies[live_settings.SESSION_COOKIE_NAME] = stolen
    assert browser.get(HOME).status_code == 302


def test_a_session_of_the_portals_own_sign_in_needs_no_token(
    acme: Tenant, browser: Client, hub: RunningEmulator
) -> None:
    flow.sign_in(browser, hub, "alice@acme.example")
    assert browser.get(HOME).status_code == 200


def test_an_issuer_may_be_named(acme: Tenant, browser: Client, hub: RunningEmulator, settings: Any) -> None:
    settings.HUB_GATEWAY_ISSUERS = [f"{hub.url}/{{tenant}}.piam/oauth/token"]
    assert come(browser, hub.user_token("alice@acme.example", host="core")).status_code == 403
    assert come(browser, hub.user_token("alice@acme.example", host="acme")).status_code == 200


def claims_of(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def technical(hub: RunningEmulator) -> str:
    client = hub.hub.clients.by_id("acme-hub-reader")
    return hub.hub.tokens.for_technical_user(client, "acme", client.scope).value


def of_another_application(hub: RunningEmulator) -> str:
    account = hub.hub.directory.by_email("alice@acme.example")
    return hub.hub.tokens.for_person(account, "demoapp", "acme").value


def changed(**claims: Any) -> Callable[[RunningEmulator], str]:
    """A token with other claims, signed with the Hub's own key."""

    def make(hub: RunningEmulator) -> str:
        true = claims_of(hub.user_token("alice@acme.example", host="acme"))
        return hub.hub.signing_key.sign({**true, **claims})

    return make


def of_another_tenants_host(hub: RunningEmulator) -> str:
    return changed(iss=f"{hub.url}/globex.piam/oauth/token")(hub)


def issuer_that_is_a_list(hub: RunningEmulator) -> str:
    true = claims_of(hub.user_token("alice@acme.example", host="acme"))
    return jwt.PyJWS().encode(json.dumps(true | {"iss": [true["iss"]]}).encode(), "k" * 32, algorithm="HS256")


def unsigned(hub: RunningEmulator) -> str:
    return jwt.encode(claims_of(hub.user_token("alice@acme.example", host="acme")), None, algorithm="none")


def broken_signature(hub: RunningEmulator) -> str:
    head, body, signature = hub.user_token("alice@acme.example", host="acme").split(".")
    return f"{head}.{body}.{signature[:-8]}AAAAAAAA"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (technical, "client_id"),
        (changed(grant_type="client_credentials"), "no_person"),
        (of_another_application, "client_id"),
        (of_another_tenants_host, "iss"),
        (changed(iss="https://evil.example/oauth/token"), "iss"),
        (changed(ten="nobody", iss="http://nobody.example"), "iss"),
        (issuer_that_is_a_list, "iss"),
        (changed(ten=""), "tenant"),
        (changed(ten=["acme"]), "tenant"),
        (changed(exp=1), "expired"),
        (unsigned, "alg"),
        (broken_signature, "signature"),
        (lambda hub: "garbage", "malformed"),
        (lambda hub: "a.b.c", "malformed"),
    ],
)
def test_any_other_token_signs_nobody_in(
    acme: Tenant, browser: Client, hub: RunningEmulator, make: Callable[[RunningEmulator], str], reason: str
) -> None:
    answer = come(browser, make(hub))
    assert answer.status_code == 403
    assert not flow.is_signed_in(browser)
    assert flow.reasons() == [reason]


def test_a_wrong_token_ends_the_session(acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
    come(browser, hub.user_token("alice@acme.example", host="acme"))
    assert come(browser, broken_signature(hub)).status_code == 403
    assert not flow.is_signed_in(browser)


def test_a_tenant_that_the_portal_does_not_know_costs_no_call(
    acme: Tenant, browser: Client, hub: RunningEmulator
) -> None:
    hub.requests.clear()
    token = changed(ten="initech", iss=f"{hub.url}/initech.piam/oauth/token")(hub)
    assert come(browser, token).status_code == 403
    assert flow.reasons() == ["tenant"]
    assert not hub.requests


def test_a_disabled_person_stays_out(acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
    token = hub.user_token("alice@acme.example", host="acme")
    come(browser, token)
    User.objects.filter(email="alice@acme.example", issuer__contains="acme.piam").update(is_active=False)
    assert come(browser, token).status_code == 403
    assert flow.reasons() == ["person_disabled"]


def test_when_the_keys_cannot_be_fetched_nobody_is_signed_in(
    acme: Tenant, browser: Client, hub: RunningEmulator
) -> None:
    token = hub.user_token("alice@acme.example", host="acme")
    hub.faults.add("/acme.piam/token_keys", status=503)
    assert come(browser, token).status_code == 502
    assert not flow.is_signed_in(browser)
    hub.faults.clear()
    key_sets.forget()
    assert come(browser, token).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/health/", "/readyz"])
def test_health_is_open(acme: Tenant, browser: Client, path: str) -> None:
    assert come(browser, "garbage", path).status_code == 200
    assert browser.get(path).status_code == 200


def test_programs_bring_tokens_of_their_own(cast: Cast, browser: Client) -> None:
    make_upstream_key(cast.acme)
    key, secret = make_key(cast.acme)
    key_token = get_token(browser, key, secret)
    assert come(browser, key_token, "/api/assetmanagement/v3/assets").status_code == 200


def test_signing_out_is_the_gateways(acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
    page = come(browser, hub.user_token("alice@acme.example", host="acme")).content.decode()
    assert 'href="/logout"' in page
    assert 'action="/sign-in/out/"' not in page
    assert "js/gateway.js" in page


def test_off_by_default(acme: Tenant, browser: Client, hub: RunningEmulator, settings: Any) -> None:
    settings.HUB_GATEWAY_URL = ""
    assert come(browser, hub.user_token("alice@acme.example", host="acme")).status_code == 302
    assert not flow.is_signed_in(browser)


def test_the_hubs_bar_takes_the_place_of_ours(
    acme: Tenant, browser: Client, hub: RunningEmulator, settings: Any
) -> None:
    settings.HUB_BAR_SCRIPT_URL = "https://static.eu1.mindsphere.io/osbar/v4/js/main.min.js"
    page = come(browser, hub.user_token("alice@acme.example", host="acme")).content.decode()
    assert f'<script src="{settings.HUB_BAR_SCRIPT_URL}" defer>' in page
    assert 'id="_mdspcontent"' in page
    info = browser.get("/app-info.json").json()
    assert info["displayName"] == "Bindery"
    assert {link["type"] for link in info["links"]["default"]} == {"www"}
