"""What the operator's home page and bell tell of the portal as a whole."""

from __future__ import annotations

from django.test import Client

from portal.actor import SYSTEM
from portal.lib.secret import Secret
from portal.notify.models import OutgoingMail
from portal.tenants import commands, provisioning
from tests.cast import Cast, make_order, make_request, make_stranger, signed_in


def titles(client: Client) -> list[str]:
    items = client.get("/t/acme/").context["attention"]
    return [item.title for item in items if "/operator/" in item.url]


def test_all_is_well(cast: Cast) -> None:
    assert titles(signed_in(cast.olga)) == []


def test_what_waits_for_the_operator(cast: Cast, alice: Client) -> None:
    tenant = make_order(secret=Secret("wrong"))
    provisioning.run(tenant.pk, by=SYSTEM)
    make_request(make_stranger())
    make_request(make_stranger("other@elsewhere.example"))
    OutgoingMail.objects.filter(template="request_received").update(state="failed")
    olga = signed_in(cast.olga)
    assert titles(olga) == [
        "The provisioning of initech stopped",
        "2 mails were given up",
        "2 requests for tenants wait",
    ]
    assert titles(alice) == []
    for item in olga.get("/t/acme/").context["attention"]:
        assert olga.get(item.url).status_code in {200, 403}


def test_what_was_cancelled_waits_no_more(cast: Cast) -> None:
    tenant = make_order(secret=Secret("wrong"))
    provisioning.run(tenant.pk, by=SYSTEM)
    commands.cancel_order(tenant, by=SYSTEM)
    assert titles(signed_in(cast.olga)) == []
