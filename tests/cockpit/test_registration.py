"""Registering and deregistering."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.actor import SYSTEM
from portal.cockpit.models import AppVersion, Move
from portal.cockpit.registration.commands import RoleOrScopeMissing, register
from portal.scoping import tenant_scope
from tests.cast import Cast
from tests.cockpit.reading import again, content, recorded
from tests.faults import audit_refuses


def url(app: AppVersion, page: str = "register") -> str:
    return f"/t/acme/apps/{app.pk}/{page}/"


def test_registered_and_recorded(dev: Client, app: AppVersion, cast: Cast) -> None:
    page = dev.get(url(app)).content.decode()
    assert "Its configuration is locked from now on" in page
    assert "mdsp:acme:pumpadvisor.admin" in page
    before = content(app)
    assert dev.post(url(app))["Location"] == f"/t/acme/apps/{app.pk}/"
    assert again(app).state == "registered"
    assert content(app) == before
    (told,) = recorded("app.registered")
    assert (told["by"], told["app"], told["subject"]) == (cast.dev.name, "pumpadvisor", app.subject)
    move = Move.all_tenants.get()
    assert (move.verb, move.target, move.by_name) == ("register", "registered", cast.dev.name)
    assert move.at == again(app).state_since


def test_deregistered_can_be_changed_again(dev: Client, app: AppVersion) -> None:
    dev.post(url(app))
    assert "Its configuration can be changed again." in dev.get(url(app, "deregister")).content.decode()
    assert dev.post(url(app, "deregister")).status_code == 302
    assert again(app).state == "in_development"
    assert dev.post(url(app, "edit"), {"display_name": "Pump Oracle"}).status_code == 302
    assert len(recorded("app.deregistered")) == 1


@pytest.mark.parametrize(("page", "registered"), [("deregister", False), ("register", True)])
def test_not_in_this_state(dev: Client, app: AppVersion, page: str, registered: bool) -> None:
    if registered:
        dev.post(url(app))
    before = Move.all_tenants.count()
    for answer in (dev.get(url(app, page)), dev.post(url(app, page))):
        assert answer.status_code == 409
        assert "in this state" in answer.content.decode()
    assert Move.all_tenants.count() == before


def test_no_record_no_registration(dev: Client, app: AppVersion) -> None:
    with audit_refuses("app.registered"):
        assert dev.post(url(app)).status_code == 503
    assert again(app).state == "in_development"
    assert not Move.all_tenants.exists()


@pytest.mark.parametrize("missing", ["scopes", "roles"])
def test_command_asks_itself(app: AppVersion, missing: str) -> None:
    with tenant_scope(app.tenant_id):
        AppVersion.objects.update(**{missing: []})
        with pytest.raises(RoleOrScopeMissing):
            register(app, by=SYSTEM)
