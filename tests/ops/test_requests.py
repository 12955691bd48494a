"""Asking for a tenant, and the operator's answer."""

from __future__ import annotations

import pytest
from django.test import Client

from portal import constants
from portal.actor import SYSTEM
from portal.audit.models import InstanceRecord
from portal.identity.models import User
from portal.notify.models import OutgoingMail
from portal.tenants.models import TenantRequest
from portal.tenants.request_commands import RequestedAlready, ask_for_tenant
from tests.cast import Cast, make_request, make_stranger, signed_in

ASK = "/request/"
GOOD = {
    "name": "hooli",
    "display_name": "Hooli Wind",
    "company_name": "Hooli Wind SE",
    "company_domain": "elsewhere.example",
    "package": "S",
    "note": "40 turbines\nin the north",
}


@pytest.fixture
def stranger(cast: Cast) -> User:
    return make_stranger()


@pytest.fixture
def sam(stranger: User) -> Client:
    return signed_in(stranger)


@pytest.fixture
def olga(cast: Cast) -> Client:
    return signed_in(cast.olga)


def told() -> list[tuple[str, str]]:
    rows = InstanceRecord.objects.filter(name__startswith="tenant.").order_by("index")
    return [(row.name, row.actor_name) for row in rows]


class TestAsk:
    def test_a_person_without_a_tenant_sees_what_one_is_and_where_to_ask(self, sam: Client) -> None:
        page = sam.get("/").content.decode()
        assert "A tenant is your company" in page
        assert 'href="/request/"' in page

    def test_the_operator_hears_of_it(self, sam: Client) -> None:
        assert sam.get(ASK).context["form"]["company_domain"].value() == "elsewhere.example"
        assert sam.post(ASK, GOOD)["Location"] == "/"
        asked = TenantRequest.objects.get()
        assert (asked.name, asked.note, asked.state) == ("hooli", "40 turbines\nin the north", "open")
        mail = OutgoingMail.objects.get()
        assert (mail.template, mail.recipient) == ("request_received", "operator@bindery.example")
        assert f"/operator/requests/{asked.pk}/" in mail.text
        assert told() == [("tenant.requested", "Sam Stranger")]
        page = sam.get("/").content.decode()
        assert "has not answered yet" in page

    def test_without_an_operators_address_it_waits_on_the_page(self, sam: Client, settings: object) -> None:
        settings.OPERATOR_EMAIL = ""  # type: ignore[attr-defined]
        assert sam.post(ASK, GOOD).status_code == 302
        assert not OutgoingMail.objects.exists()

    @pytest.mark.parametrize(
        "changed",
        [
            {"name": "Hooli"},
            {"name": ""},
            {"display_name": ""},
            {"company_domain": "not a domain"},
            {"package": "?"},
            {"note": "x" * 1001},
        ],
    )
    def test_invalid_input_is_shown_again(self, sam: Client, changed: dict[str, str]) -> None:
        answer = sam.post(ASK, GOOD | changed)
        assert answer.status_code == 422
        assert not TenantRequest.objects.exists()
        assert told() == []

    def test_one_at_a_time(self, sam: Client, stranger: User) -> None:
        sam.post(ASK, GOOD)
        for answer in (sam.get(ASK), sam.post(ASK, GOOD | {"name": "other"})):
            assert answer["Location"] == "/"
        with pytest.raises(RequestedAlready):
            ask_for_tenant(user=stranger, by=SYSTEM, **GOOD)
        assert TenantRequest.objects.count() == 1

    def test_a_name_that_is_taken_is_told_to_the_operator_alone(self, sam: Client, olga: Client) -> None:
        """Whether a company has a tenant here is nobody's business but its members'."""
        assert sam.post(ASK, GOOD | {"name": "acme"}).status_code == 302
        page = olga.get(f"/operator/requests/{TenantRequest.objects.get().pk}/").content.decode()
        assert "has a tenant with this name already" in page
        assert "/operator/tenants/acme/" in page

    def test_withdrawn(self, sam: Client) -> None:
        sam.post(ASK, GOOD)
        assert sam.post("/request/withdraw/")["Location"] == "/"
        assert TenantRequest.objects.get().state == "withdrawn"
        assert sam.post(ASK, GOOD).status_code == 302
        sam.post("/request/withdraw/")
        assert sam.post("/request/withdraw/").status_code == 409
        assert [name for name, _ in told()].count("tenant.request_withdrawn") == 2

    def test_not_again_and_again(self, sam: Client) -> None:
        for _ in range(constants.REQUESTS_PER_DAY):
            assert sam.post(ASK, GOOD).status_code == 302
            sam.post("/request/withdraw/")
        answer = sam.post(ASK, GOOD)
        assert answer.status_code == 422
        assert "several tenants today" in answer.content.decode()

    def test_a_member_has_nothing_to_ask_for(self, cast: Cast) -> None:
        dev = signed_in(cast.dev)
        assert dev.get(ASK)["Location"] == dev.post(ASK, GOOD)["Location"] == "/"
        assert not TenantRequest.objects.exists()

    def test_nothing_to_withdraw(self, sam: Client) -> None:
        assert sam.post("/request/withdraw/").status_code == 404


