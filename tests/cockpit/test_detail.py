"""The page of a version: what it tells, and that it offers what is legal and nothing else."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.test import Client

from portal.actor import SYSTEM
from portal.cockpit.models import AppRole, AppVersion
from portal.cockpit.registration.commands import register
from portal.cockpit.role_commands import give_scopes
from portal.scoping import tenant_scope
from tests.cast import Cast, signed_in


def page(client: Client, app: AppVersion) -> str:
    return client.get(f"/t/acme/apps/{app.pk}/").content.decode()


def labels(client: Client, app: AppVersion) -> list[str]:
    return [str(action.label) for action in client.get(f"/t/acme/apps/{app.pk}/").context["actions"]]


def test_tells_what_it_consists_of(dev: Client, app: AppVersion) -> None:
    with tenant_scope(app.tenant_id):
        give_scopes(
            app, roles=[AppRole("admin", ["default"], ["mdsp:core:iot.timUser"])], seen=app.roles_digest, by=SYSTEM
        )
    told = page(dev, app)
    for part in (
        "Pump Advisor",
        "pumpadvisor.default",
        'value="mdsp:acme:pumpadvisor.admin"',
        "mdsp:core:iot.timUser",
        "Time series: read",
        "https://pumpadvisor.acme.example/",
        "/**",
        "In development",
    ):
        assert part in told
    assert "mdsp:core:iot.timAdmin" not in told


def test_timeline_says_who_and_when_and_what_is_to_come(dev: Client, app: AppVersion) -> None:
    dev.post(f"/t/acme/apps/{app.pk}/register/")
    stages = dev.get(f"/t/acme/apps/{app.pk}/").context["timeline"]
    assert [str(stage.label) for stage in stages] == [
        "In development",
        "Registered",
        "Preparation in progress",
        "Waiting for approval",
        "Check in progress",
        "Ready for assignment",
    ]
    assert [stage.by for stage in stages] == ["Bindery", "Dev Dietrich", "", "", "", ""]
    assert [stage.is_current for stage in stages] == [False, True, False, False, False, False]
    moments = [stage.at for stage in stages if stage.at]
    assert all(earlier <= later for earlier, later in pairwise(moments))


class TestVerbs:
    def test_in_development(self, dev: Client, app: AppVersion) -> None:
        assert labels(dev, app) == ["Register…"]
        assert "Change the configuration" in page(dev, app)

    def test_registered(self, dev: Client, app: AppVersion) -> None:
        with tenant_scope(app.tenant_id):
            register(app, by=SYSTEM)
        assert labels(dev, app)[0] == "Deregister…"
        told = page(dev, app)
        assert "The configuration is locked." in told
        assert "deregister the application first" in told
        for link in ("/edit/", "/roles/", "/components/add/", "/component/web/"):
            assert f"/t/acme/apps/{app.pk}{link}" not in told

    @pytest.mark.parametrize("name", ["audrey", "alice", "olga"])
    def test_who_only_looks_is_offered_nothing(self, cast: Cast, app: AppVersion, name: str) -> None:
        client = signed_in(getattr(cast, name))
        assert labels(client, app) == []
        told = page(client, app)
        assert "Pump Advisor" in told
        for link in ("/edit/", "/roles/", "/new-version/", "/register/", "/component/web/"):
            assert f"/t/acme/apps/{app.pk}{link}" not in told
        assert ("?subject=app:" in told) == (name != "olga")  # a viewer does not see the activity

    def test_activity_is_that_of_the_version(self, dev: Client, app: AppVersion, cast: Cast) -> None:
        dev.post(f"/t/acme/apps/{app.pk}/new-version/", {"version": "v2.0.0"})
        told = dev.get(f"/t/acme/activity/?subject={app.subject}").content.decode()
        assert "created the application pumpadvisor v1.0.0" in told
        assert "made version" not in told


def test_other_versions_are_named(dev: Client, app: AppVersion) -> None:
    dev.post(f"/t/acme/apps/{app.pk}/new-version/", {"version": "v2.0.0"})
    assert [other["version"] for other in dev.get(f"/t/acme/apps/{app.pk}/").context["others"]] == ["v2.0.0"]
