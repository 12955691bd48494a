"""Components: added, changed, removed, never the last one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.cockpit import rules
from portal.cockpit.models import AppVersion, Component
from tests.cast import Cast
from tests.cockpit.reading import again, content, recorded

WRITTEN = {"name": "data", "url": "https://data.acme.example", "endpoints": "/data/**\n/more"}
DATA = Component("data", "https://data.acme.example/", ["/data/**", "/more"])


def url(app: AppVersion, page: str = "components/add") -> str:
    return f"/t/acme/apps/{app.pk}/{page}/"


def names(app: AppVersion) -> list[str]:
    return [component.name for component in again(app).component_list]


def test_added(dev: Client, app: AppVersion, cast: Cast) -> None:
    assert dev.post(url(app), WRITTEN)["Location"] == f"/t/acme/apps/{app.pk}/"
    assert again(app).component_list[1] == DATA
    (told,) = recorded("app.component_saved")
    assert (told["by"], told["component"], told["before"]) == (cast.dev.name, "data", "")
    assert (told["url"], told["endpoints"]) == (DATA.url, "/data/**, /more")


def test_changed_in_its_place(dev: Client, app: AppVersion) -> None:
    dev.post(url(app), WRITTEN)
    assert 'value="https://pumpadvisor.acme.example/"' in dev.get(url(app, "component/web")).content.decode()
    changed = {"name": "front", "url": "https://front.acme.example/", "endpoints": "/"}
    assert dev.post(url(app, "component/web"), changed).status_code == 302
    assert again(app).component_list == [Component("front", "https://front.acme.example/", ["/"]), DATA]
    assert recorded("app.component_saved")[1]["before"] == "web"


def test_removed(dev: Client, app: AppVersion) -> None:
    dev.post(url(app), WRITTEN)
    assert "Remove the component" in dev.get(url(app, "component/web")).content.decode()
    assert dev.post(url(app, "component/web/remove")).status_code == 302
    assert names(app) == ["data"]
    assert recorded("app.component_removed")[0]["component"] == "web"


def test_last_one_stays(dev: Client, app: AppVersion) -> None:
    assert "Remove the component" not in dev.get(url(app, "component/web")).content.decode()
    answer = dev.post(url(app, "component/web/remove"))
    assert answer.status_code == 409
    assert "This is the last component" in answer.content.decode()
    assert names(app) == ["web"]


@pytest.mark.parametrize("page", ["component/web", "components/add"])
def test_name_is_taken_once(dev: Client, app: AppVersion, page: str) -> None:
    dev.post(url(app), WRITTEN)
    before = content(app)
    answer = dev.post(url(app, page), WRITTEN)
    assert answer.status_code == 422
    assert "Another component of this application has this name." in answer.content.decode()
    assert content(app) == before


@pytest.mark.parametrize("page", ["component/nothing", "component/nothing/remove"])
def test_unknown_component(dev: Client, app: AppVersion, page: str) -> None:
    assert dev.post(url(app, page), WRITTEN).status_code == 404


def test_not_without_end(dev: Client, app: AppVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.cockpit.component_commands.MOST_COMPONENTS", 2)
    assert dev.post(url(app), WRITTEN).status_code == 302
    answer = dev.post(url(app), WRITTEN | {"name": "third"})
    assert answer.status_code == 422
    assert len(names(app)) == 2
    assert rules.MOST_COMPONENTS == 20


@pytest.mark.parametrize(
    "wrong", [{"url": "https://x.eu1.mindsphere.io/"}, {"endpoints": "/api"}, {"endpoints": ""}, {"name": "A"}]
)
def test_invalid_input_is_shown_again(dev: Client, app: AppVersion, wrong: dict[str, Any]) -> None:
    before = content(app)
    assert dev.post(url(app), WRITTEN | wrong).status_code == 422
    assert content(app) == before