class TestAnswer:
    def test_list_has_open_ones_first(self, olga: Client, cast: Cast, stranger: User) -> None:
        open_one = make_request(stranger, "first")
        declined = make_request(cast.charlie, "second")
        TenantRequest.objects.filter(pk=declined.pk).update(state="declined")
        rows = olga.get("/operator/requests/").context["requests"]
        assert [row["name"] for row in rows] == [open_one.name, "second"]
        assert olga.get("/operator/tenants/").context["open_requests"] == 1

    def test_empty_list(self, olga: Client) -> None:
        assert "Nobody has asked for a tenant" in olga.get("/operator/requests/").content.decode()

    def test_page_warns_of_a_foreign_domain(self, olga: Client, stranger: User) -> None:
        asked = make_request(stranger)
        page = olga.get(f"/operator/requests/{asked.pk}/").content.decode()
        assert "not of this e-mail domain" in page
        assert "40 turbines" in page
        assert "verified by the Hub" in page

    def test_declined_with_a_reason(self, olga: Client, sam: Client, stranger: User) -> None:
        asked = make_request(stranger)
        url = f"/operator/requests/{asked.pk}/decline/"
        assert olga.post(url, {"reason": ""}).status_code == 422
        assert olga.post(url, {"reason": "Please ask globex."})["Location"] == "/operator/requests/"
        asked.refresh_from_db()
        assert (asked.state, asked.reason, asked.decided_by) == ("declined", "Please ask globex.", "Olga Olsen")
        mail = OutgoingMail.objects.get(template="request_declined")
        assert mail.recipient == stranger.email
        assert "Please ask globex." in mail.text
        page = sam.get("/").content.decode()
        assert "was declined: Please ask globex." in page
        assert 'href="/request/"' in page
        assert told()[-1] == ("tenant.request_declined", "Olga Olsen")

    def test_a_second_answer_is_refused(self, olga: Client, stranger: User) -> None:
        asked = make_request(stranger)
        url = f"/operator/requests/{asked.pk}/decline/"
        olga.post(url, {"reason": "No."})
        assert olga.post(url, {"reason": "Never."}).status_code == 422
        asked.refresh_from_db()
        assert asked.reason == "No."

    def test_html_in_a_request_stays_text(self, olga: Client, stranger: User) -> None:
        asked = ask_for_tenant(
            user=stranger, by=SYSTEM, **GOOD | {"display_name": "<b>x</b>", "note": "<script>alert(1)</script>"}
        )
        for url in (
            "/operator/requests/",
            f"/operator/requests/{asked.pk}/",
            f"/operator/provision/?request={asked.pk}",
        ):
            page = olga.get(f"/operator/{url}").content.decode()
            assert "<script>alert" not in page
            assert "<b>x" not in page
