"""Offers on the home page: to whom they are shown, and where they lead."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from assets_app.sharing.models import Collaboration, today
from portal.permissions import Role
from tests.cast import Cast, make_member, make_tenant, make_upstream_key, signed_in
from tests.sharing.making import make_accepted, make_offer


@pytest.fixture(autouse=True)
def nothing_else(cast: Cast) -> None:
    make_upstream_key(cast.acme)
    make_upstream_key(cast.globex)


def items(browser: Client, tenant: str) -> list[tuple[str, str]]:
    return [(item.title, item.url) for item in browser.get(f"/t/{tenant}/").context["attention"]]


def test_offer_waits_for_the_admins_of_its_receiver(
    alice: Client, charlie: Client, offered: Collaboration, cast: Cast
) -> None:
    url = f"/t/globex/collaborations/{offered.pk}/"
    assert items(charlie, "globex") == [("Acme Pumps GmbH (acme) offers a collaboration", url)]
    assert items(alice, "acme") == []
    dev = signed_in(make_member(cast.globex, "dev@globex.example", Role.DEVELOPER))
    assert items(dev, "globex") == []
    charlie.post(f"{url}decline/", {"reason": "No"})
    assert items(charlie, "globex") == []


def test_many_are_counted(alice: Client, cast: Cast) -> None:
    for number in range(5):
        make_offer(make_tenant(f"hooli{number}", f"Hooli {number}"), cast.acme)
    found = items(alice, "acme")
    assert len(found) == 4
    assert found[-1] == ("2 more collaborations are offered", "/t/acme/collaborations/?state=offered")


@pytest.mark.parametrize(("days", "told"), [(31, False), (30, True), (0, True)])
def test_end_that_comes_near_is_told_to_both(alice: Client, charlie: Client, cast: Cast, days: int, told: bool) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        made = make_accepted(cast.acme, cast.globex, agreed_end=today() + timedelta(days=days))
        for browser, tenant, partner in ((alice, "acme", "Globex Energy"), (charlie, "globex", "Acme Pumps GmbH")):
            expected = [(f"The collaboration with {partner} ends soon", f"/t/{tenant}/collaborations/{made.pk}/")]
            assert items(browser, tenant) == (expected if told else [])


def test_proposal_waits_for_the_other_side(alice: Client, charlie: Client, accepted: Collaboration) -> None:
    until = (today() + timedelta(days=90)).isoformat()
    alice.post(f"/t/acme/collaborations/{accepted.pk}/agreed-end/", {"until": until})
    assert items(alice, "acme") == []
    assert [title for title, _url in items(charlie, "globex")] == [
        "Acme Pumps GmbH proposes another end of the collaboration"
    ]
