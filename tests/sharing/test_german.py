"""The pages of collaborations are German."""

from __future__ import annotations

from django.test import Client

from assets_app.sharing.models import Collaboration
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.german import assert_german, assert_pages
from tests.sharing.making import make_accepted, make_offer


def test_pages(alice: Client, charlie: Client, cast: Cast, hooli: Tenant) -> None:
    assert_pages((alice, "/t/acme/collaborations/", 200, "Noch keine Kooperationen"))
    offered = make_offer(cast.acme, cast.globex, message="Pumpen")
    accepted = make_accepted(hooli, cast.acme, message="Wind")
    ours, theirs = "/t/acme/collaborations/", "/t/globex/collaborations/"
    assert_pages(
        (alice, ours, 200, "Von diesem Tenant angeboten"),
        (alice, f"{ours}?q=zzz", 200, "Keine Kooperation passt zum Filter"),
        (alice, f"{ours}offer/", 200, "ohne Zustimmung der anderen"),
        (alice, f"{ours}{offered.pk}/", 200, "Das Angebot wartet auf den anderen Tenant."),
        (alice, f"{ours}{offered.pk}/revoke/", 200, "Das Angebot an globex widerrufen?"),
        (alice, f"{ours}{offered.pk}/accept/", 409, "Vielleicht hat jemand sie inzwischen"),
        (alice, f"{ours}{accepted.pk}/", 200, "Beide Tenants haben zugestimmt."),
        (alice, f"{ours}{accepted.pk}/end/", 200, "Die Kooperation endet sofort"),
        (alice, f"{ours}{accepted.pk}/agreed-end/", 200, "ein anderes Ende vorschlagen"),
        (charlie, f"{theirs}{offered.pk}/accept/", 200, "Geteilt wird dadurch nichts."),
        (charlie, f"{theirs}{offered.pk}/decline/", 200, "Auch der andere Tenant liest ihn."),
        (charlie, "/t/globex/", 200, "bietet eine Kooperation an"),
        (alice, "/t/acme/activity/", 200, "bot globex eine Kooperation an"),
    )


def test_answers_to_forms(alice: Client, offered: Collaboration) -> None:
    for form, german in (({"name": "nobody"}, "Hinweis"), ({"name": "Globex!"}, "zuerst einen Buchstaben")):
        answer = alice.post("/t/acme/collaborations/offer/", form, headers={"accept-language": "de"})
        assert answer.status_code == 422
        assert_german(answer.content.decode(), "offer")
        assert german in answer.content.decode()
