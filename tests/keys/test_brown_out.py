"""A brown-out: a rehearsal of a revocation that ends by itself, and says who needs the key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from portal.audit.models import AuditRecord
from portal.identity.models import User
from portal.keys.models import BindingKey
from tests.cast import Cast, get_token, make_key, signed_in
from tests.keys.test_roll import asks, calls


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as clock:
        yield clock


def start(browser: Client, key: BindingKey, what: str = "all") -> int:
    return browser.post(f"/t/acme/keys/{key.pk}/brown-out/", {"what": what}).status_code


def test_refuses_for_two_minutes_and_ends_by_itself(noon: time_machine.Traveller, alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    token = get_token(Client(), key, secret)
    assert "even when the portal is restarted" in alice.get(f"/t/acme/keys/{key.pk}/brown-out/").content.decode()
    assert start(alice, key) == 302
    assert alice.get(f"/t/acme/keys/{key.pk}/").context["key"]["state"].label == "Brown-out"
    assert BindingKey.all_tenants.get().standing == "brown_out"
    assert (asks(key, secret), calls(token)) == (401, 401)
    noon.shift(119.9)
    assert (asks(key, secret), calls(token)) == (401, 401)
    noon.shift(0.1)
    assert BindingKey.all_tenants.get().standing == ""
    # Nothing ran in between: the end is a time in the row.
    assert (asks(key, secret), calls(token)) == (200, 404)
    started = AuditRecord.all_tenants.get(name="key.brown_out")
    assert (started.facts["share"], started.facts["until"]) == (100, "2026-11-20T12:02:00Z")
    assert "started a brown-out of the binding key Line 4 gateway: 100 % of its calls" in started.sentence


def test_history_tells_its_end_as_the_reader_reads_times(alice: Client, cast: Cast) -> None:
    key, _secret = make_key(cast.acme)
    start(alice, key)
    page = f"/t/acme/keys/{key.pk}/"
    assert "100 % of its calls, until 20 Nov 2026, 12:02" in alice.get(page).content.decode()
    User.objects.filter(pk=cast.alice.pk).update(language="de", time_zone="Europe/Berlin")
    for where in (page, "/t/acme/activity/"):
        assert "20.11.2026, 13:02" in signed_in(User.objects.get(pk=cast.alice.pk)).get(where).content.decode()


def test_report_says_who_was_refused_and_stays(noon: time_machine.Traveller, alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    token = get_token(Client(), key, secret)
    start(alice, key)
    page = f"/t/acme/keys/{key.pk}/brown-out/"
    assert "Nobody has called yet." in alice.get(page).content.decode()
    for _ in range(3):
        asks(key, secret, "Pump 1")
        asks(key, secret, "Pump 2")
        noon.shift(1)
    calls(token)
    noon.shift(120)
    asks(key, secret, "Pump 3")
    report = alice.get(page).context["report"]
    assert report.is_over
    assert {(who.agent, tuple(who.routes)) for who in report.callers} == {
        ("Pump 1", ("token",)),
        ("Pump 2", ("token",)),
        ("", ("/api/none",)),
    }
    assert "Who was refused because of the brown-out" in alice.get(page).content.decode()


def test_each_brown_out_has_a_report_of_its_own(noon: time_machine.Traveller, alice: Client, cast: Cast) -> None:
    """Refusals that repeat within a minute are only counted, but the next brown-out names its callers anew."""
    key, secret = make_key(cast.acme)
    token = get_token(Client(), key, secret)
    page = f"/t/acme/keys/{key.pk}/brown-out/"
    for _brown_out in range(2):
        start(alice, key)
        asks(key, secret, "Pump 1")
        calls(token)
        assert {who.agent for who in alice.get(page).context["report"].callers} == {"Pump 1", ""}
        alice.post(f"{page}stop/")
        noon.shift(10)


def test_a_share_of_the_calls_for_an_hour(noon: time_machine.Traveller, alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    token = get_token(Client(), key, secret)
    start(alice, key, "half")
    answers = [calls(token) for _ in range(200)]
    # Of fair coins, fewer than 60 or more than 140 of 200 come once in 10 000 000 times.
    assert 60 < answers.count(401) < 140
    assert answers.count(401) + answers.count(404) == 200
    noon.shift(3600)
    assert {asks(key, secret) for _ in range(20)} == {200}


def test_is_stopped_before_its_time(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    start(alice, key)
    assert "No call is refused for it any more" in alice.get(f"/t/acme/keys/{key.pk}/brown-out/stop/").content.decode()
    assert alice.post(f"/t/acme/keys/{key.pk}/brown-out/stop/").status_code == 302
    assert asks(key, secret) == 200
    assert AuditRecord.all_tenants.get(name="key.brown_out_stopped").actor_name == cast.alice.name
    assert alice.post(f"/t/acme/keys/{key.pk}/brown-out/stop/").status_code == 409


def test_one_at_a_time(alice: Client, cast: Cast) -> None:
    key, _ = make_key(cast.acme)
    start(alice, key, "tenth")
    assert start(alice, key) == 422
    assert BindingKey.all_tenants.get().brownout_share == 10


@pytest.mark.parametrize("what", ["", "none"])
def test_invalid_choice_is_shown_again(alice: Client, cast: Cast, what: str) -> None:
    key, _ = make_key(cast.acme)
    assert start(alice, key, what) == 422
    assert BindingKey.all_tenants.get().brownout_until is None


def test_page_refreshes_itself_only_while_it_lasts(noon: time_machine.Traveller, alice: Client, cast: Cast) -> None:
    key, _ = make_key(cast.acme)
    start(alice, key)
    page, htmx = f"/t/acme/keys/{key.pk}/brown-out/", {"HX-Request": "true"}
    assert '<meta http-equiv="refresh"' in alice.get(page).content.decode()
    assert "HX-Refresh" not in alice.get(page, headers=htmx)
    noon.shift(120)
    assert '<meta http-equiv="refresh"' not in alice.get(page).content.decode()
    assert alice.get(page, headers=htmx)["HX-Refresh"] == "true"
