"""What is different from the version approved before: shown to whoever approves, and to the operator."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.cockpit.models import AppVersion
from tests.cast import Cast, signed_in
from tests.cockpit.running import checked
from tests.cockpit.writing import RELEASE, approve, give, give_screenshot, name_roles


@pytest.fixture
def second(in_check: AppVersion, dev: Client) -> AppVersion:
    """A further version of what was approved, not yet registered."""
    dev.post(f"/t/acme/apps/{in_check.pk}/new-version/", {"version": "v2.0.0"})
    return AppVersion.all_tenants.get(version="v2.0.0")


def submit(dev: Client, app: AppVersion, **changed: str) -> None:
    for page, written in (("register", {}), ("prepare", RELEASE | changed)):
        assert dev.post(f"/t/acme/apps/{app.pk}/{page}/", written).status_code == 302
    give_screenshot(app)
    checked(app)
    assert dev.post(f"/t/acme/apps/{app.pk}/submit/").status_code == 302


def test_first_version_has_nothing_before(waiting: AppVersion, dana: Client) -> None:
    assert "Changes since" not in dana.get(f"/t/acme/apps/{waiting.pk}/approve/").content.decode()


def test_nothing_but_the_version(second: AppVersion, dev: Client, dana: Client) -> None:
    submit(dev, second)
    page = dana.get(f"/t/acme/apps/{second.pk}/approve/").content.decode()
    assert "Changes since v1.0.0" in page
    assert "Nothing is different but the version." in page


def test_each_change_is_shown_to_both(second: AppVersion, dev: Client, dana: Client, cast: Cast) -> None:
    one = f"/t/acme/apps/{second.pk}/"
    name_roles(dev, second, "default\nwrite", "admin")
    give(dev, second, "admin/write", "admin/mdsp:core:iot.timUser")
    dev.post(f"{one}component/web/", {"name": "web", "url": "https://new.acme.example/", "endpoints": "/**"})
    dev.post(f"{one}edit/", {"display_name": "Pump Oracle", "cache_control": "no-store"})
    submit(dev, second, credentials="write")
    context = dana.get(f"{one}approve/").context
    assert {str(change.label): (change.gone, change.new) for change in context["changes"]} == {
        "Display name": (["Pump Advisor"], ["Pump Oracle"]),
        "Components": (["web: https://pumpadvisor.acme.example/ /**"], ["web: https://new.acme.example/ /**"]),
        "Scopes": ([], ["pumpadvisor.write"]),
        "Roles": (["admin: default"], ["admin: write, mdsp:core:iot.timUser"]),
        "cache-control": ([], ["no-store"]),
        "Health endpoint": (["https://pumpadvisor.acme.example/health"], ["https://new.acme.example/health"]),
        "App credentials": (["Read"], ["Read and write"]),
    }
    approve(dana, second)
    page = signed_in(cast.olga).get(f"/operator/releases/acme/{second.pk}/").content.decode()
    assert "admin: write, mdsp:core:iot.timUser" in page


def test_before_is_what_was_approved_not_what_was_only_made(
    second: AppVersion, in_check: AppVersion, dev: Client, dana: Client
) -> None:
    dev.post(f"/t/acme/apps/{second.pk}/new-version/", {"version": "v3.0.0"})
    third = AppVersion.all_tenants.get(version="v3.0.0")
    submit(dev, third)
    assert dana.get(f"/t/acme/apps/{third.pk}/approve/").context["before"] == in_check
