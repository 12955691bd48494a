"""The package page: quotas with meters, what happens at the limit, the calls of 30 days; and who is told to look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from portal import constants
from portal.permissions import Role
from portal.scoping import tenant_scope
from portal.tenants.models import DailyCalls, Tenant
from tests.cast import Cast, make_key, make_member, make_upstream_key, signed_in

PACKAGE = "/t/acme/package/"
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel("2026-11-20T23:30:00Z", tick=False):
        yield


def count_calls(tenant: Tenant, calls: dict[int, int]) -> None:
    """Numbers of calls by days ago."""
    with tenant_scope(tenant.pk):
        for ago, number in calls.items():
            DailyCalls.objects.create(day=TODAY - timedelta(days=ago), calls=number)


def page_of(client: Client, **headers: str) -> str:
    answer = client.get(PACKAGE, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_shows_each_quota_with_what_happens_at_its_limit(alice: Client, cast: Cast, settings: Any) -> None:
    settings.OPERATOR_EMAIL = ""
    make_key(cast.acme)
    make_upstream_key(cast.acme)
    count_calls(cast.acme, {0: 1234})
    count_calls(cast.globex, {0: 999})
    page = page_of(alice)
    for text in (
        "<h1>Package S</h1>",
        "1 of 10 binding keys used",
        "0 of 5 contracts used",
        "0 of 2 applications used",
        "1,234 of 50,000 calls made today",
        "When the limit is reached: No further key can be created. Existing keys go on working.",
        "When the limit is reached: Further calls are refused until 00:00 UTC.",
        "Only the operator of this portal can change the package of a tenant.",
    ):
        assert text in page
    assert page.count("<meter ") == 4
    assert "mailto:" not in page


def test_operator_can_be_written_to(alice: Client, settings: Any) -> None:
    settings.OPERATOR_EMAIL = "operator@portal.example"
    assert 'Write to <a href="mailto:operator@portal.example">operator@portal.example</a>.' in page_of(alice)


def test_reached_limit_is_said(alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(constants.PACKAGES["S"], "keys", 1)
    make_key(cast.acme)
    assert "The limit is reached. No further key can be created. Existing keys go on working." in page_of(alice)


def test_more_than_a_smaller_package_allows(alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_key(cast.acme, "First")
    make_key(cast.acme, "Second")
    monkeypatch.setitem(constants.PACKAGES["S"], "keys", 1)
    assert "2 of 1 binding keys used" in page_of(alice)


def test_all_packages_are_compared(alice: Client) -> None:
    Tenant.objects.filter(name="acme").update(package="L")
    page = page_of(alice)
    rows = re.findall(r'<th scope="row">(S|M|L|XL)( <span class="sub">This tenant</span>)?</th>', page)
    assert rows == [("S", ""), ("M", ""), ("L", ' <span class="sub">This tenant</span>'), ("XL", "")]
    assert "5,000,000" in page


class TestCalls:
    def test_thirty_days_in_the_drawing_and_in_the_table(self, alice: Client, cast: Cast) -> None:
        count_calls(cast.acme, {0: 70, 29: 5, 30: 1000})
        answer = alice.get(PACKAGE)
        assert [(day.isoformat(), calls) for day, calls in answer.context["days"] if calls] == [
            ("2026-11-20", 70),
            ("2026-10-22", 5),
        ]
        assert len(answer.context["days"]) == 30
        page = page_of(alice)
        assert "75 calls through the proxy in the last 30 days" in page
        for kind in ("wide", "narrow"):
            drawing = page.partition(f'<svg class="is-{kind}"')[2].partition("</svg>")[0]
            assert drawing.count("<rect ") == 30
            assert "<title>20 Nov: 70</title>" in drawing
        assert page.count('<td data-label="Calls">') == 30

    def test_without_a_call_there_is_no_empty_drawing(self, alice: Client) -> None:
        page = page_of(alice)
        assert "0 calls through the proxy in the last 30 days" in page
        assert "bar-chart" not in page

    def test_no_locale_spoils_the_drawing(self, alice: Client, cast: Cast) -> None:
        count_calls(cast.acme, {ago: 1_234_567 * ago for ago in range(30)})
        page = page_of(alice, **{"Accept-Language": "de"})
        drawings = " ".join(re.findall(r"<svg class=\"is-.*?</svg>", page))
        numbers = re.findall(r' (?:x|y|x1|x2|y1|y2|width|height)="([^"]*)"', drawings)
        assert numbers
        assert all(number.isdigit() for number in numbers)


class TestNavigation:
    def test_one_area_is_the_current_one(self, alice: Client) -> None:
        for url in ("/t/acme/", PACKAGE, "/t/acme/keys/create/"):
            current = [area.url for area in alice.get(url).context["shell"]["navigation"] if area.current]
            assert current == [url.removesuffix("create/")]

    def test_everybody_in_the_tenant_may_look(self, cast: Cast) -> None:
        viewer = signed_in(make_member(cast.acme, "viewer@acme.example", Role.VIEWER))
        assert "Package S" in page_of(viewer)


class TestAttention:
    @pytest.fixture(autouse=True)
    def hub_access(self, cast: Cast) -> None:
        make_upstream_key(cast.acme)

    @pytest.mark.parametrize(
        ("calls", "told"),
        [
            (80, []),
            (81, [("warn", "81 of 100 calls made today")]),
            (99, [("warn", "99 of 100 calls made today")]),
            (100, [("bad", "100 of 100 calls made today")]),
        ],
    )
    def test_from_eighty_percent_on(
        self, alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, calls: int, told: list[tuple[str, str]]
    ) -> None:
        monkeypatch.setitem(constants.PACKAGES["S"], "calls_per_day", 100)
        count_calls(cast.acme, {0: calls, 1: 100})
        count_calls(cast.globex, {0: 100})
        assert [(item.tone, item.title) for item in alice.get("/t/acme/").context["attention"]] == told

    def test_keys(self, alice: Client, cast: Cast) -> None:
        for number in range(9):
            make_key(cast.acme, f"Line {number}")
        (item,) = alice.get("/t/acme/").context["attention"]
        assert (item.tone, item.title, item.url) == ("warn", "9 of 10 binding keys used", PACKAGE)
        make_key(cast.acme, "Line 9")
        (item,) = alice.get("/t/acme/").context["attention"]
        assert item.tone == "bad"
        assert "No further key can be created." in item.detail
        assert "Ask operator@bindery.example for a larger package." in item.detail
