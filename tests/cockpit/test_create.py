"""Creating an application: what is asked, what is kept, and what nobody can write."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal import constants
from portal.cockpit.models import Application, AppVersion, Component
from tests.cast import Cast, make_app
from tests.cockpit.reading import recorded
from tests.faults import audit_refuses

CREATE = "/t/acme/apps/create/"
WRITTEN = {
    "display_name": "Pump Advisor",
    "internal_name": "pumpadvisor",
    "version": "v1.0.0",
    "self_hosted": "on",
    "description": "Tells when a pump\r\nneeds oil.",
    "name": "web",
    "url": "https://App.acme.example",
    "endpoints": "/**\r\n\r\n /data/* \r\n/**",
    "content_security_policy": "default-src 'self'",
    "cache_control": "no-store",
}


def post(client: Client, **changed: Any) -> Any:
    return client.post(CREATE, WRITTEN | changed)


def refused(client: Client, **changed: Any) -> str:
    answer = post(client, **changed)
    assert answer.status_code == 422
    assert not AppVersion.all_tenants.exists()
    return str(answer.content.decode())


def test_kept_as_written(dev: Client, cast: Cast) -> None:
    answer = post(dev)
    version = AppVersion.all_tenants.select_related("application").get()
    assert answer["Location"] == f"/t/acme/apps/{version.pk}/"
    assert (version.tenant, version.application.tenant) == (cast.acme, cast.acme)
    assert (version.application.internal_name, version.version, version.state) == (
        "pumpadvisor",
        "v1.0.0",
        "in_development",
    )
    assert (version.display_name, version.description) == ("Pump Advisor", "Tells when a pump\nneeds oil.")
    assert version.component_list == [Component("web", "https://app.acme.example/", ["/**", "/data/*"])]
    assert (version.content_security_policy, version.cache_control) == ("default-src 'self'", "no-store")
    assert version.created_by == cast.dev.name


def test_begins_with_a_scope_and_an_admin_who_has_it(dev: Client) -> None:
    post(dev)
    version = AppVersion.all_tenants.get()
    assert version.scopes == ["default"]
    assert version.roles == [{"name": "admin", "scopes": ["default"], "core_roles": []}]


def test_audit_says_who_and_what(dev: Client, cast: Cast) -> None:
    post(dev)
    (told,) = recorded("app.created")
    assert (told["by"], told["app"], told["version"]) == (cast.dev.name, "pumpadvisor", "v1.0.0")
    assert told["subject"] == AppVersion.all_tenants.get().subject


def test_no_record_no_application(dev: Client) -> None:
    with audit_refuses():
        assert post(dev).status_code == 503
    assert not Application.all_tenants.exists()


class TestInternalName:
    def test_left_empty_it_is_proposed_and_asked_about(self, dev: Client) -> None:
        page = refused(dev, internal_name="")
        assert 'value="pumpadvisor"' in page
        assert "look at the proposal" in page

    def test_nothing_to_propose(self, dev: Client) -> None:
        assert "Nothing of the display name can be used" in refused(dev, internal_name="", display_name="مستشار")

    def test_unique_in_the_tenant(self, dev: Client, cast: Cast) -> None:
        make_app(cast.acme)
        answer = post(dev)
        assert answer.status_code == 422
        assert "has this internal name" in answer.content.decode()
        assert Application.all_tenants.count() == 1

    def test_another_tenant_may_have_it(self, dev: Client, cast: Cast) -> None:
        make_app(cast.globex)
        assert post(dev).status_code == 302


class TestVersion:
    def test_risky_one_is_asked_about_and_can_be_kept(self, dev: Client) -> None:
        page = refused(dev, version="1.0.0-rc1")
        assert "may break the provisioning" in page
        assert 'name="version_anyway"' in page
        assert post(dev, version="1.0.0-rc1", version_anyway="on").status_code == 302
        page = dev.get(f"/t/acme/apps/{AppVersion.all_tenants.get().pk}/").content.decode()
        assert "The version may break the provisioning." in page

    @pytest.mark.parametrize("version", ["v1.0.0", "1.0@2"])
    def test_others_are_not(self, dev: Client, version: str) -> None:
        assert 'name="version_anyway"' not in dev.get(CREATE).content.decode()
        assert post(dev, version=version).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"display_name": ""},
        {"display_name": "x" * 51},
        {"display_name": "<script>alert(1)</script>"},
        {"display_name": "a\x00b"},
        {"display_name": "a\u202egnp.exe"},
        {"internal_name": "Pump"},
        {"internal_name": "a" * 21},
        {"internal_name": "../x"},
        {"version": ""},
        {"version": "V1"},
        {"version": "x" * 31},
        {"name": "Web"},
        {"name": ""},
        {"url": ""},
        {"url": "http://app.acme.example/"},
        {"url": "https://acme-app-acme.eu1.mindsphere.io/"},
        {"url": "https://127.0.0.1/"},
        {"endpoints": ""},
        {"endpoints": "\r\n"},
        {"endpoints": "/api/**"},
        {"endpoints": "\n".join(f"/{number}" for number in range(21))},
        {"endpoints": "x" * 5000},
        {"description": "x" * 501},
        {"description": "a\u202eb"},
        {"description": "a\x00b"},
        {"content_security_policy": "default-src 'self'\r\nSet-Cookie: a=b"},
        {"content_security_policy": "x" * 4001},
        {"cache_control": "no-store\nx"},
        {"self_hosted": ""},
    ],
)
def test_invalid_input_is_shown_again(dev: Client, wrong: dict[str, Any]) -> None:
    page = refused(dev, **wrong)
    assert "Nothing was changed. Correct this first:" in page
    assert "<script>alert" not in page


def test_html_in_a_description_is_text(dev: Client) -> None:
    post(dev, description="<img src=x onerror=alert(1)>")
    page = dev.get(f"/t/acme/apps/{AppVersion.all_tenants.get().pk}/").content.decode()
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page


class TestQuota:
    def test_package_decides(self, dev: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(constants.PACKAGES["S"], "applications", 1)
        make_app(cast.globex)
        make_app(cast.acme)
        answer = post(dev, internal_name="other")
        assert answer.status_code == 422
        assert "1 of 1 applications used. Package S allows no more." in answer.content.decode()
        page = dev.get("/t/acme/apps/").content.decode()
        assert "Package S allows no more." in page
        assert CREATE not in page

    def test_versions_of_one_application_count_once(
        self, dev: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(constants.PACKAGES["S"], "applications", 2)
        first = make_app(cast.acme)
        assert dev.post(f"/t/acme/apps/{first.pk}/new-version/", {"version": "v2.0.0"}).status_code == 302
        assert post(dev, internal_name="other").status_code == 302
