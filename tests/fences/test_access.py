"""Who gets in: the whole matrix of pages and people, for pages that nobody has written yet as well."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from assets_app.sharing.models import Collaboration
from portal.audit.models import AuditRecord
from portal.cockpit.models import AppVersion
from portal.emulator.testing import RunningEmulator
from portal.keys.models import BindingKey
from portal.notify.mails import tenant_resumed
from portal.permissions import ROLE_PERMISSIONS, Role
from portal.scoping import tenant_scope
from portal.tenants.invitation_commands import invitation_url
from portal.tenants.models import Membership
from tests.cast import (
    Cast,
    make_app,
    make_cast,
    make_invitation,
    make_key,
    make_member,
    make_request,
    make_stranger,
    make_tenant,
    make_upstream_key,
    membership_of,
    pump_of,
    signed_in,
)
from tests.cockpit.running import checked, make_ticket, make_waiver
from tests.cockpit.writing import ICON, SCREENSHOT, give_capture
from tests.conftest import Building
from tests.fences.pages import Page, all_pages, pages_for
from tests.sharing.making import make_offer

# A page that everybody may open is a decision: it is written down here, too.
PUBLIC = {
    # For whoever holds the signed link of a mail; nothing happens before a button is pressed.
    "alternate_contact",
    # Public keys.
    "dossier_key",
    "identity:sign_in",
    "identity:start",
    "identity:callback",
    "tokens:token",
    # Like the one above, for whoever presents the credentials of a key.
    "tokens:introspect",
    "tokens:revoke",
    "tokens:token_keys",
    # Refuses what no known scanner signed.
    "leak_report:report",
    "tokens:metadata",
    "tokens:jwks",
    # The demo's mails; 404 in production.
    "notify:outbox",
    "notify:outbox_mail",
    "notify:outbox_html",
    "ops:health",
    "ops:health_with_slash",
    "ops:readyz",
    "ops:app_info",
    "ops:patterns",
    "ops:docs",
    "ops:docs_page",
}
TENANT_PAGES = pages_for("tenant")


@pytest.fixture(scope="module")
def shared_cast(rows_of_the_module: Building) -> Cast:
    with rows_of_the_module():
        return make_cast()


@pytest.fixture
def cast(shared_cast: Cast, db: None, hub: RunningEmulator) -> Cast:
    return shared_cast


@pytest.fixture(scope="module")
def shared_things(rows_of_the_module: Building, shared_cast: Cast) -> dict[str, dict[str, Any]]:
    with rows_of_the_module():
        return make_things(shared_cast)


@pytest.fixture
def things(shared_things: dict[str, dict[str, Any]], cast: Cast) -> dict[str, dict[str, Any]]:
    return shared_things


def make_things(cast: Cast) -> dict[str, dict[str, Any]]:
    """For each tenant one of every thing that an address can name. A new parameter needs an entry here."""
    found = {}
    with transaction.atomic():
        mail = tenant_resumed(key="any", to="a@acme.example", language="en", name="acme", display_name="Acme")
    # With a third one each: a collaboration of both would be no foreign thing to either.
    partner = make_tenant("hooli", "Hooli Wind")
    for tenant in (cast.acme, cast.globex):
        make_upstream_key(tenant)
        key, _secret = make_key(tenant)
        invitation = make_invitation(tenant, f"new@{tenant.name}.example", Role.VIEWER)
        found[tenant.name] = {
            "tenant": tenant.name,
            "key_id": key.pk,
            "app_id": (app := with_pictures(make_app(tenant))).pk,
            "run_id": checked(app).pk,
            "check_id": make_waiver(app).check_id,
            "ticket_id": make_ticket(app).pk,
            "component": "web",
            "asset_id": pump_of(tenant.name),
            "collaboration_id": make_offer(partner, tenant).pk,
            "member_id": membership_of(make_member(tenant, f"any@{tenant.name}.example", Role.VIEWER), tenant).pk,
            "invitation_id": invitation.pk,
            "token": invitation_url(invitation).rstrip("/").rpartition("/")[2],
            "mail_id": mail.pk,
            "request_id": make_request(cast.charlie).pk if tenant is cast.acme else 0,
        }
    return found


def with_pictures(version: AppVersion) -> AppVersion:
    """Another version, which began with all pictures: a picture that is not there is not found either."""
    version.pk, version.version, version._state.adding = None, "v2.0.0", True
    version.icon, version.screenshot = ICON, SCREENSHOT.png
    with tenant_scope(version.tenant_id):
        version.save()
    give_capture(version)
    return version


def ask(client: Client, url: str) -> HttpResponse:
    """GET, or POST where the page knows no GET."""
    answer = client.get(url)
    return client.post(url) if answer.status_code == 405 else answer


def test_every_view_declares_its_access() -> None:
    assert [str(page) for page in all_pages() if page.access is None] == []


def test_public_pages_are_listed() -> None:
    assert {str(page) for page in pages_for("public")} == PUBLIC


def test_no_person_is_asked_for_on_the_path_of_a_program() -> None:
    """Nobody is signed in there, and no CSRF token is looked at: what a browser sends along must not count."""
    of_programs = {str(page): page.access.kind for page in all_pages() if page.access and page.is_for_programs}
    assert set(of_programs.values()) == {"key", "public"}
    assert {str(page) for page in pages_for("key")} <= set(of_programs)


@pytest.mark.parametrize("page", TENANT_PAGES, ids=str)
class TestTenantPages:
    def test_tenant_is_in_the_address(self, page: Page) -> None:
        assert "tenant" in page.parameters

    def test_signed_out_goes_to_sign_in(self, page: Page, things: dict[str, Any]) -> None:
        answer = ask(Client(), page.url(**things["acme"]))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/?next=%2Ft%2Facme%2F")

    def test_outsider_gets_404(self, page: Page, cast: Cast, things: dict[str, Any]) -> None:
        assert ask(signed_in(cast.charlie), page.url(**things["acme"])).status_code == 404

    def test_unknown_tenant_gets_404(self, page: Page, alice: Client, things: dict[str, Any]) -> None:
        assert ask(alice, page.url(**things["acme"] | {"tenant": "nobody"})).status_code == 404

    def test_foreign_thing_in_the_own_tenant_gets_404(self, page: Page, cast: Cast, things: dict[str, Any]) -> None:
        if page.parameters == {"tenant"}:
            return
        # Nobody is stopped by a missing right before the thing is looked for.
        somebody = signed_in(make_member(cast.acme, "all@acme.example", *Role))
        foreign = ask(somebody, page.url(**things["globex"] | {"tenant": "acme"}))
        own = ask(somebody, page.url(**things["acme"]))
        assert foreign.status_code == 404
        assert own.status_code != 404

    @pytest.mark.parametrize("role", Role)
    def test_permission_decides(self, page: Page, role: Role, cast: Cast, things: dict[str, Any]) -> None:
        somebody = signed_in(make_member(cast.acme, "somebody@acme.example", role))
        allowed = page.access is not None and page.access.permission in ROLE_PERMISSIONS[role]
        assert (ask(somebody, page.url(**things["acme"])).status_code != 403) == allowed

    def test_member_without_a_role_may_nothing(self, page: Page, cast: Cast, things: dict[str, Any]) -> None:
        assert ask(signed_in(make_member(cast.acme, "x@acme.example")), page.url(**things["acme"])).status_code == 403

    def test_auditor_changes_nothing(self, page: Page, cast: Cast, things: dict[str, Any]) -> None:
        def state() -> list[Any]:
            with tenant_scope(cast.acme.pk):
                rows = [*BindingKey.objects.order_by("pk").values(), *AppVersion.objects.order_by("pk").values()]
                shared = Collaboration.all_tenants.order_by("pk").values()
                return [*rows, *shared, AuditRecord.objects.count()]

        before = state()
        answer = signed_in(cast.audrey).post(page.url(**things["acme"]), {"name": "New line", "name_typed": "x"})
        assert answer.status_code in {403, 405}
        assert state() == before


def test_auditor_has_no_right_to_change() -> None:
    assert [right for right in ROLE_PERMISSIONS[Role.AUDITOR] if right.changes_something] == []


@pytest.mark.parametrize("page", pages_for("operator"), ids=str)
class TestOperatorPages:
    def test_operator_enters(self, page: Page, cast: Cast, things: dict[str, Any]) -> None:
        answer = ask(signed_in(cast.olga), page.url(**things["acme"]))
        # 409: the page is there, but what it does cannot be done with an active tenant.
        assert answer.status_code in {200, 302, 409}

    @pytest.mark.parametrize("role", [*Role, None])
    def test_everybody_else_gets_404(self, page: Page, role: Role | None, cast: Cast, things: dict[str, Any]) -> None:
        somebody = make_member(cast.acme, "somebody@acme.example", *filter(None, [role]))
        for client in (signed_in(somebody), signed_in(cast.charlie)):
            assert ask(client, page.url(**things["acme"])).status_code == 404
            assert client.post(page.url(**things["acme"])).status_code in {404, 405}

    def test_unknown_thing_gets_404(self, page: Page, cast: Cast, things: dict[str, Any]) -> None:
        if page.parameters:
            nothing = page.url(**things["acme"] | {"tenant": "nobody", "request_id": 0, "mail_id": 0})
            assert ask(signed_in(cast.olga), nothing).status_code == 404

    def test_signed_out_goes_to_sign_in(self, page: Page, things: dict[str, Any]) -> None:
        assert ask(Client(), page.url(**things["acme"])).status_code == 302


@pytest.mark.parametrize("page", pages_for("signed_in"), ids=str)
class TestPagesOfAPerson:
    def test_signed_out_goes_to_sign_in(self, page: Page, things: dict[str, Any]) -> None:
        assert ask(Client(), page.url(**things["acme"])).status_code == 302

    def test_person_without_a_tenant_does_no_harm(self, page: Page, cast: Cast, things: dict[str, Any]) -> None:
        """Whoever is signed in may open them; what they are about must be the person's own."""
        stranger = make_stranger()
        assert ask(signed_in(stranger), page.url(**things["acme"])).status_code in {200, 302, 403, 404}
        assert not Membership.of(stranger).exists()


@pytest.mark.parametrize("page", pages_for("key"), ids=str)
def test_key_endpoint_wants_a_token(page: Page, db: None) -> None:
    answer = Client().get(page.url(rest="assetmanagement/v3/assets"))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer ")
