"""The Hub is told of registrations: by the worker, once more after a failure, and by nobody where it has no API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.cockpit import tasks
from portal.cockpit.models import AppVersion, Registration
from portal.cockpit.registration import registrations
from portal.emulator.testing import RunningEmulator
from portal.hub import authenticator
from portal.hub.errors import HubTimeout
from portal.keys.models import BindingKey
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant
from tests.cast import Cast, make_app, make_upstream_key
from tests.cockpit.reading import again, recorded

API = "/gateway/api/emulatorcockpit/*"


def url(app: AppVersion, page: str) -> str:
    return f"/t/acme/apps/{app.pk}/{page}/"


def work(app: AppVersion) -> Registration:
    """Let the worker do what it can; the registration afterwards."""
    registrations.run(app.tenant_id, app.pk)
    return row(app)


def row(app: AppVersion) -> Registration:
    return Registration.all_tenants.get(version=app)


def at_hub(hub: RunningEmulator, app: str = "pumpadvisor") -> Any:
    return hub.hub.applications.get(f"acme-{app}-acme")


@pytest.fixture(autouse=True)
def nothing_there(hub: RunningEmulator) -> None:
    for application in hub.hub.applications:
        hub.hub.applications.remove(application.label)


@pytest.fixture
def developer(cast: Cast) -> BindingKey:
    """The portal calls the Hub with a technical user who may register applications."""
    return make_upstream_key(cast.acme, "Developer access", "hub-developer")


@pytest.fixture
def registered(developer: BindingKey, app: AppVersion, dev: Client, hub: RunningEmulator) -> AppVersion:
    assert dev.post(url(app, "register")).status_code == 302
    assert row(app).state == "pending"
    assert at_hub(hub) is None
    return app


def test_registered_at_the_hub_as_it_is_here(registered: AppVersion, dev: Client, hub: RunningEmulator) -> None:
    page = dev.get(f"/t/acme/apps/{registered.pk}/").content.decode()
    assert "The Hub is being told." in page
    assert work(registered).state == "done"
    there = at_hub(hub)
    assert (there.display_name, there.version, there.scopes) == ("Pump Advisor", "v1.0.0", ("pumpadvisor.default",))
    assert there.components[0].url == "https://pumpadvisor.acme.example/"
    assert [there.full_role(role) for role in there.roles] == ["mdsp:acme:pumpadvisor.admin"]
    (told,) = recorded("app.hub_registered")
    assert (told["by"], told["subject"]) == ("Bindery", registered.subject)
    page = dev.get(f"/t/acme/apps/{registered.pk}/").content.decode()
    assert "Registered at the Hub" in page
    assert f'href="{hub.url}/acme.launchpad/"' in page
    assert f'href="{hub.url}/acme.launchpad/settings/"' in page


def test_telling_twice_changes_nothing(registered: AppVersion, hub: RunningEmulator) -> None:
    work(registered)
    Registration.all_tenants.update(state="pending")
    assert work(registered).state == "done"
    assert at_hub(hub) is not None


def test_deregistered_at_the_hub(registered: AppVersion, dev: Client, hub: RunningEmulator) -> None:
    work(registered)
    assert "Bindery then deregisters it at the Hub" in dev.get(url(registered, "deregister")).content.decode()
    dev.post(url(registered, "deregister"))
    assert work(registered).state == "done"
    assert at_hub(hub) is None
    assert len(recorded("app.hub_removed")) == 1
    page = dev.get(f"/t/acme/apps/{registered.pk}/").content.decode()
    assert "Deregistered at the Hub" in page and "Open on the Launchpad" not in page


def test_taken_back_before_the_hub_was_told(registered: AppVersion, dev: Client, hub: RunningEmulator) -> None:
    dev.post(url(registered, "deregister"))
    assert (work(registered).state, row(registered).is_wanted) == ("done", False)
    assert at_hub(hub) is None


def test_taken_back_while_the_hub_is_told(
    registered: AppVersion, dev: Client, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to the earlier wish ends nothing: the worker goes on with the later one."""
    tell = registrations._tell

    def slowly(told: Registration) -> None:
        tell(told)
        if told.is_wanted:
            dev.post(url(registered, "deregister"))

    monkeypatch.setattr(registrations, "_tell", slowly)
    assert (work(registered).state, row(registered).is_wanted) == ("done", False)
    assert at_hub(hub) is None


