"""How many queries each page costs, with data in it: a query in a loop shows as a changed number in the diff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal import constants
from portal.actor import SYSTEM, Actor, ActorKind
from portal.cockpit.commands import create_version
from portal.cockpit.models import Ticket
from portal.cockpit.registration.commands import register
from portal.cockpit.release.approval_commands import approve_release, last_submission
from portal.cockpit.release.commands import prepare_release, submit_release
from portal.cockpit.release.notice import notice
from portal.keys.models import BindingKey
from portal.permissions import Role
from portal.scoping import tenant_scope
from tests.cast import (
    Cast,
    get_token,
    make_app,
    make_invitation,
    make_key,
    make_member,
    make_tenant,
    make_upstream_key,
    membership_of,
    signed_in,
)
from tests.cockpit.running import checked
from tests.cockpit.writing import ICON, SCREENSHOT, give_capture
from tests.fences.pages import pages_for
from tests.sharing.making import make_accepted, make_offer

# Three of each are the bell's: how many keys, applications and calls of today count against the package. One more is
# for those who answer collaborations.
PAGES = {
    "/t/acme/": 11,
    "/t/acme/package/": 14,
    "/t/acme/keys/": 14,
    "/t/acme/keys/export.csv": 10,
    "/t/acme/keys/export.json": 10,
    "/t/acme/keys/create/": 10,
    "/t/acme/keys/import/": 10,
    "/t/acme/keys/constants/": 14,
    "/t/acme/keys/{key}/": 20,
    "/t/acme/keys/{key}/export/": 11,
    "/t/acme/keys/{key}/hand-over/": 12,
    "/t/acme/keys/leaks/": 10,
    "/t/acme/keys/{key}/revoke/": 13,
    "/t/acme/keys/{key}/edit/": 11,
    "/t/acme/keys/{waiting}/approve/": 12,
    "/t/acme/keys/{key}/roll/": 13,
    "/t/acme/keys/{key}/roll/end/": 12,
    "/t/acme/keys/{key}/roll/finish/": 12,
    "/t/acme/keys/{key}/roll/cancel/": 12,
    "/t/acme/keys/{key}/disable/": 12,
    "/t/acme/keys/{key}/enable/": 11,
    "/t/acme/keys/{key}/brown-out/": 12,
    "/t/acme/keys/{key}/brown-out/stop/": 12,
    "/t/acme/apps/": 15,
    "/t/acme/apps/create/": 12,
    "/t/acme/apps/{app}/": 19,
    "/t/acme/apps/{app}/icon.png": 4,
    "/t/acme/apps/{prepared}/screenshot.png": 4,
    "/t/acme/apps/{prepared}/capture.png": 4,
    "/t/acme/apps/{prepared}/capture/": 4,
    "/t/acme/apps/{app}/edit/": 13,
    "/t/acme/apps/{app}/new-version/": 13,
    "/t/acme/apps/{app}/discard/": 15,
    "/t/acme/apps/{app}/components/add/": 13,
    "/t/acme/apps/{app}/component/web/": 13,
    "/t/acme/apps/{app}/roles/": 13,
    "/t/acme/apps/{app}/roles/names/": 13,
    "/t/acme/apps/{app}/register/": 13,
    "/t/acme/apps/{registered}/deregister/": 13,
    "/t/acme/apps/{registered}/prepare/": 13,
    "/t/acme/apps/{prepared}/submit/": 14,
    "/t/acme/apps/{submitted}/withdraw/": 13,
    "/t/acme/apps/{app}/checks/": 16,
    "/t/acme/apps/{app}/checks/{run}.json": 5,
    "/t/acme/apps/{app}/checks/{run}.xml": 5,
    "/t/acme/apps/{app}/checks/hsts/waive/": 13,
    "/t/acme/apps/{app}/checks/visit/": 13,
    "/t/acme/apps/{submitted}/approve/": 19,
    "/t/acme/apps/{submitted}/send-back/": 13,
    "/t/acme/apps/{approved}/dossier.zip": 22,
    "/t/acme/apps/{approved}/tickets/{ticket}/accept/": 14,
    "/t/acme/apps/{approved}/contact/": 15,
    "/t/acme/apps/{approved}/messages/": 13,
    "/t/acme/activity/": 11,
    "/t/acme/members/": 13,
    "/t/acme/members/invite/": 10,
    "/t/acme/members/{member}/": 11,
    "/t/acme/members/{member}/take-out/": 11,
    "/t/acme/members/invitations/{invitation}/withdraw/": 11,
    "/t/acme/settings/": 10,
    "/t/acme/settings/end-sessions/": 10,
    "/t/acme/assets/": 12,
    "/t/acme/assets/{asset}/": 12,
    "/t/acme/collaborations/": 12,
    "/t/acme/collaborations/offer/": 10,
    "/t/acme/collaborations/{offered}/": 12,
    "/t/acme/collaborations/{offered}/accept/": 11,
    "/t/acme/collaborations/{offered}/decline/": 11,
    "/t/acme/collaborations/{offering}/revoke/": 11,
    "/t/acme/collaborations/{accepted}/end/": 11,
    "/t/acme/collaborations/{accepted}/agreed-end/": 11,
}
POST_ONLY = {
    "keys:env",
    "keys:export_file",
    "keys:withdraw_hand_over",
    "keys:disable_leaked",
    "cockpit:ask_capture",
    "cockpit:remove_component",
    "cockpit:resend_contact",
    "cockpit:retry_registration",
    "cockpit:run_checks",
    "cockpit:withdraw_waiver",
    "sharing:answer_end",
}
# The three transactions of a call are: the key's state, its admission, its answer. The admission counts the call; the
# first call of a day makes the row in which it counts, and removes the row of long ago. Token and answer count the use
# of the secret in its hour and at its caller; the first of a caller makes its row.
TOKEN, FIRST_CALL, CALL = 9, 22, 16


@pytest.fixture
def places(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Five keys, each used twice, so that a query per row is seen."""
    make_upstream_key(cast.acme)
    for number in range(5):
        key, secret = make_key(cast.acme, f"Line {number}")
        for _ in range(2):
            get_token(Client(), key, secret)
    waiting, _secret = make_key(cast.acme, "Waiting")
    BindingKey.all_tenants.filter(pk=waiting.pk).update(approval_pending=True)
    invitations = [make_invitation(cast.acme, f"new{number}@acme.example", Role.VIEWER) for number in range(3)]
    monkeypatch.setitem(constants.PACKAGES["S"], "applications", 10)
    apps = [make_app(cast.acme, f"app{number}", icon=ICON) for number in range(5)]
    with tenant_scope(cast.acme.pk):
        create_version(apps[0], version="v2", by=SYSTEM)
        for app in apps[1:5]:
            register(app, by=SYSTEM)
        for app in apps[2:5]:
            release = {"release_description": "x", "health_component": "web", "health_path": "/health"}
            prepare_release(app, **release, screenshot=SCREENSHOT, by=SYSTEM)
            give_capture(app)
        for app in apps[3:5]:
            checked(app, "hsts")
            submit_release(app, by=SYSTEM)
        submission = last_submission(apps[4])
        assert submission is not None
        somebody = Actor(ActorKind.PERSON, "somebody@acme.example", "Somebody")
        told = {"submission": submission.pk, "alternate_email": "sub@acme.example"}
        approve_release(apps[4], **told, notice=notice(), by=somebody)
        ticket = Ticket.objects.create(
            version=apps[4],
            check_id="hsts",
            severity="warning",
            due_on=timezone.localdate(),
            finding={"what": "x", "evidence": {}},
        )
    partners = [make_tenant(f"hooli{number}", "Hooli Wind") for number in range(5)]
    offers = [make_offer(partner, cast.acme) for partner in partners[:3]]
    return {
        "offered": offers[0].pk,
        "offering": make_offer(cast.acme, partners[3]).pk,
        "accepted": make_accepted(cast.acme, partners[4]).pk,
        "ticket": ticket.pk,
        "app": apps[0].pk,
        "registered": apps[1].pk,
        "prepared": apps[2].pk,
        "submitted": apps[3].pk,
        "approved": apps[4].pk,
        "run": checked(apps[0], "hsts").pk,
        "key": key.pk,
        "waiting": waiting.pk,
        "asset": "0" * 32,
        "member": membership_of(cast.dev, cast.acme).pk,
        "invitation": invitations[0].pk,
    }


