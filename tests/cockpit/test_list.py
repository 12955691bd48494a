"""The list of applications: found, narrowed, empty, in pages."""

from __future__ import annotations

import pytest
from django.test import Client

from portal import constants
from portal.actor import SYSTEM
from portal.cockpit.registration.commands import register
from portal.scoping import tenant_scope
from tests.cast import Cast, make_app, signed_in

LIST = "/t/acme/apps/"


@pytest.fixture
def three(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(constants.PACKAGES["S"], "applications", 10)
    make_app(cast.acme, "pumpadvisor")
    valves = make_app(cast.acme, "valves", display_name="Valve Watch", version="v2.1.0")
    make_app(cast.globex, "windfarm", display_name="Wind Farm")
    with tenant_scope(cast.acme.pk):
        register(valves, by=SYSTEM)


def names(client: Client, query: str = "") -> list[str]:
    return [app["name"] for app in client.get(LIST + query).context["apps"]]


def test_all_of_the_tenant_newest_first(dev: Client, three: None) -> None:
    assert names(dev) == ["Valve Watch", "Pump Advisor"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=valve", ["Valve Watch"]),
        ("?q=PUMPADV", ["Pump Advisor"]),
        ("?q=v2.1", ["Valve Watch"]),
        ("?state=registered", ["Valve Watch"]),
        ("?state=in_development", ["Pump Advisor"]),
        ("?q=pump&state=registered", []),
        ("?state=ready", []),
        ("?q=windfarm", []),
    ],
)
def test_narrowed(dev: Client, three: None, query: str, found: list[str]) -> None:
    assert names(dev, query) == found


def test_nothing_matches(dev: Client, three: None) -> None:
    page = dev.get(LIST + "?q=zzz").content.decode()
    assert "No application matches the filter" in page
    assert "Clear filter" in page


@pytest.mark.parametrize("query", ["?state=nonsense", "?q=" + "x" * 101, "?page=zzz", "?q=%00"])
def test_wrong_query_is_answered(dev: Client, three: None, query: str) -> None:
    assert dev.get(LIST + query).status_code == 200


def test_pages(dev: Client, three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "PAGE_SIZE", 1)
    assert names(dev, "?page=2") == ["Pump Advisor"]
    assert dev.get(LIST).context["pages"].next_url == f"{LIST}?page=2"


def test_empty_for_who_can_create_and_for_who_cannot(dev: Client, cast: Cast) -> None:
    page = dev.get(LIST).content.decode()
    assert "No applications yet" in page
    assert "/t/acme/apps/create/" in page
    page = signed_in(cast.audrey).get(LIST).content.decode()
    assert "A developer of this tenant can create one." in page
    assert "/t/acme/apps/create/" not in page


def test_in_the_navigation_and_on_the_home_page(dev: Client) -> None:
    assert f'<a href="{LIST}" aria-current="page">' in dev.get(LIST).content.decode()
    assert "from the first line to an approved release" in dev.get("/t/acme/").content.decode()


def test_package_page_counts_them(dev: Client, three: None) -> None:
    assert "2 of 10 applications used" in dev.get("/t/acme/package/").content.decode()
