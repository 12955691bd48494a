"""Changing an application and making a further version of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal import constants
from portal.actor import SYSTEM
from portal.cockpit.commands import ConfigurationLocked, change_app
from portal.cockpit.models import AppVersion
from portal.cockpit.moves import locked
from portal.cockpit.registration.commands import register
from portal.scoping import tenant_scope
from tests.cast import Cast, make_app
from tests.cockpit.reading import again, content, recorded
from tests.faults import audit_refuses

WRITTEN = {"display_name": "Pump Oracle", "description": "New.", "cache_control": "no-store"}


def url(app: AppVersion, page: str = "edit") -> str:
    return f"/t/acme/apps/{app.pk}/{page}/"


class TestEdit:
    def test_changed_and_recorded(self, dev: Client, app: AppVersion, cast: Cast) -> None:
        assert 'value="Pump Advisor"' in dev.get(url(app)).content.decode()
        assert dev.post(url(app), WRITTEN)["Location"] == f"/t/acme/apps/{app.pk}/"
        assert (again(app).display_name, again(app).description) == ("Pump Oracle", "New.")
        assert again(app).application.internal_name == "pumpadvisor"
        (told,) = recorded("app.changed")
        assert (told["by"], told["fields"]) == (cast.dev.name, "display_name, description, cache_control")

    def test_same_again_is_no_event(self, dev: Client, app: AppVersion) -> None:
        dev.post(url(app), {"display_name": "Pump Advisor"})
        assert recorded("app.changed") == []

    def test_internal_name_and_version_are_not_asked(self, dev: Client, app: AppVersion) -> None:
        dev.post(url(app), WRITTEN | {"internal_name": "stolen", "version": "v9", "state": "ready", "tenant": 2})
        assert (again(app).application.internal_name, again(app).version) == ("pumpadvisor", "v1.0.0")
        assert again(app).state == "in_development"

    @pytest.mark.parametrize("wrong", [{"display_name": "<b>"}, {"display_name": ""}, {"cache_control": "a\nb"}])
    def test_invalid_input_is_shown_again(self, dev: Client, app: AppVersion, wrong: dict[str, Any]) -> None:
        before = content(app)
        assert dev.post(url(app), WRITTEN | wrong).status_code == 422
        assert content(app) == before

    def test_no_record_no_change(self, dev: Client, app: AppVersion) -> None:
        before = content(app)
        with audit_refuses():
            assert dev.post(url(app), WRITTEN).status_code == 503
        assert content(app) == before


@pytest.mark.parametrize(
    ("page", "written"),
    [
        ("edit", WRITTEN),
        ("roles", {}),
        ("roles/names", {"scopes": "x", "roles": "y"}),
        ("components/add", {"name": "x", "url": "https://x.acme.example/", "endpoints": "/**"}),
        ("component/web", {"name": "x", "url": "https://x.acme.example/", "endpoints": "/**"}),
        ("component/web/remove", {}),
    ],
)
def test_locked_while_registered(dev: Client, app: AppVersion, page: str, written: dict[str, str]) -> None:
    with tenant_scope(app.tenant_id):
        register(app, by=SYSTEM)
    before = content(app)
    answer = dev.post(url(app, page), written)
    assert answer.status_code == 409
    for told in ("its configuration is locked.", "Deregister it, change it, and register it again."):
        assert told in answer.content.decode()
    assert content(app) == before


def test_command_asks_itself(app: AppVersion) -> None:
    """Somebody registered it after the page was shown."""
    with tenant_scope(app.tenant_id):
        register(app, by=SYSTEM)
        with pytest.raises(ConfigurationLocked):
            change_app(app, display_name="Late", by=SYSTEM)


class TestNewVersion:
    def test_copies_the_configuration_and_begins_in_development(self, dev: Client, app: AppVersion) -> None:
        with tenant_scope(app.tenant_id):
            register(app, by=SYSTEM)
        answer = dev.post(url(app, "new-version"), {"version": "v2.0.0"})
        made = AppVersion.all_tenants.get(version="v2.0.0")
        assert answer["Location"] == f"/t/acme/apps/{made.pk}/"
        assert made.state == "in_development"
        for name in ("application_id", "display_name", "components", "scopes", "roles"):
            assert getattr(made, name) == getattr(app, name)
        assert again(app).state == "registered"
        assert recorded("app.version_created")[0]["source"] == "v1.0.0"

    @pytest.mark.parametrize("version", ["v1.0.0", "", "V2", "2.0-rc"])
    def test_taken_or_wrong_is_asked_again(self, dev: Client, app: AppVersion, version: str) -> None:
        assert dev.post(url(app, "new-version"), {"version": version}).status_code == 422
        assert AppVersion.all_tenants.count() == 1

    def test_same_version_of_another_application_is_free(self, dev: Client, app: AppVersion, cast: Cast) -> None:
        make_app(cast.acme, "valves", version="v2.0.0")
        assert dev.post(url(app, "new-version"), {"version": "v2.0.0"}).status_code == 302


def test_an_application_has_so_many_versions(dev: Client, app: AppVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "MOST_VERSIONS", 2)
    assert dev.post(url(app, "new-version"), {"version": "v2"}).status_code == 302
    answer = dev.post(url(app, "new-version"), {"version": "v3"})
    assert answer.status_code == 422
    assert "An application has at most 2 versions." in answer.content.decode()
    assert AppVersion.all_tenants.count() == 2
    second = AppVersion.all_tenants.get(version="v2")
    assert dev.post(url(second, "discard")).status_code == 302
    assert dev.post(url(app, "new-version"), {"version": "v3"}).status_code == 302


def test_lock_does_not_read_the_pictures_but_where_they_are_needed(app: AppVersion) -> None:
    with tenant_scope(app.tenant_id):
        assert locked(app).get_deferred_fields() == {"icon", "screenshot"}
        assert locked(app, with_pictures=True).get_deferred_fields() == set()
