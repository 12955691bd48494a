"""Where a person arrives: the choice of tenants, the home page, the Hub bar."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from portal.permissions import Role
from portal.scoping import tenant_scope
from portal.tenants.models import Membership, Tenant
from tests.cast import Cast, get_token, make_key, make_member, make_upstream_key, signed_in


class TestChoice:
    def test_one_tenant_is_no_choice(self, alice: Client) -> None:
        assert alice.get("/")["Location"] == "/t/acme/"

    def test_several_tenants_are_listed(self, alice: Client, cast: Cast) -> None:
        with tenant_scope(cast.globex.pk):
            Membership.objects.create(user=cast.alice, hub_roles=["viewer"])
        page = alice.get("/").content.decode()
        assert "/t/acme/" in page
        assert "/t/globex/" in page

    def test_no_tenant_says_what_to_do(self, cast: Cast) -> None:
        with tenant_scope(cast.acme.pk):
            Membership.objects.filter(user=cast.dev).delete()
        answer = signed_in(cast.dev).get("/")
        assert answer.status_code == 200
        assert answer.context["memberships"] == []


class TestMembershipEnds:
    def test_it_counts_as_long_as_a_session_can_last(self, cast: Cast) -> None:
        """Who signs in through globex keeps no rights in acme that acme took away."""
        with tenant_scope(cast.globex.pk):
            Membership.objects.create(user=cast.alice, hub_roles=["admin"])
        with tenant_scope(cast.acme.pk):
            Membership.objects.filter(user=cast.alice).update(
                confirmed_at=timezone.now() - timedelta(hours=12, seconds=1)
            )
        alice = signed_in(cast.alice)
        assert alice.get("/t/acme/").status_code == 404
        assert alice.get("/t/globex/").status_code == 200
        assert [tenant["name"] for tenant in shell(alice, "/t/globex/")["tenants"]] == ["globex"]


def test_environment_that_the_deployment_dropped_breaks_no_page(alice: Client, cast: Cast) -> None:
    Tenant.objects.filter(name="acme").update(environment="gone")
    make_key(cast.acme)
    for url in ("/t/acme/", "/t/acme/keys/", "/t/acme/activity/"):
        assert alice.get(url).status_code == 200
    answer = alice.get("/t/acme/assets/")
    assert (answer.status_code, answer.context["problem"] is not None) == (200, True)


class TestHubBar:
    def test_switching_the_tenant_keeps_the_section(self, alice: Client, cast: Cast) -> None:
        with tenant_scope(cast.globex.pk):
            Membership.objects.create(user=cast.alice, hub_roles=["admin"])
        links = {tenant["name"]: tenant["url"] for tenant in shell(alice, "/t/acme/keys/")["tenants"]}
        assert links == {"acme": "/t/acme/keys/", "globex": "/t/globex/keys/"}

    def test_shows_only_areas_that_open(self, cast: Cast) -> None:
        viewer = signed_in(make_member(cast.acme, "viewer@acme.example", Role.VIEWER))
        assert [area.url for area in shell(viewer, "/t/acme/")["navigation"]] == [
            "/t/acme/",
            "/t/acme/assets/",
            "/t/acme/collaborations/",
            "/t/acme/apps/",
            "/t/acme/package/",
        ]

    def test_operator_finds_the_service_page(self, cast: Cast) -> None:
        assert "/operator/" in [area.url for area in shell(signed_in(cast.olga), "/t/acme/")["navigation"]]

    def test_refusal_inside_the_tenant_keeps_the_areas(self, cast: Cast) -> None:
        answer = signed_in(cast.audrey).get("/t/acme/keys/create/")
        assert answer.status_code == 403
        assert "/t/acme/activity/" in answer.content.decode()

    def test_public_pages_know_who_is_signed_in(self, alice: Client) -> None:
        assert shell(alice, "/docs/")["person"]["name"] == "Alice Adler"

    def test_page_of_another_tenant_shows_nothing_of_it(self, alice: Client) -> None:
        page = alice.get("/t/globex/keys/").content.decode()
        assert "Globex" not in page


class TestHome:
    def test_missing_hub_credential_needs_attention(self, alice: Client) -> None:
        titles = [item.title for item in alice.get("/t/acme/").context["attention"]]
        assert titles == ["Bindery cannot call Insights Hub for this tenant"]

    def test_refused_key_needs_attention_and_leads_to_the_reason(self, alice: Client, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        key, _secret = make_key(cast.acme)
        form = f"grant_type=client_credentials&client_id={key.client_id}&client_secret=bnd_wrong"
        Client().post("/oauth/token", form, content_type="application/x-www-form-urlencoded")
        (item,) = alice.get("/t/acme/").context["attention"]
        assert item.title == "The key Line 4 gateway was refused"
        assert "secret_misspelt" in alice.get(item.url).content.decode()

    def test_first_steps_tick_themselves(self, alice: Client, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        assert steps(alice) == [False, False, False]
        key, secret = make_key(cast.acme)
        assert steps(alice) == [True, False, False]
        token = get_token(Client(), key, secret)
        assert steps(alice) == [True, True, False]
        Client().get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {token}"})
        assert steps(alice) is None

    def test_german(self, alice: Client) -> None:
        page = alice.get("/t/acme/", headers={"Accept-Language": "de"}).content.decode()
        assert '<html lang="de"' in page
        assert "Willkommen, Alice Adler" in page


def shell(client: Client, url: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(url).context["shell"]
    return found


def steps(client: Client) -> list[bool] | None:
    found = client.get("/t/acme/").context["first_steps"]
    return None if found is None else [step.done for step in found]
