"""Another agreed end: one side proposes it, the other one agrees or rejects."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from assets_app.sharing.models import Collaboration, today
from portal.keys.expiry import shown
from portal.notify.models import OutgoingMail
from tests.cast import Cast
from tests.sharing.making import again, log_of

LATER = today() + timedelta(days=500)


@pytest.fixture
def proposed(alice: Client, accepted: Collaboration) -> Collaboration:
    answer = alice.post(f"/t/acme/collaborations/{accepted.pk}/agreed-end/", {"until": LATER.isoformat()})
    assert answer.status_code == 302
    return again(accepted)


def reply(browser: Client, tenant: str, one: Collaboration, answer: str, until: str = LATER.isoformat()) -> int:
    url = f"/t/{tenant}/collaborations/{one.pk}/agreed-end/answer/"
    status: int = browser.post(url, {"until": until, "answer": answer}).status_code
    return status


def test_nothing_changes_before_the_other_side_agrees(
    alice: Client, charlie: Client, proposed: Collaboration, cast: Cast
) -> None:
    assert (proposed.agreed_end, proposed.proposed_end, proposed.proposed_by) == (None, LATER, "offerer")
    mail = OutgoingMail.objects.get(template="collaboration_end_proposed")
    assert (mail.recipient, LATER.isoformat() in mail.text) == ("charlie@globex.example", True)
    timeline = alice.get(f"/t/acme/collaborations/{proposed.pk}/").context["timeline"]
    assert (timeline[-1].label, timeline[-1].note) == ("Another end proposed", shown(LATER))
    button = "Agree to the proposed end"
    assert button not in alice.get(f"/t/acme/collaborations/{proposed.pk}/").content.decode()
    assert button in charlie.get(f"/t/globex/collaborations/{proposed.pk}/").content.decode()


def test_agreed(charlie: Client, proposed: Collaboration, cast: Cast) -> None:
    Collaboration.all_tenants.filter(pk=proposed.pk).update(reminded=7)
    assert reply(charlie, "globex", proposed, "agree") == 302
    now = again(proposed)
    assert (now.agreed_end, now.proposed_end, now.proposed_by, now.reminded) == (LATER, None, "", None)
    assert log_of(cast.acme)[-2:] == [("end_proposed", "Alice Adler"), ("end_agreed", "globex")]
    assert log_of(cast.globex)[-2:] == [("end_proposed", "acme"), ("end_agreed", "Charlie Chen")]


def test_rejected(charlie: Client, proposed: Collaboration) -> None:
    assert reply(charlie, "globex", proposed, "reject") == 302
    assert (again(proposed).agreed_end, again(proposed).proposed_by) == (None, "")


def test_nobody_agrees_to_the_own_proposal(alice: Client, proposed: Collaboration) -> None:
    assert reply(alice, "acme", proposed, "agree") == 409
    assert again(proposed).agreed_end is None


def test_what_is_agreed_to_is_what_was_looked_at(charlie: Client, proposed: Collaboration) -> None:
    assert reply(charlie, "globex", proposed, "agree", today().isoformat()) == 409
    assert reply(charlie, "globex", proposed, "maybe") == 400
    assert again(proposed).proposed_end == LATER


def test_counter_proposal_takes_the_place(charlie: Client, proposed: Collaboration) -> None:
    other = (LATER + timedelta(days=1)).isoformat()
    assert charlie.post(f"/t/globex/collaborations/{proposed.pk}/agreed-end/", {"until": other}).status_code == 302
    assert reply(charlie, "globex", proposed, "agree") == 409
    assert again(proposed).proposed_by == "receiver"


def test_past_day_is_shown_again(alice: Client, accepted: Collaboration) -> None:
    answer = alice.post(f"/t/acme/collaborations/{accepted.pk}/agreed-end/", {"until": today().isoformat()})
    assert (answer.status_code, "from tomorrow on" in answer.content.decode()) == (422, True)


def test_ending_puts_the_proposal_away(charlie: Client, proposed: Collaboration) -> None:
    assert charlie.post(f"/t/globex/collaborations/{proposed.pk}/end/").status_code == 302
    assert (again(proposed).state, again(proposed).proposed_by) == ("ended", "")


def test_only_of_an_accepted_one(alice: Client, offered: Collaboration) -> None:
    assert alice.get(f"/t/acme/collaborations/{offered.pk}/agreed-end/").status_code == 409
    assert reply(alice, "acme", offered, "agree") == 409
