"""The list of keys."""

from __future__ import annotations

from typing import Any

from django.test import Client

from portal import constants
from tests.cast import Cast, get_token, make_key, make_upstream_key


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


def test_meter_is_one_sentence(alice: Client, cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(constants, "KEYS_PER_TENANT", 10)
    make_key(cast.acme)
    page = alice.get("/t/acme/keys/").content.decode()
    assert "<span>1 of 10 active keys used</span>" in page
    assert 'aria-label="1 of 10 active keys used"' in page


def test_key_of_the_portal_itself_is_never_called_unused(alice: Client, cast: Cast) -> None:
    make_upstream_key(cast.acme)
    page = alice.get("/t/acme/keys/").content.decode()
    assert "Not counted" in page
    assert "Never" not in page