def test_a_hub_that_is_away_is_told_later(registered: AppVersion, dev: Client, hub: RunningEmulator) -> None:
    hub.faults.add(API, status=503, times=1)
    failed = work(registered)
    assert (failed.state, failed.reason) == ("failed", "hub_refused")
    assert failed.retry_at is not None and failed.retry_at > timezone.now()
    page = dev.get(f"/t/acme/apps/{registered.pk}/").content.decode()
    assert "Insights Hub refused the call" in page and "Bindery tries again by itself" in page
    (told,) = recorded("app.hub_failed")
    assert told["reason"] == "hub_refused"
    assert work(registered).state == "failed"
    Registration.all_tenants.update(retry_at=timezone.now() - timedelta(seconds=1))
    assert registrations.due() == [(registered.tenant_id, registered.pk)]
    assert work(registered).state == "done"


def test_who_may_not_register_is_told_so_and_tries_again(
    cast: Cast, app: AppVersion, dev: Client, hub: RunningEmulator
) -> None:
    make_upstream_key(cast.acme)
    dev.post(url(app, "register"))
    failed = work(app)
    assert (failed.state, failed.reason, failed.retry_at) == ("failed", "hub_not_developer", None)
    page = dev.get(f"/t/acme/apps/{app.pk}/").content.decode()
    assert "does not let the credential of this tenant register applications" in page
    assert again(app).state == "registered"
    make_upstream_key(cast.acme, "Developer access", "hub-developer")
    authenticator.forget_all()
    answer = dev.post(url(app, "registration/retry"))
    assert answer["Location"] == f"/t/acme/apps/{app.pk}/"
    (told,) = recorded("app.hub_retried")
    assert told["by"] == cast.dev.name
    assert work(app).state == "done"
    assert dev.post(url(app, "registration/retry")).status_code == 409


def test_without_a_credential(app: AppVersion, dev: Client, cast: Cast) -> None:
    BindingKey.all_tenants.update(revoked_at=timezone.now())
    dev.post(url(app, "register"))
    assert (work(app).state, row(app).reason) == ("failed", "no_hub_credential")


def test_the_quota_of_the_hub(registered: AppVersion, hub: RunningEmulator) -> None:
    hub.faults.add(f"PUT {API}", status=409, times=1)
    assert (work(registered).state, row(registered).reason) == ("failed", "hub_registration_conflict")


def test_another_version_takes_the_place(registered: AppVersion, dev: Client, hub: RunningEmulator) -> None:
    work(registered)
    dev.post(url(registered, "new-version"), {"version": "v1.1.0"})
    newer = AppVersion.all_tenants.get(version="v1.1.0")
    dev.post(url(newer, "register"))
    assert (work(newer).state, row(registered).state) == ("done", "replaced")
    assert at_hub(hub).version == "v1.1.0"
    dev.post(url(registered, "deregister"))
    assert work(registered).state == "done"
    assert at_hub(hub).version == "v1.1.0"


def test_what_was_registered_before_is_told_on_demand(
    registered: AppVersion, dev: Client, hub: RunningEmulator
) -> None:
    Registration.all_tenants.all().delete()
    assert "Not told yet" in dev.get(f"/t/acme/apps/{registered.pk}/").content.decode()
    dev.post(url(registered, "registration/retry"))
    assert work(registered).state == "done"
    assert at_hub(hub) is not None


def test_what_a_killed_worker_left_is_found(registered: AppVersion) -> None:
    assert registrations.due() == []
    later = timezone.now() - timedelta(minutes=3)
    Registration.all_tenants.update(changed_at=later)
    assert len(registrations.due()) == 1
    Registration.all_tenants.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert registrations.due() == []
    assert work(registered).state == "pending"  # another worker is believed to be at it
    Registration.all_tenants.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    assert work(registered).state == "done"


def test_a_worker_that_was_taken_for_dead_changes_nothing(registered: AppVersion) -> None:
    with tenant_scope(registered.tenant_id):
        late = registrations._claim(registered.pk)
        assert late is not None
        Registration.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert work(registered).state == "done"
    with tenant_scope(registered.tenant_id):
        registrations._fail(late, HubTimeout())
    assert (row(registered).state, row(registered).reason) == ("done", "")


@pytest.fixture
def elsewhere(cast: Cast) -> Iterator[AppVersion]:
    """The tenant lives where the Hub publishes no API for it."""
    Tenant.objects.filter(pk=cast.acme.pk).update(environment="eu1")
    yield make_app(Tenant.objects.get(pk=cast.acme.pk))


def test_where_the_hub_has_no_api_nothing_is_told(elsewhere: AppVersion, dev: Client) -> None:
    assert "Insights Hub documents no API for this" in dev.get(url(elsewhere, "register")).content.decode()
    dev.post(url(elsewhere, "register"))
    assert not Registration.all_tenants.exists()
    assert "At Insights Hub" not in dev.get(f"/t/acme/apps/{elsewhere.pk}/").content.decode()
    assert dev.post(url(elsewhere, "registration/retry")).status_code == 409
    assert "Developer Cockpit as well" in dev.get(url(elsewhere, "deregister")).content.decode()
