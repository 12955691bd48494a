"""Several identity hosts: one button for each, and a sign-in that was started at one ends there or nowhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from django.conf import settings as live_settings
from django.test import Client

from portal.audit.models import InstanceRecord
from portal.emulator.testing import RunningEmulator
from portal.identity.models import User
from portal.lib.identity_providers import read
from portal.ops import readiness
from portal.tenants.models import Membership, Tenant
from portal.tenants.states import TenantState
from tests.cast import Cast, signed_in
from tests.environment import PORTAL_URL
from tests.identity import flow
from tests.identity.worlds import CLAIMS, CLASSIC, XCELERATOR, Worlds

IRIS = "iris@initech.example"
ALICE = "alice@acme.example"


@pytest.fixture
def initech(db: None) -> Tenant:
    return Tenant.objects.create(
        name="initech",
        numeric_id="1000001703",
        display_name="Initech Drives",
        environment="emulatorx",
        company_domain="initech.example",
        state=TenantState.ACTIVE,
    )


class TestSignInPage:
    def test_has_a_button_for_each(self, browser: Client) -> None:
        page = browser.get("/sign-in/?next=/t/acme/keys/").content.decode()
        links = re.findall(
            r'<a class="([^"]*)" href="(/sign-in/start/[^"]*)"[^>]*>.*?</svg>\s*([^<]*)</a>', page, re.DOTALL
        )
        assert links == [
            (
                "button button-primary button-large",
                "/sign-in/start/?next=%2Ft%2Facme%2Fkeys%2F",
                "Sign in with Insights Hub",
            ),
            (
                "button button-large",
                "/sign-in/start/?provider=xcelerator&amp;next=%2Ft%2Facme%2Fkeys%2F",
                "Sign in with Insights Hub (Xcelerator)",
            ),
        ]

    def test_has_one_where_there_is_one(self, browser: Client, settings: Any) -> None:
        settings.OIDC_PROVIDERS = []
        assert browser.get("/sign-in/").content.decode().count("/sign-in/start/") == 1

    def test_a_label_is_text(self, browser: Client, settings: Any) -> None:
        settings.OIDC_PROVIDERS = [provider(label="<script>alert(1)</script>")]
        assert "<script>alert" not in browser.get("/sign-in/").content.decode()


def provider(**changes: str) -> Any:
    entry = {
        "name": "second",
        "label": "Second",
        "environment": "emulatorx",
        "identity_url": "https://second.example",
        "client_id": "bindery-two",
        "client_secret_variable": "SECOND_SECRET",
    }
    return read([entry | changes], lambda name: f"value of {name}", names=[], issuers=[])[0]


class TestStart:
    def test_leads_to_the_named_one(self, browser: Client, settings: Any) -> None:
        settings.OIDC_PROVIDERS = [provider()]
        location = flow.start(browser, provider="second")
        assert location.startswith("https://second.example/oauth/authorize?")
        parameters = flow.asked(location)
        assert (parameters["client_id"], parameters["redirect_uri"]) == (
            "bindery-two",
            f"{PORTAL_URL}/sign-in/callback/",
        )

    def test_the_first_one_is_named_like_its_environment(self, browser: Client, hub: RunningEmulator) -> None:
        assert flow.start(browser, provider="emulator").startswith(f"{hub.url}/core.piam/oauth/authorize?")

    @pytest.mark.parametrize("name", ["", "nobody", "Xcelerator", "https://evil.example", "../", "\x00"])
    def test_there_is_no_other(self, browser: Client, name: str) -> None:
        answer = browser.get("/sign-in/start/", {"provider": name})
        assert answer.status_code == 404
        assert not browser.cookies


class TestXceleratorPerson:
    """Iris of initech, whose identity host is that of the emulator's Xcelerator world."""

    def test_signs_in_and_has_no_tenant_yet(self, browser: Client, hub: RunningEmulator) -> None:
        answer = flow.sign_in(browser, hub, IRIS, provider="xcelerator")
        assert (answer.status_code, answer["Location"]) == (302, "/")
        user = User.objects.get()
        assert user.issuer == f"{hub.url}/1000001700.sws/oauth/token"
        assert (user.name, user.email, user.email_verified) == ("Iris Ibarra", IRIS, True)
        assert "no tenant lists you as a member" in browser.get("/").content.decode()
        (row,) = InstanceRecord.objects.all()
        assert (row.name, row.facts["tenant"]) == ("sign_in.succeeded", "1000001703")

    def test_is_admin_of_her_tenant(self, initech: Tenant, browser: Client, hub: RunningEmulator) -> None:
        answer = flow.sign_in(browser, hub, IRIS, "/t/initech/keys/", provider="xcelerator")
        assert (answer.status_code, answer["Location"]) == (302, "/t/initech/keys/")
        assert Membership.all_tenants.get().hub_roles == ["admin", "viewer"]
        assert browser.get("/t/initech/keys/").status_code == 200
        (row,) = flow.records(initech, "sign_in.succeeded")
        assert row.facts == {"tenant": "initech", "roles": "admin, viewer"}

    def test_comes_through_the_gateway_from_her_own_host(
        self, initech: Tenant, browser: Client, hub: RunningEmulator, settings: Any
    ) -> None:
        settings.HUB_GATEWAY_URL = "http://initech-bindery-acme.eu1.app.localhost:8100"
        token = hub.user_token(IRIS, host="1000001703")
        answer = browser.get("/t/initech/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        assert User.objects.get().issuer == f"{hub.url}/1000001703.sws/oauth/token"

    def test_is_not_found_at_the_classic_host(self, initech: Tenant, browser: Client, hub: RunningEmulator) -> None:
        location = flow.start(browser)
        assert "Iris" not in requests.get(location, timeout=5).text

    def test_her_tenant_in_another_environment_is_somebody_elses(
        self, initech: Tenant, browser: Client, hub: RunningEmulator
    ) -> None:
        Tenant.objects.filter(pk=initech.pk).update(environment="emulator")
        assert flow.sign_in(browser, hub, IRIS, provider="xcelerator").status_code == 302
        assert not Membership.all_tenants.exists()

    def test_signing_out_ends_where_she_signed_in(self, initech: Tenant, browser: Client, hub: RunningEmulator) -> None:
        flow.sign_in(browser, hub, IRIS, provider="xcelerator")
        left = browser.post("/sign-in/out/")["Location"]
        assert left.partition("?")[0] == f"{hub.url}/1000001700.sws/logout.do"
        assert flow.asked(left)["client_id"] == "bindery"
        assert requests.get(left, allow_redirects=False, timeout=5).headers["Location"] == f"{PORTAL_URL}/sign-in/"

    def test_signing_out_after_her_provider_is_gone_leads_to_the_first(
        self, initech: Tenant, browser: Client, hub: RunningEmulator, settings: Any
    ) -> None:
        flow.sign_in(browser, hub, IRIS, provider="xcelerator")
        settings.OIDC_PROVIDERS = []
        left = browser.post("/sign-in/out/")["Location"]
        assert left.partition("?")[0] == f"{hub.url}/core.piam/logout.do"


class TestMixUp:
    """RFC 9700 section 4.4: an answer counts only for the provider at which this sign-in was started."""

    @pytest.mark.parametrize(
        ("started", "person", "answers"),
        [(None, ALICE, "1000001700.sws"), ("xcelerator", IRIS, "core.piam"), ("xcelerator", IRIS, "1000001703.sws")],
    )
    def test_the_issuer_of_another_provider(
        self, browser: Client, hub: RunningEmulator, started: str | None, person: str, answers: str
    ) -> None:
        parameters = flow.asked(flow.pick(hub, flow.start(browser, provider=started), person))
        hub.requests.clear()
        parameters["iss"] = f"{hub.url}/{answers}/oauth/token"
        flow.assert_refused(browser, browser.get(flow.callback(**parameters)), "mixed_up_issuer")
        assert len(hub.requests) == 0

    def test_the_code_of_another_provider(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        code = flow.asked(flow.pick(hub, flow.start(browser), ALICE))["code"]
        parameters = flow.asked(flow.pick(hub, flow.start(browser, provider="xcelerator"), IRIS))
        answer = browser.get(flow.callback(**parameters | {"code": code}))
        flow.assert_refused(browser, answer, "code")

    def test_a_provider_that_is_not_configured_any_more(
        self, browser: Client, hub: RunningEmulator, settings: Any
    ) -> None:
        back = flow.pick(hub, flow.start(browser, provider="xcelerator"), IRIS)
        settings.OIDC_PROVIDERS = []
        flow.assert_refused(browser, browser.get(back), "state")

    def test_attempts_at_several_go_on_side_by_side(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        first, second = flow.start(browser), flow.start(browser, provider="xcelerator")
        assert browser.get(flow.pick(hub, second, IRIS)).status_code == 302
        assert browser.get(flow.pick(hub, first, ALICE)).status_code == 302
        assert browser.session[flow.AUTHENTICATED] == str(cast.alice.pk)

    def test_a_secret_goes_to_its_own_provider_only(self, worlds: Worlds, browser: Client) -> None:
        secrets = {name: f"{name}-secret" for name in worlds.hosts}
        for name in (CLASSIC, XCELERATOR):
            tenant = "acme" if name == CLASSIC else "initech"
            state = worlds.hosts[name].begin(browser, provider=name)
            worlds.prepare_sign_in(name, name, CLAIMS[tenant])
            assert worlds.hosts[name].finish(browser, state).status_code == 302
        told = {
            (name, seen.target)
            for seen in worlds.server.seen
            for name, secret in secrets.items()
            if secret.encode() in seen.body or secret in str(seen.headers)
        }
        assert told == {(CLASSIC, "/core.piam/oauth/token"), (XCELERATOR, "/1000001700.sws/oauth/token")}
        secret = live_settings.OIDC_RP_CLIENT_SECRET
        assert not [seen for seen in worlds.server.seen if secret.encode() in seen.body]


class TestOperators:
    def test_a_tenant_of_that_name_elsewhere_makes_nobody_an_operator(
        self, worlds: Worlds, browser: Client, settings: Any
    ) -> None:
        """OPERATOR_TENANTS are tenants of the first provider's environment: acme here is another company."""
        assert "acme" in settings.OPERATOR_TENANTS
        assert settings.OIDC_ENVIRONMENT != CLASSIC
        state = worlds.hosts[CLASSIC].begin(browser, provider=CLASSIC)
        worlds.prepare_sign_in(CLASSIC, CLASSIC, CLAIMS["acme"], scope=["bindery.operator"])
        assert worlds.hosts[CLASSIC].finish(browser, state).status_code == 302
        token = worlds.forwarded("acme", "acme", CLAIMS["acme"], scope=["bindery.operator"])
        Client().get("/", headers={"Authorization": f"Bearer {token}"})
        assert [user.is_operator for user in User.objects.all()] == [False, False]

    def test_a_tenant_of_the_first_providers_environment_does(
        self, worlds: Worlds, browser: Client, settings: Any
    ) -> None:
        settings.OIDC_ENVIRONMENT = CLASSIC
        token = worlds.forwarded("acme", "acme", CLAIMS["acme"], scope=["bindery.operator"])
        browser.get("/", headers={"Authorization": f"Bearer {token}"})
        assert User.objects.get().is_operator


class TestDeployment:
    def test_one_that_does_not_answer_is_told(self, cast: Cast, hub: RunningEmulator) -> None:
        hub.faults.add("/1000001700.sws/*", drop=True)
        assert Client().get("/readyz").json() == {
            "ready": True,
            "checks": {
                "database": "ok",
                "database_writes": "ok",
                "migrations": "ok",
                "master_keys": "ok",
                "hub_identity": "failed",
            },
        }
        page = signed_in(cast.olga).get("/operator/").content.decode()
        assert "Check OIDC_PROVIDERS and the way to the Hub." in page
        hub.faults.clear()
        readiness.forget()
        assert Client().get("/readyz").json()["checks"]["hub_identity"] == "ok"

    def test_a_secret_does_not_show_itself(self) -> None:
        assert "value of" not in repr(provider())
