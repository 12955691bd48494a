"""Who may vouch for whom: issuer, key and tenant must belong together, in a sign-in here and at the gateway alike.

Of 3 issuers, 3 keys (all with the same id) and 3 claimed tenants, 3 combinations of 27 are true.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from portal.audit.models import AuditRecord
from portal.identity.models import User
from portal.tenants.models import Membership
from tests.identity import flow
from tests.identity.op import SUBJECT, HostileOp
from tests.identity.worlds import CLAIMS, CLASSIC, ENVIRONMENTS, NUMERIC_IDS, TENANTS, XCELERATOR, Worlds

MATRIX = list(itertools.product(TENANTS, TENANTS, TENANTS))
SHARED = {name: ENVIRONMENTS[name] for name in TENANTS}


def come(browser: Client, token: str) -> Any:
    """A request as the gateway forwards it."""
    return browser.get("/", headers={"Authorization": f"Bearer {token}"})


def sign_in(browser: Client, worlds: Worlds, issuer: str, key: str, claims: dict[str, Any], **changes: Any) -> Any:
    """The way over the Hub, with a provider whose tokens say what the test wants."""
    state = worlds.hosts[issuer].begin(browser, provider=issuer)
    worlds.prepare_sign_in(issuer, key, claims, **changes)
    return worlds.hosts[issuer].finish(browser, state)


def wrong_tenant(issuer: str, tenant: str) -> str:
    """Why an issuer does not speak for a tenant: it is not its own, or its world has another claim for it."""
    return "iss" if ENVIRONMENTS[issuer] == ENVIRONMENTS[tenant] else "tenant"


def members() -> list[tuple[str, str, list[str]]]:
    """Issuer of the person, tenant and roles of everybody who is a member anywhere."""
    found = Membership.all_tenants.select_related("user", "tenant")
    return [(one.user.issuer, one.tenant.name, one.hub_roles) for one in found]


def assert_nobody(browser: Client, reason: str) -> None:
    assert flow.reasons() == [reason]
    assert not flow.is_signed_in(browser)
    assert not User.objects.exists()
    assert not Session.objects.exists()
    assert not Membership.all_tenants.exists()
    assert not AuditRecord.all_tenants.exists()


def test_three_of_twenty_seven_are_true() -> None:
    assert len(MATRIX) == 27
    assert sum(issuer == key == tenant for issuer, key, tenant in MATRIX) == 3


class TestOwnIssuers:
    @pytest.mark.parametrize(("issuer", "key", "tenant"), MATRIX)
    def test_at_the_gateway(self, worlds: Worlds, browser: Client, issuer: str, key: str, tenant: str) -> None:
        answer = come(browser, worlds.forwarded(issuer, key, CLAIMS[tenant]))
        if issuer == key == tenant:
            assert (answer.status_code, flow.reasons()) == (302, [])
            assert members() == [(worlds.hosts[issuer].issuer, tenant, ["admin"])]
            return
        assert answer.status_code == 403
        assert_nobody(browser, "signature" if issuer == tenant else wrong_tenant(issuer, tenant))
        # Only for a tenant of the issuer's own are keys fetched at all.
        assert bool(worlds.server.seen) == (issuer == tenant)

    @pytest.mark.parametrize(("issuer", "key", "tenant"), MATRIX)
    def test_at_a_sign_in(self, worlds: Worlds, browser: Client, issuer: str, key: str, tenant: str) -> None:
        answer = sign_in(browser, worlds, issuer, key, CLAIMS[tenant])
        if issuer == key == tenant:
            assert (answer.status_code, flow.reasons()) == (302, [])
            assert members() == [(worlds.hosts[issuer].issuer, tenant, ["admin"])]
            return
        assert answer.status_code == 403
        assert_nobody(browser, "signature" if issuer != key else wrong_tenant(issuer, tenant))

    @pytest.mark.parametrize("issuer", TENANTS)
    def test_keys_are_those_of_the_issuer_alone(self, worlds: Worlds, browser: Client, issuer: str) -> None:
        """All keys have the same id: that of another issuer must not be found even when it is in memory already."""
        for tenant in TENANTS:
            come(Client(), worlds.forwarded(tenant, tenant, CLAIMS[tenant]))
        assert User.objects.count() == 3
        for key in set(TENANTS) - {issuer}:
            answer = come(browser, worlds.forwarded(issuer, key, CLAIMS[issuer], sub="mallory"))
            assert answer.status_code == 403
        assert User.objects.count() == 3
        assert flow.reasons() == ["signature"]

    @pytest.mark.parametrize("issuer", TENANTS)
    def test_a_token_of_another_provider_is_worth_nothing(self, worlds: Worlds, browser: Client, issuer: str) -> None:
        """Mix-up: the host that was asked answers with another host's true tokens."""
        for other in set(TENANTS) - {issuer}:
            asked, true = worlds.hosts[issuer], worlds.hosts[other]
            state = asked.begin(browser, provider=issuer)
            true.nonce = asked.nonce
            worlds.prepare_sign_in(other, other, CLAIMS[other])
            asked.id_token, asked.access_token = true.id_token, true.access_token
            assert asked.finish(browser, state).status_code == 403
        assert_nobody(browser, "signature")

    def test_the_same_subject_of_two_issuers_is_two_persons(self, worlds: Worlds) -> None:
        for tenant in TENANTS:
            come(Client(), worlds.forwarded(tenant, tenant, CLAIMS[tenant]))
        assert User.objects.filter(subject=SUBJECT).count() == 3
        assert {tenant for _, tenant, _ in members()} == set(TENANTS)


