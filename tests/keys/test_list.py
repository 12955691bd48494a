"""The list of keys."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal import constants
from portal.keys.expiry import end_of, in_days
from portal.keys.models import BindingKey
from tests.cast import Cast, expire, get_token, make_key, make_old, make_upstream_key


def test_shows_keys_with_state_source_and_maker(alice: Client, cast: Cast) -> None:
    make_upstream_key(cast.acme)
    key, secret = make_key(cast.acme, "Used line")
    make_key(cast.acme, "Fresh line")
    get_token(Client(), key, secret)
    page = alice.get("/t/acme/keys/").content.decode()
    for text in (
        "Used line",
        "Active",
        "Fresh line",
        "Never used",
        "Hub access",
        "In use by the portal",
        key.client_id,
    ):
        assert text in page


def test_empty_list_says_what_a_key_is_for(alice: Client) -> None:
    page = alice.get("/t/acme/keys/").content.decode()
    assert "/t/acme/keys/create/" in page
    assert "<tbody" not in page


def test_search_and_state(alice: Client, cast: Cast) -> None:
    key, _secret = make_key(cast.acme, "North line")
    make_key(cast.acme, "South line")
    alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": "North line"})
    assert names(alice, "?q=north") == ["North line"]
    assert names(alice, f"?q={key.client_id}") == ["North line"]
    assert names(alice, "?state=active") == ["South line"]
    assert names(alice, "?state=revoked") == ["North line"]
    assert names(alice, "?q=nothing") == []


def test_filter_that_is_none_shows_everything(alice: Client, cast: Cast) -> None:
    make_key(cast.acme, "North line")
    assert names(alice, "?state=bogus") == ["North line"]


def test_pages(alice: Client, cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(constants, "PAGE_SIZE", 2)
    for number in range(5):
        make_key(cast.acme, f"Line {number}")
    assert names(alice, "") == ["Line 4", "Line 3"]
    assert names(alice, "?page=3") == ["Line 0"]
    assert names(alice, "?page=99") == ["Line 0"]
    assert names(alice, "?page=x") == ["Line 4", "Line 3"]
    assert "?q=line&amp;page=2" in alice.get("/t/acme/keys/?q=line").content.decode()


def test_developer_sees_keys_but_no_way_to_make_one(cast: Cast) -> None:
    from tests.cast import signed_in

    make_key(cast.acme)
    page = signed_in(cast.dev).get("/t/acme/keys/").content.decode()
    assert "Line 4 gateway" in page
    assert "/t/acme/keys/create/" not in page
    assert "/t/acme/keys/import/" not in page


def names(client: Client, query: str) -> list[str]:
    answer = client.get(f"/t/acme/keys/{query}")
    assert answer.status_code == 200
    return [key["name"] for key in answer.context["keys"]]


def test_meter_is_one_sentence(alice: Client, cast: Cast) -> None:
    make_key(cast.acme)
    page = alice.get("/t/acme/keys/").content.decode()
    assert "<span>1 of 10 binding keys used</span>" in page
    assert 'aria-label="1 of 10 binding keys used"' in page
    assert 'href="/t/acme/package/"' in page


def test_key_of_the_portal_itself_is_never_called_unused(alice: Client, cast: Cast) -> None:
    make_upstream_key(cast.acme)
    page = alice.get("/t/acme/keys/").content.decode()
    assert "Not counted" in page
    assert "Never" not in page.partition("<tbody")[2]


def test_at_the_limit_there_is_no_way_to_create_and_the_reason_is_told(
    alice: Client, cast: Cast, monkeypatch: Any, settings: Any
) -> None:
    monkeypatch.setitem(constants.PACKAGES["S"], "keys", 1)
    make_key(cast.acme)
    answer = alice.get("/t/acme/keys/")
    page = answer.content.decode()
    assert "/t/acme/keys/create/" not in page
    assert "1 of 1 binding keys used. Package S allows no more." in page
    assert "Revoke a key that nobody uses, or ask operator@bindery.example for a larger package." in page


@pytest.mark.usefixtures("clock")
class TestExpiry:
    def test_state_and_date(self, alice: Client, cast: Cast) -> None:
        for name, days in (("Today", 0), ("Tomorrow", 1), ("Soon", 29), ("Later", 30)):
            make_old(make_key(cast.acme, name, expires_at=end_of(in_days(days)))[0], 89)
        make_key(cast.acme, "Short life", expires_at=end_of(in_days(29)))
        make_key(cast.acme, "Past")
        expire(BindingKey.all_tenants.get(name="Past"))
        states = {key["name"]: str(key["state"].label) for key in alice.get("/t/acme/keys/").context["keys"]}
        assert states == {
            "Today": "Expires today",
            "Tomorrow": "Expires in 1 day",
            "Soon": "Expires in 29 days",
            "Later": "Never used",
            "Short life": "Never used",
            "Past": "Expired",
        }

    def test_revoked_is_the_stronger_word(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        expire(key)
        alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": "Line 4 gateway"})
        (row,) = alice.get("/t/acme/keys/").context["keys"]
        assert row["state"].label == "Revoked"
        assert names(alice, "?state=expired") == []

    def test_filter(self, alice: Client, cast: Cast) -> None:
        make_key(cast.acme, "Without end")
        make_key(cast.acme, "Later", expires_at=end_of(in_days(400)))
        expire(make_key(cast.acme, "Past")[0])
        assert names(alice, "?state=expired") == ["Past"]
        assert names(alice, "?state=active") == ["Later", "Without end"]

    def test_expired_counts_until_it_is_revoked(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        expire(key)
        assert "1 of 10 binding keys used" in alice.get("/t/acme/keys/").content.decode()
        alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": "Line 4 gateway"})
        assert "0 of 10 binding keys used" in alice.get("/t/acme/keys/").content.decode()
