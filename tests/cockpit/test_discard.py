"""Discarding what was never registered, and keeping what was."""

from __future__ import annotations

import pytest
from django.test import Client

from portal import constants
from portal.actor import SYSTEM
from portal.cockpit.commands import WasRegistered, create_version, discard_version
from portal.cockpit.models import Application, AppVersion
from portal.errors import NotFound
from portal.scoping import tenant_scope
from tests.cast import Cast, make_app
from tests.cockpit.reading import again, recorded
from tests.faults import audit_refuses


def url(app: AppVersion, page: str = "discard") -> str:
    return f"/t/acme/apps/{app.pk}/{page}/"


def test_only_version_takes_the_application_along(dev: Client, app: AppVersion, cast: Cast) -> None:
    assert url(app) in dev.get(f"/t/acme/apps/{app.pk}/").content.decode()
    page = dev.get(url(app)).content.decode()
    assert "the internal name pumpadvisor and its place in the package are free again" in page
    answer = dev.post(url(app), follow=True)
    assert "Pump Advisor v1.0.0 is discarded." in answer.content.decode()
    assert not AppVersion.all_tenants.exists()
    assert not Application.all_tenants.exists()
    (told,) = recorded("app.version_discarded")
    assert (told["by"], told["app"], told["version"]) == (cast.dev.name, "pumpadvisor", "v1.0.0")
    assert told["subject"] == app.subject


def test_name_and_place_are_free_again(
    dev: Client, app: AppVersion, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(constants.PACKAGES["S"], "applications", 1)
    dev.post(url(app))
    assert make_app(cast.acme).pk != app.pk


def test_other_versions_stay(dev: Client, app: AppVersion) -> None:
    dev.post(url(app, "new-version"), {"version": "v2.0.0"})
    second = AppVersion.all_tenants.get(version="v2.0.0")
    assert "its place in the package" not in dev.get(url(second)).content.decode()
    assert dev.post(url(second)).status_code == 302
    assert AppVersion.all_tenants.get() == app
    assert Application.all_tenants.exists()


def test_what_was_registered_once_is_kept(dev: Client, app: AppVersion) -> None:
    dev.post(url(app, "register"))
    assert dev.post(url(app)).status_code == 409
    dev.post(url(app, "deregister"))
    assert url(app) not in dev.get(f"/t/acme/apps/{app.pk}/").content.decode()
    for answer in (dev.get(url(app)), dev.post(url(app))):
        assert answer.status_code == 409
        assert "This version was registered once" in answer.content.decode()
    with tenant_scope(app.tenant_id), pytest.raises(WasRegistered):
        discard_version(app, by=SYSTEM)
    assert again(app).state == "in_development"


def test_no_record_nothing_discarded(dev: Client, app: AppVersion) -> None:
    with audit_refuses():
        assert dev.post(url(app)).status_code == 503
    assert again(app) == app


def test_command_on_what_is_gone(app: AppVersion) -> None:
    """Somebody discarded it after the page was shown."""
    with tenant_scope(app.tenant_id):
        discard_version(AppVersion.objects.get(), by=SYSTEM)
        with pytest.raises(NotFound):
            create_version(app, version="v2.0.0", by=SYSTEM)