class TestSharedIssuers:
    @pytest.mark.parametrize(("tenant", "issuer"), SHARED.items())
    def test_speak_for_all_tenants_of_their_world(
        self, worlds: Worlds, browser: Client, tenant: str, issuer: str
    ) -> None:
        assert come(browser, worlds.forwarded(issuer, issuer, CLAIMS[tenant])).status_code == 302
        assert sign_in(Client(), worlds, issuer, issuer, CLAIMS[tenant]).status_code == 302
        assert members() == [(worlds.hosts[issuer].issuer, tenant, ["admin"])]

    @pytest.mark.parametrize(
        ("issuer", "claims"),
        [
            (CLASSIC, {"ten": "initech"}),
            (XCELERATOR, {"sws.samauth.ten": NUMERIC_IDS["acme"]}),
        ],
    )
    def test_do_not_speak_for_a_tenant_of_the_other_world(
        self, worlds: Worlds, browser: Client, issuer: str, claims: dict[str, Any]
    ) -> None:
        assert come(browser, worlds.forwarded(issuer, issuer, claims)).status_code == 403
        assert_nobody(browser, "tenant")
        assert not worlds.server.seen
        # Who signs in here belongs to a tenant that the portal does not know.
        assert sign_in(browser, worlds, issuer, issuer, claims).status_code == 302
        assert members() == []

    @pytest.mark.parametrize("issuer", [CLASSIC, XCELERATOR])
    @pytest.mark.parametrize("key", TENANTS)
    def test_are_not_spoken_for_by_a_tenants_key(self, worlds: Worlds, browser: Client, issuer: str, key: str) -> None:
        tenant = next(name for name in TENANTS if ENVIRONMENTS[name] == issuer)
        assert come(browser, worlds.forwarded(issuer, key, CLAIMS[tenant])).status_code == 403
        assert_nobody(browser, "signature")

    def test_a_tenant_that_the_portal_does_not_know_costs_no_call(self, worlds: Worlds, browser: Client) -> None:
        for claims in ({"ten": "hooli"}, {"ten": "core"}, {"ten": "\x00"}, {"ten": "\ud800"}, {"ten": "acme\n"}):
            assert come(browser, worlds.forwarded(CLASSIC, CLASSIC, claims)).status_code == 403
        assert_nobody(browser, "tenant")
        assert not worlds.server.seen


WRONG_CLAIMS: list[tuple[str, dict[str, Any]]] = [
    # The name of the claim is that of the other world.
    ("acme", {"sws.samauth.ten": "acme"}),
    ("acme", {"sws.samauth.ten": "1000001701"}),
    ("initech", {"ten": "initech"}),
    ("initech", {"ten": "1000001703"}),
    # A number where a name is expected, and the reverse.
    ("acme", {"ten": "1000001701"}),
    ("initech", {"sws.samauth.ten": "initech"}),
    ("initech", {"sws.samauth.ten": "１０００００１７０３"}),
    ("initech", {"sws.samauth.ten": "01000001703"}),
    # No text, or none in it.
    ("acme", {}),
    ("acme", {"ten": ""}),
    ("acme", {"ten": ["acme"]}),
    ("acme", {"ten": {"acme": True}}),
    ("acme", {"ten": 1000001701}),
    ("acme", {"ten": True}),
    ("acme", {"ten": None}),
    ("initech", {}),
    ("initech", {"sws.samauth.ten": ""}),
    ("initech", {"sws.samauth.ten": ["1000001703"]}),
    ("initech", {"sws.samauth.ten": 1000001703}),
    ("initech", {"sws.samauth.ten": 1000001703.0}),
    ("initech", {"sws.samauth.ten": None}),
]


