"""What the list of keys can be narrowed to, its order, the uses beside each key, and the states."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.keys import queries
from portal.keys.expiry import end_of, in_days
from portal.keys.forms import KeyFilterForm
from portal.keys.models import BindingKey, KeyCaller, SecretGeneration, UseHour
from portal.scoping import tenant_scope
from tests.cast import Cast, expire, get_token, make_key, make_old, make_upstream_key

pytestmark = pytest.mark.usefixtures("clock")


def rows(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/t/acme/keys/{query}")
    assert answer.status_code == 200
    return list(answer.context["keys"])


def names(client: Client, query: str) -> list[str]:
    return [row["name"] for row in rows(client, query)]


def used(key: BindingKey, days: int, *, ok: bool = True) -> None:
    """Somebody used the key so many days ago, and not since."""
    at = timezone.now() - timedelta(days=days)
    with tenant_scope(key.tenant_id):
        KeyCaller.objects.create(
            key=key, generation=1, address="192.0.2.7", agent="", route="token", succeeded=ok, first_at=at, last_at=at
        )


def rolled(key: BindingKey) -> None:
    with tenant_scope(key.tenant_id):
        SecretGeneration.objects.create(key=key, number=2, sealed=b"x", hint="", created_by="Alice")


def secrets_ended(key: BindingKey) -> None:
    SecretGeneration.all_tenants.filter(key=key).update(ends_at=timezone.now())


def with_fields(**fields: Any) -> Callable[[BindingKey], Any]:
    return lambda key: BindingKey.all_tenants.filter(pk=key.pk).update(**fields)


def in_a_minute() -> datetime:
    return timezone.now() + timedelta(minutes=1)


# For each state of a key: what makes it so, its word and its badge, and the filters that find it beside "all".
STATES: dict[str, tuple[Callable[[BindingKey], Any], str, set[str]]] = {
    "unused": (lambda key: None, "Never used", {"active", "unused"}),
    "active": (lambda key: used(key, 1), "Active", {"active"}),
    "rolling": (rolled, "Rolling: two secrets work", {"active", "unused", "rolling"}),
    "brown_out": (
        lambda key: with_fields(brownout_until=in_a_minute(), brownout_share=20)(key),
        "Brown-out",
        {"active", "unused", "brown_out"},
    ),
    "approval_pending": (with_fields(approval_pending=True), "Approval pending", {"approval_pending"}),
    "disabled": (lambda key: with_fields(disabled_at=timezone.now())(key), "Disabled", {"disabled"}),
    "expired": (expire, "Expired", {"expired"}),
    "revoked": (lambda key: with_fields(revoked_at=timezone.now())(key), "Revoked", {"revoked"}),
    "no_secret": (secrets_ended, "No secret works", {"no_secret"}),
    "expiring": (
        lambda key: (make_old(key, 89), with_fields(expires_at=end_of(in_days(3)))(key)),
        "Expires in 3 days",
        {"active", "unused"},
    ),
}


@pytest.mark.parametrize("word", STATES)
def test_state_as_icon_and_word_and_the_filters_that_find_it(alice: Client, cast: Cast, word: str) -> None:
    make, label, filters = STATES[word]
    key, _secret = make_key(cast.acme)
    make(key)
    (row,) = rows(alice)
    assert (str(row["state"].label), bool(row["state"].icon)) == (label, True)
    assert {state for state in queries.STATES if rows(alice, f"?state={state}")} == filters
    (exported,) = alice.get("/t/acme/keys/export.json").json()["keys"]
    assert exported["state"] == word


def test_brown_out_ends_by_itself(alice: Client, cast: Cast) -> None:
    key, _secret = make_key(cast.acme)
    with_fields(brownout_until=timezone.now(), brownout_share=100)(key)
    assert [str(row["state"].label) for row in rows(alice)] == ["Never used"]
    assert names(alice, "?state=brown_out") == []


def test_why_a_key_does_not_work_is_never_hidden(cast: Cast) -> None:
    """A reason that somebody adds to `standing` is shown as a refusal until it has a word of its own."""
    key, _secret = make_key(cast.acme)
    type(key).standing, before = property(lambda self: "stolen"), type(key).standing  # type: ignore[method-assign,assignment]
    try:
        assert str(queries.state_of(key, None).label) == "Refused"
    finally:
        type(key).standing = before  # type: ignore[method-assign]


def test_every_state_can_be_chosen() -> None:
    assert {value for value, _label in KeyFilterForm.STATES} == {"", *queries.STATES}
    assert {value for value, _label in KeyFilterForm.SORTS} == set(queries.SORTS)


class TestUnused:
    @pytest.fixture(autouse=True)
    def keys(self, clock: time_machine.Traveller, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        for name, age, last in (
            ("Young", 89, None),
            ("Old, never used", 91, None),
            ("Old, used lately", 200, 89),
            ("Old, used long ago", 200, 91),
        ):
            key, _secret = make_key(cast.acme, name)
            make_old(key, age)
            if last is not None:
                used(key, last)
        for name, make in (("Disabled", STATES["disabled"][0]), ("Expired", expire), ("Gone", STATES["revoked"][0])):
            key, _secret = make_key(cast.acme, name)
            make_old(key, 100)
            make(key)
        make_old(BindingKey.all_tenants.get(name="Hub access"), 500)

    def test_filter(self, alice: Client) -> None:
        assert names(alice, "?unused=90&sort=name") == ["Old, never used", "Old, used long ago"]
        assert names(alice, "?unused=92&sort=name") == []
        assert set(names(alice, "?unused=80")) == {"Young", "Old, never used", "Old, used lately", "Old, used long ago"}

    def test_failures_are_no_use(self, alice: Client) -> None:
        used(BindingKey.all_tenants.get(name="Old, never used"), 1, ok=False)
        assert "Old, never used" in names(alice, "?unused=90")

    def test_needs_attention_with_the_way_to_them(self, alice: Client) -> None:
        (item,) = [item for item in alice.get("/t/acme/").context["attention"] if item.icon == "clock-fading"]
        assert (item.tone, item.title) == ("warn", "2 keys were not used for 90 days")
        assert item.url == "/t/acme/keys/?unused=90"
        assert len(rows(alice, "?unused=90")) == 2

    def test_used_again_they_need_none(self, alice: Client) -> None:
        for name in ("Old, never used", "Old, used long ago"):
            used_again = BindingKey.all_tenants.get(name=name)
            KeyCaller.all_tenants.filter(key=used_again).delete()
            used(used_again, 0)
        titles = [item.title for item in alice.get("/t/acme/").context["attention"]]
        assert [title for title in titles if "not used" in title] == []


def test_what_the_callers_forgot_the_log_knows(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    get_token(Client(), key, secret)
    KeyCaller.all_tenants.filter(key=key).delete()
    (row,) = rows(alice)
    assert str(row["state"].label) == "Active"
    assert row["last_used_at"] is not None


@pytest.mark.parametrize(
    ("days", "found"), [(0, ["Today"]), (7, ["Today", "In a week"]), (30, ["Today", "In a week", "In a month"])]
)
def test_expires_within_days(alice: Client, cast: Cast, days: int, found: list[str]) -> None:
    for name, left in (("Today", 0), ("In a week", 7), ("In a month", 30), ("Later", 31)):
        make_key(cast.acme, name, expires_at=end_of(in_days(left)))
    make_key(cast.acme, "Without end")
    expire(make_key(cast.acme, "Past")[0])
    assert names(alice, f"?expires={days}&sort=expires") == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["C", "B", "A"]),
        ("name", ["A", "B", "C"]),
        ("last_used", ["B", "C", "A"]),
        ("expires", ["C", "A", "B"]),
    ],
)
def test_order(alice: Client, cast: Cast, sort: str, order: list[str]) -> None:
    for number, (name, last, left) in enumerate((("A", 1, 20), ("B", None, None), ("C", 5, 10))):
        key, _secret = make_key(cast.acme, f"Line {name}", expires_at=end_of(in_days(left)) if left else None)
        make_old(key, 50 - number)
        if last:
            used(key, last)
    assert names(alice, f"?sort={sort}") == [f"Line {name}" for name in order]


def test_search_and_sort_ignore_case(alice: Client, cast: Cast) -> None:
    for name in ("line b", "Zeta", "Übergabe", "Line A", "überall"):
        make_key(cast.acme, name)
    assert names(alice, "?q=übergabe") == names(alice, "?q=ÜBERGABE") == ["Übergabe"]
    assert [name for name in names(alice, "?sort=name") if name.isascii()] == ["Line A", "line b", "Zeta"]
    assert names(alice, "?q=über&sort=name") == ["überall", "Übergabe"]


def test_filter_that_is_none_takes_no_other_away(alice: Client, cast: Cast) -> None:
    for name in ("North", "South"):
        make_key(cast.acme, f"{name} line")
    answer = alice.get("/t/acme/keys/?q=north&unused=-1&state=nonsense&expires=x&sort=name")
    assert [row["name"] for row in answer.context["keys"]] == ["North line"]
    page = answer.content.decode()
    assert page.count('aria-invalid="true"') == 3
    assert 'href="/t/acme/keys/export.csv?q=north&amp;sort=name"' in page
    assert alice.get("/t/acme/keys/export.json?q=north&sort=name").status_code == 200
    answer = alice.get("/t/acme/keys/?q=zzzz&unused=-1")
    assert answer.context["keys"] == []
    assert "No key matches the filter" in answer.content.decode()


@pytest.mark.parametrize("query", ["?unused=x", "?unused=0", "?unused=99999", "?expires=-1"])
def test_filter_that_is_none_is_told_at_its_field(alice: Client, cast: Cast, query: str) -> None:
    make_key(cast.acme)
    answer = alice.get(f"/t/acme/keys/{query}")
    assert len(answer.context["keys"]) == 1
    assert 'aria-invalid="true"' in answer.content.decode()


def test_filters_go_together_and_stay_on_the_next_page(alice: Client, cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("portal.constants.PAGE_SIZE", 1)
    for name in ("North 1", "North 2", "South"):
        make_key(cast.acme, name, expires_at=end_of(in_days(5)))
    make_key(cast.acme, "North 3")
    answer = alice.get("/t/acme/keys/?q=north&state=unused&expires=9&sort=name")
    assert [row["name"] for row in answer.context["keys"]] == ["North 1"]
    assert answer.context["pages"].total == 2
    assert "?q=north&amp;state=unused&amp;expires=9&amp;sort=name&amp;page=2" in answer.content.decode()
    assert "Clear filter" in answer.content.decode()


class TestUsesBesideAKey:
    def test_of_the_last_two_weeks(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        make_key(cast.acme, "Other")
        now = timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        midnight = now.replace(hour=0)
        with tenant_scope(cast.acme.pk):
            for hour, calls in (
                (now, 3),
                (midnight - timedelta(days=13), 4),
                (midnight - timedelta(days=13, hours=1), 50),
            ):
                UseHour.objects.create(key=key, generation=1, hour=hour, calls=calls, failures=1)
        answer = alice.get("/t/acme/keys/?sort=name")
        first, other = answer.context["keys"]
        assert (first["uses"], first["failed"], other["uses"]) == (9, 2, 0)
        assert len(first["spark"].split()) == 14
        assert first["spark"].startswith("0,0 ")
        assert answer.content.decode().count('class="sparkline"') == 1


def test_queries_do_not_grow_with_rows(alice: Client, cast: Cast) -> None:
    def queries_of(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(url).status_code == 200
        return len(captured)

    urls = ["/t/acme/keys/?unused=1&sort=last_used", "/t/acme/keys/", "/t/acme/keys/export.csv", "/t/acme/"]
    make_old(make_key(cast.acme)[0], 2)
    few = [queries_of(url) for url in urls]
    for number in range(7):
        key, _secret = make_key(cast.acme, f"Line {number}")
        make_old(key, 2)
        rolled(key)
        used(key, 1)
    assert [queries_of(url) for url in urls] == few
