"""Before a key is revoked: who used it, and what will break."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.test import Client

from tests.cast import Cast, make_key
from tests.keys.test_roll import asks


def test_says_who_used_it_and_breaks(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    other, other_secret = make_key(cast.acme, "Another")
    asks(key, secret, "Pump 7")
    asks(other, other_secret, "Pump 8")
    answer = alice.get(f"/t/acme/keys/{key.pk}/revoke/")
    assert [(who.address, who.agent, who.routes) for who in answer.context["callers"]] == [
        ("127.0.0.1", "Pump 7", ["token"])
    ]
    assert "These used it in the last 30 days, and break:" in answer.content.decode()


def test_whoever_was_refused_does_not_break(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    alice.post(f"/t/acme/keys/{key.pk}/disable/", {"why": "Leaked"})
    asks(key, secret)
    assert alice.get(f"/t/acme/keys/{key.pk}/revoke/").context["callers"] == []


def test_a_use_of_long_ago_is_not_told(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    with time_machine.travel(timedelta(days=-31)):
        asks(key, secret)
    assert alice.get(f"/t/acme/keys/{key.pk}/revoke/").context["callers"] == []


def test_a_refused_name_shows_the_callers_again(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    asks(key, secret, "Pump 7")
    answer = alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": "other"})
    assert answer.status_code == 422
    assert "Pump 7" in answer.content.decode()
