"""How many queries each page costs, with data in it: a query in a loop shows as a changed number in the diff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal.keys.models import BindingKey
from portal.permissions import Role
from tests.cast import Cast, get_token, make_invitation, make_key, make_upstream_key, membership_of, signed_in
from tests.fences.pages import pages_for

# Two of each are the bell's: how many keys and how many calls of today count against the package.
PAGES = {
    "/t/acme/": 9,
    "/t/acme/package/": 11,
    "/t/acme/keys/": 12,
    "/t/acme/keys/export.csv": 10,
    "/t/acme/keys/export.json": 10,
    "/t/acme/keys/create/": 8,
    "/t/acme/keys/import/": 8,
    "/t/acme/keys/constants/": 12,
    "/t/acme/keys/{key}/": 18,
    "/t/acme/keys/{key}/export/": 9,
    "/t/acme/keys/{key}/hand-over/": 10,
    "/t/acme/keys/leaks/": 8,
    "/t/acme/keys/{key}/revoke/": 11,
    "/t/acme/keys/{key}/edit/": 9,
    "/t/acme/keys/{waiting}/approve/": 10,
    "/t/acme/keys/{key}/roll/": 11,
    "/t/acme/keys/{key}/roll/end/": 10,
    "/t/acme/keys/{key}/roll/finish/": 10,
    "/t/acme/keys/{key}/disable/": 10,
    "/t/acme/keys/{key}/enable/": 9,
    "/t/acme/keys/{key}/brown-out/": 10,
    "/t/acme/keys/{key}/brown-out/stop/": 10,
    "/t/acme/activity/": 9,
    "/t/acme/members/": 11,
    "/t/acme/members/invite/": 8,
    "/t/acme/members/{member}/": 9,
    "/t/acme/members/{member}/take-out/": 9,
    "/t/acme/members/invitations/{invitation}/withdraw/": 9,
    "/t/acme/settings/": 8,
    "/t/acme/settings/end-sessions/": 8,
    "/t/acme/assets/": 10,
    "/t/acme/assets/{asset}/": 10,
}
POST_ONLY = {"keys:export_file", "keys:withdraw_hand_over", "keys:disable_leaked"}
# The three transactions of a call are: the key's state, its admission, its answer. The admission counts the call; the
# first call of a day makes the row in which it counts, and removes the row of long ago. Token and answer count the use
# of the secret in its hour and at its caller; the first of a caller makes its row.
TOKEN, FIRST_CALL, CALL = 8, 22, 16


@pytest.fixture
def places(cast: Cast) -> dict[str, Any]:
    """Five keys, each used twice, so that a query per row is seen."""
    make_upstream_key(cast.acme)
    for number in range(5):
        key, secret = make_key(cast.acme, f"Line {number}")
        for _ in range(2):
            get_token(Client(), key, secret)
    waiting, _secret = make_key(cast.acme, "Waiting")
    BindingKey.all_tenants.filter(pk=waiting.pk).update(approval_pending=True)
    invitations = [make_invitation(cast.acme, f"new{number}@acme.example", Role.VIEWER) for number in range(3)]
    return {
        "key": key.pk,
        "waiting": waiting.pk,
        "asset": "0" * 32,
        "member": membership_of(cast.dev, cast.acme).pk,
        "invitation": invitations[0].pk,
    }


@pytest.mark.parametrize("url", PAGES)
def test_page(url: str, places: dict[str, Any], cast: Cast, django_assert_num_queries: Callable[..., Any]) -> None:
    alice = signed_in(cast.alice)
    with django_assert_num_queries(PAGES[url]):
        alice.get(url.format(**places))


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