class TestTenantClaim:
    @pytest.mark.parametrize("host", ["own", "shared"])
    @pytest.mark.parametrize(("tenant", "claims"), WRONG_CLAIMS)
    def test_a_claim_that_names_no_tenant(
        self, worlds: Worlds, browser: Client, host: str, tenant: str, claims: dict[str, Any]
    ) -> None:
        issuer = tenant if host == "own" else SHARED[tenant]
        assert come(browser, worlds.forwarded(issuer, issuer, claims)).status_code == 403
        assert not worlds.server.seen
        assert sign_in(browser, worlds, issuer, issuer, claims).status_code == 403
        assert_nobody(browser, "tenant")

    def test_the_claim_of_the_other_world_counts_for_nothing_beside_the_right_one(
        self, worlds: Worlds, browser: Client
    ) -> None:
        both = CLAIMS["acme"] | CLAIMS["initech"]
        assert come(browser, worlds.forwarded("acme", "acme", both)).status_code == 302
        assert [tenant for _, tenant, _ in members()] == ["acme"]

    @pytest.mark.parametrize(
        "role",
        ["mdsp:globex:bindery.admin", "mdsp:globex:demoapp.user", "mdsp:globex:TenantAdmin", "mdsp:acme:TenantAdmin"],
    )
    def test_a_role_of_another_tenant_or_application_gives_nothing(
        self, worlds: Worlds, browser: Client, role: str
    ) -> None:
        page = come(browser, worlds.forwarded("acme", "acme", CLAIMS["acme"], scope=[role]))
        assert "no tenant lists you as a member" in page.content.decode()
        assert sign_in(Client(), worlds, CLASSIC, CLASSIC, CLAIMS["acme"], scope=[role]).status_code == 302
        assert User.objects.count() == 2
        assert members() == []
        assert not User.objects.filter(is_operator=True).exists()

    def test_nor_does_it_add_to_the_own_roles(self, worlds: Worlds, browser: Client) -> None:
        scope = ["mdsp:core:StandardUser", "mdsp:globex:bindery.admin", "mdsp:globex:demoapp.user"]
        come(browser, worlds.forwarded("acme", "acme", CLAIMS["acme"], scope=scope))
        assert [(tenant, roles) for _, tenant, roles in members()] == [("acme", ["viewer"])]


class TestNamedIssuers:
    """HUB_GATEWAY_ISSUERS narrow the table; what it says of an issuer stays true."""

    @pytest.mark.parametrize(("tenant", "status"), [("acme", 302), ("globex", 302), ("initech", 403)])
    def test_a_pattern_admits_its_own_hosts_only(
        self, worlds: Worlds, browser: Client, settings: Any, tenant: str, status: int
    ) -> None:
        settings.HUB_GATEWAY_ISSUERS = [f"{worlds.server.url}/{{tenant}}.piam/oauth/token"]
        assert come(browser, worlds.forwarded(tenant, tenant, CLAIMS[tenant])).status_code == status
        shared = worlds.forwarded(SHARED[tenant], SHARED[tenant], CLAIMS[tenant])
        assert come(Client(), shared).status_code == 403

    @pytest.mark.parametrize("tenant", ["acme", "globex"])
    def test_a_named_host_of_one_tenant_speaks_for_it_alone(
        self, worlds: Worlds, browser: Client, settings: Any, tenant: str
    ) -> None:
        settings.HUB_GATEWAY_ISSUERS = [worlds.hosts["acme"].issuer]
        answer = come(browser, worlds.forwarded("acme", "acme", CLAIMS[tenant]))
        assert answer.status_code == (302 if tenant == "acme" else 403)

    @pytest.mark.parametrize(("tenant", "status"), [("acme", 302), ("globex", 302), ("initech", 403)])
    def test_a_host_of_the_deployments_own_speaks_for_oidc_environment(
        self, worlds: Worlds, browser: Client, settings: Any, tenant: str, status: int
    ) -> None:
        settings.OIDC_ENVIRONMENT = CLASSIC
        worlds.hosts["own"] = HostileOp(worlds.server, "/sso", "own")
        token = worlds.forwarded("own", "own", CLAIMS[tenant])
        assert come(Client(), token).status_code == 403
        assert flow.reasons() == ["iss"]
        assert not worlds.server.seen
        settings.HUB_GATEWAY_ISSUERS = [worlds.hosts["own"].issuer]
        assert come(browser, token).status_code == status
        assert [name for _, name, _ in members()] == ([tenant] if status == 302 else [])


class TestEnvironmentWithoutSharedHost:
    """As HUB_ENVIRONMENTS were written before there was `shared_identity`."""

    @pytest.fixture(autouse=True)
    def old_entries(self, worlds: Worlds, settings: Any) -> None:
        settings.HUB_ENVIRONMENTS = [entry | {"shared_identity": ""} for entry in settings.HUB_ENVIRONMENTS]
        settings.OIDC_ENVIRONMENT = CLASSIC

    @pytest.mark.parametrize("tenant", ["acme", "globex"])
    def test_the_first_provider_speaks_for_all_of_it(
        self, worlds: Worlds, browser: Client, settings: Any, tenant: str
    ) -> None:
        settings.OIDC_ISSUER = worlds.hosts[CLASSIC].issuer
        settings.OIDC_OP_JWKS_ENDPOINT = f"{worlds.hosts[CLASSIC].base}/token_keys"
        assert come(browser, worlds.forwarded(CLASSIC, CLASSIC, CLAIMS[tenant])).status_code == 302

    def test_any_other_host_is_what_it_looks_like(self, worlds: Worlds, browser: Client) -> None:
        assert come(browser, worlds.forwarded("acme", "acme", CLAIMS["globex"])).status_code == 403
        assert sign_in(browser, worlds, "acme", "acme", CLAIMS["globex"]).status_code == 403
        assert_nobody(browser, "iss")
        assert come(browser, worlds.forwarded("acme", "acme", CLAIMS["acme"])).status_code == 302
