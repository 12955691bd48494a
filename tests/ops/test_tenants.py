"""The operator's pages about tenants: the list, an order, its progress, and each act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.emulator.testing import RunningEmulator
from portal.keys.models import BindingKey, SecretGeneration
from portal.lib.secret import Secret
from portal.notify.models import OutgoingMail
from portal.scoping import tenant_scope
from portal.tenants import provisioning
from portal.tenants.models import Invitation, ProvisioningStep, Tenant
from portal.tenants.states import TenantState
from tests.cast import Cast, client_secret, make_order, make_request, make_tenant, signed_in

LIST = "/operator/tenants/"
PROVISION = "/operator/provision/"


@pytest.fixture
def olga(cast: Cast) -> Client:
    return signed_in(cast.olga)


def order(**changed: str) -> dict[str, str]:
    """What an operator writes into the form."""
    return {
        "name": "initech",
        "display_name": "Initech Drives",
        "company_name": "Initech Drives Inc.",
        "company_domain": "Initech.Example",
        "environment": "emulatorx",
        "numeric_id": "1000001703",
        "package": "M",
        "first_admin_email": "Iris@Initech.Example",
        "first_admin_language": "de",
        "client_id": "initech-hub-reader",
        "client_secret": client_secret("initech-hub-reader"),
    } | changed


class TestList:
    def test_all_tenants_with_their_state(self, olga: Client) -> None:
        rows = olga.get(LIST).context["tenants"]
        assert [(row["name"], str(row["state"].label)) for row in rows] == [("acme", "Active"), ("globex", "Active")]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=PUMPS", ["acme"]),
            ("q=globex.example", ["globex"]),
            ("state=suspended", []),
            ("state=active&q=ac", ["acme"]),
            ("state=nonsense", ["acme", "globex"]),
            ("q=%27%20OR%201=1", []),
        ],
    )
    def test_search_and_state(self, olga: Client, query: str, found: list[str]) -> None:
        assert [row["name"] for row in olga.get(f"{LIST}?{query}").context["tenants"]] == found

    def test_pages(self, olga: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("portal.constants.PAGE_SIZE", 1)
        first = olga.get(LIST)
        assert [row["name"] for row in first.context["tenants"]] == ["acme"]
        assert [row["name"] for row in olga.get(first.context["pages"].next_url).context["tenants"]] == ["globex"]

    def test_costs_no_query_more_for_more_tenants(
        self, olga: Client, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        for number in range(5):
            make_tenant(f"more{number}", f"More {number}")
        with django_assert_num_queries(6):
            olga.get(LIST)

    def test_empty(self, db: None, cast: Cast, olga: Client) -> None:
        assert "No tenant matches the filter" in olga.get(f"{LIST}?q=zzz").content.decode()


class TestProvision:
    def test_order_is_placed_and_on_its_way(
        self, olga: Client, django_capture_on_commit_callbacks: Callable[..., Any]
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            answer = olga.post(PROVISION, order())
        assert answer["Location"] == "/operator/tenants/initech/"
        tenant = Tenant.objects.get(name="initech")
        assert (tenant.state, tenant.package, tenant.environment) == ("requested", "M", "emulatorx")
        assert (tenant.company_domain, tenant.first_admin_email) == ("initech.example", "iris@initech.example")
        task = DBTaskResult.objects.get(task_path="portal.tenants.tasks.provision")
        assert task.args_kwargs["args"] == [tenant.pk]
        record = AuditRecord.all_tenants.get(tenant=tenant, name="tenant.ordered")
        assert (record.actor_name, record.facts["first_admin"]) == ("Olga Olsen", "iris@initech.example")

    def test_secret_is_sealed_and_nowhere_else(self, olga: Client, cast: Cast) -> None:
        secret = order()["client_secret"]
        olga.post(PROVISION, order())
        with tenant_scope(Tenant.objects.get(name="initech").pk):
            assert BindingKey.objects.get().client_id == "initech-hub-reader"
            assert secret.encode() not in bytes(SecretGeneration.objects.get().sealed)
        assert secret not in olga.get("/operator/tenants/initech/").content.decode()
        refused = olga.post(PROVISION, order(name="Initech!"))
        assert refused.status_code == 422
        assert secret not in refused.content.decode()

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"name": "Initech"}, "lower-case letters and digits"),
            ({"name": "toolongname"}, "at most 8 characters"),
            ({"name": "1tenant"}, "a letter first"),
            ({"name": "acme"}, "already exists"),
            ({"numeric_id": ""}, "known by its 10 digits"),
            ({"numeric_id": "17"}, "Exactly 10 digits."),
            ({"company_domain": "https://x.example/"}, "Write a domain such as"),
            ({"company_domain": "nodots"}, "Write a domain such as"),
            ({"first_admin_email": "nobody"}, "valid email"),
            ({"environment": "mars"}, "Select a valid choice"),
            ({"package": "XXL"}, "Select a valid choice"),
            ({"client_secret": ""}, "This field is required."),
            ({"display_name": "a\nb"}, "on one line"),
        ],
    )
    def test_invalid_input_is_shown_again_and_nothing_is_kept(
        self, olga: Client, changed: dict[str, str], message: str
    ) -> None:
        before = Tenant.objects.count()
        answer = olga.post(PROVISION, order(**changed))
        assert answer.status_code == 422
        assert message in answer.content.decode()
        assert Tenant.objects.count() == before
        assert not BindingKey.all_tenants.exists()

    def test_numeric_id_of_another_tenant(self, olga: Client) -> None:
        Tenant.objects.filter(name="acme").update(numeric_id="1000001703")
        assert olga.post(PROVISION, order()).status_code == 422
        assert not Tenant.objects.filter(name="initech").exists()


class TestProgress:
    def test_page_asks_again_while_something_moves(self, olga: Client) -> None:
        tenant = make_order()
        page = olga.get("/operator/tenants/initech/").content.decode()
        assert 'hx-trigger="load delay:2s"' in page
        assert '<noscript><meta http-equiv="refresh"' in page
        assert "0 of 6 steps done" in page
        fragment = olga.get("/operator/tenants/initech/", headers={"HX-Request": "true"})
        assert "<html" not in fragment.content.decode()
        assert "HX-Refresh" not in fragment

        provisioning.run(tenant.pk, by=SYSTEM)
        done = olga.get("/operator/tenants/initech/", headers={"HX-Request": "true"})
        assert done["HX-Refresh"] == "true"
        page = olga.get("/operator/tenants/initech/").content.decode()
        assert "6 of 6 steps done" in page
        assert "hx-trigger" not in page
        assert "http-equiv" not in page

    def test_failed_step_says_why_and_offers_to_run_again(self, olga: Client) -> None:
        tenant = make_order(secret=Secret("wrong"))
        provisioning.run(tenant.pk, by=SYSTEM)
        page = olga.get("/operator/tenants/initech/").content.decode()
        assert "Insights Hub refuses the credential" in page
        assert 'action="/operator/tenants/initech/retry/"' in page
        assert "hx-trigger" not in page

    def test_retry_of_what_did_not_fail_is_refused(self, olga: Client) -> None:
        make_order()
        assert olga.post("/operator/tenants/initech/retry/").status_code == 409

    def test_tenant_without_steps(self, olga: Client) -> None:
        page = olga.get("/operator/tenants/acme/")
        assert page.status_code == 200
        assert "Provisioning</h2>" not in page.content.decode()
        assert "Alice Adler (alice@acme.example)" in page.content.decode()


class TestCorrect:
    URL = "/operator/tenants/initech/correct/"

    def test_shows_the_order_and_no_secret(self, olga: Client) -> None:
        make_order()
        page = olga.get(self.URL).content.decode()
        assert 'value="initech-hub-reader"' in page
        assert 'value="iris@initech.example"' in page
        assert client_secret("initech-hub-reader") not in page
        assert 'name="name"' not in page

    def test_mends_a_wrong_secret(self, olga: Client, hub: RunningEmulator) -> None:
        tenant = make_order(secret=Secret("wrong"))
        provisioning.run(tenant.pk, by=SYSTEM)
        assert olga.post(self.URL, order())["Location"] == "/operator/tenants/initech/"
        provisioning.run(tenant.pk, by=SYSTEM)
        tenant.refresh_from_db()
        assert (tenant.state, tenant.package) == (TenantState.ACTIVE, "M")
        record = AuditRecord.all_tenants.get(tenant=tenant, name="tenant.corrected")
        assert record.facts["fields"] == "package, first_admin_language, credential"

    def test_without_a_secret_the_old_one_stays(self, olga: Client) -> None:
        tenant = make_order()
        olga.post(self.URL, order(client_secret=""))
        with tenant_scope(tenant.pk):
            assert BindingKey.objects.count() == 1

    @pytest.mark.parametrize(
        "changed", [{"client_id": "other"}, {"environment": "emulator"}, {"numeric_id": "1000001704"}]
    )
    def test_a_secret_does_not_go_to_another_client_or_host(self, olga: Client, changed: dict[str, str]) -> None:
        tenant = make_order()
        answer = olga.post(self.URL, order(client_secret="") | changed)
        assert answer.status_code == 422
        assert "Write it, too" in answer.content.decode()
        tenant.refresh_from_db()
        assert (tenant.environment, tenant.numeric_id) == ("emulatorx", "1000001703")

    def test_while_a_step_runs_it_waits(self, olga: Client) -> None:
        tenant = make_order()
        with tenant_scope(tenant.pk):
            provisioning._claim_next(tenant.pk, SYSTEM)
        answer = olga.post(self.URL, order())
        assert answer.status_code == 422
        assert "is running at this moment" in answer.content.decode()

    def test_invalid_input_is_shown_again(self, olga: Client) -> None:
        make_order()
        assert olga.post(self.URL, order(numeric_id="")).status_code == 422
        assert Tenant.objects.get(name="initech").numeric_id == "1000001703"

    def test_an_active_tenant_has_no_order_to_correct(self, olga: Client) -> None:
        assert olga.get("/operator/tenants/acme/correct/")["Location"] == "/operator/tenants/acme/"


def state(name: str = "globex") -> str:
    return Tenant.objects.get(name=name).state


class TestActs:
    def test_suspend_resume_archive(self, olga: Client) -> None:
        base = "/operator/tenants/globex"
        assert olga.post(f"{base}/suspend/", {"reason": ""}).status_code == 422
        assert state() == "active"
        assert olga.post(f"{base}/suspend/", {"reason": "Contract ended."})["Location"] == f"{base}/"
        assert state() == "suspended"
        assert "Contract ended." in olga.get(f"{base}/").content.decode()
        assert olga.post(f"{base}/resume/")["Location"] == f"{base}/"
        assert state() == "active"
        olga.post(f"{base}/suspend/", {"reason": "Contract ended."})
        assert olga.post(f"{base}/archive/", {"name_typed": "acme"}).status_code == 422
        assert state() == "suspended"
        assert olga.post(f"{base}/archive/", {"name_typed": "globex"})["Location"] == f"{base}/"
        assert state() == "archived"
        told = AuditRecord.all_tenants.filter(name__startswith="tenant.").order_by("index")
        assert [row.name for row in told] == [
            "tenant.suspended",
            "tenant.resumed",
            "tenant.suspended",
            "tenant.archived",
        ]
        assert {row.actor_name for row in told} == {"Olga Olsen"}

    def test_what_the_state_forbids_is_told_on_the_page(self, olga: Client) -> None:
        answer = olga.post("/operator/tenants/globex/resume/")
        assert answer.status_code == 422
        assert "cannot be done with a tenant in this state" in answer.content.decode()

    def test_the_operators_own_tenant(self, olga: Client) -> None:
        answer = olga.post("/operator/tenants/acme/suspend/", {"reason": "oops"})
        assert answer.status_code == 422
        assert "operate the portal" in answer.content.decode()

    def test_cancel(self, olga: Client) -> None:
        tenant = make_order()
        url = "/operator/tenants/initech/cancel/"
        assert olga.post(url, {"name_typed": "Initech"}).status_code == 422
        assert olga.post(url, {"name_typed": "initech"}).status_code == 302
        provisioning.run(tenant.pk, by=SYSTEM)
        assert state("initech") == "archived"
        assert not Invitation.all_tenants.exists()
        assert set(ProvisioningStep.all_tenants.values_list("state", flat=True)) == {"waiting"}

    def test_package(self, olga: Client, cast: Cast) -> None:
        url = "/operator/tenants/globex/package/"
        assert olga.post(url, {"package": "XXL"}).status_code == 422
        assert olga.post(url, {"package": "L"}).status_code == 302
        assert Tenant.objects.get(name="globex").package == "L"
        record = AuditRecord.all_tenants.get(name="tenant.package_changed")
        assert (record.facts, record.tenant_id) == ({"package": "L", "before": "S"}, cast.globex.pk)
        olga.post(url, {"package": "L"})
        assert AuditRecord.all_tenants.filter(name="tenant.package_changed").count() == 1

    def test_invite_admin(self, olga: Client, cast: Cast) -> None:
        url = "/operator/tenants/globex/invite-admin/"
        assert olga.post(url, {"email": "no", "language": "en"}).status_code == 422
        assert olga.post(url, {"email": "new@globex.example", "language": "en"}).status_code == 302
        with tenant_scope(cast.globex.pk):
            assert Invitation.objects.get().roles == ["admin"]
        assert OutgoingMail.objects.get().recipient == "new@globex.example"
        assert olga.post(url, {"email": "new@globex.example", "language": "en"}).status_code == 422

    def test_an_archived_tenant_is_left_alone(self, olga: Client) -> None:
        Tenant.objects.filter(name="globex").update(state=TenantState.ARCHIVED)
        for page, form in (("package", {"package": "L"}), ("invite-admin", {"email": "a@b.example", "language": "en"})):
            answer = olga.post(f"/operator/tenants/globex/{page}/", form)
            assert answer.status_code == 422
            assert "cannot be done with a tenant in this state" in answer.content.decode()
        assert not OutgoingMail.objects.exists()


def test_accepting_a_request_orders_its_tenant(olga: Client, cast: Cast) -> None:
    asked = make_request(cast.charlie, "initech")
    form = olga.get(f"{PROVISION}?request={asked.pk}")
    assert form.context["form"]["first_admin_email"].value() == "charlie@globex.example"
    assert olga.post(f"{PROVISION}?request={asked.pk}", order()).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.tenant.name) == ("accepted", "Olga Olsen", "initech")
    assert OutgoingMail.objects.filter(template="request_accepted").get().recipient == "charlie@globex.example"


def test_a_request_that_was_answered_meanwhile_is_not_accepted(olga: Client, cast: Cast) -> None:
    asked = make_request(cast.charlie, "initech")
    type(asked).objects.update(state="withdrawn")
    url = f"{PROVISION}?request={asked.pk}"
    assert [olga.get(url).status_code, olga.post(url, order()).status_code] == [409, 409]
    assert not Tenant.objects.filter(name="initech").exists()
    assert olga.get(f"{PROVISION}?request=0").status_code == 404
    assert olga.get(f"{PROVISION}?request=x").status_code == 404