@pytest.mark.parametrize("url", PAGES)
def test_page(url: str, places: dict[str, Any], cast: Cast, django_assert_num_queries: Callable[..., Any]) -> None:
    # Applications belong to developers, and only who may create one sees what that asks.
    somebody = make_member(cast.acme, "somebody@acme.example", Role.DEVELOPER_ADMIN) if "/apps/" in url else cast.alice
    browser = signed_in(somebody)
    with django_assert_num_queries(PAGES[url]):
        assert browser.get(url.format(**places)).status_code != 403


def test_every_page_that_can_be_looked_at_is_recorded() -> None:
    pages = [page for page in pages_for("tenant") if str(page) not in POST_ONLY]
    assert len(pages) == len(PAGES)


def test_token_and_call(cast: Cast, places: dict[str, Any], django_assert_num_queries: Callable[..., Any]) -> None:
    key, secret = make_key(cast.acme)
    get_token(Client(), key, secret)  # makes the signing key
    with django_assert_num_queries(TOKEN):
        token = get_token(Client(), key, secret)
    for queries in (FIRST_CALL, CALL):
        with django_assert_num_queries(queries):
            Client().get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("url", ["/sign-in/", "/sign-in/start/"])
def test_sign_in_page_costs_an_anonymous_visitor_nothing(
    url: str, cast: Cast, django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(0):
        assert Client().get(url).status_code in {200, 302}
