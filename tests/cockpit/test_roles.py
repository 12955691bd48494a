"""Scopes and roles: which there are, and what each role gives."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.actor import SYSTEM
from portal.cockpit.models import AppRole, AppVersion
from portal.cockpit.role_commands import give_scopes
from portal.cockpit.rules import CORE_ROLES
from portal.scoping import tenant_scope
from tests.cast import Cast
from tests.cockpit.reading import again, content, recorded
from tests.cockpit.writing import give, name_roles


def url(app: AppVersion, page: str = "roles") -> str:
    return f"/t/acme/apps/{app.pk}/{page}/"


class TestNames:
    def test_added_and_recorded(self, dev: Client, app: AppVersion, cast: Cast) -> None:
        answer = name_roles(dev, app, "default\r\nwrite", "admin\r\nuser")
        assert answer["Location"] == url(app)
        assert again(app).full_scopes == ["pumpadvisor.default", "pumpadvisor.write"]
        assert again(app).role_list == [AppRole("admin", ["default"], []), AppRole("user", [], [])]
        (told,) = recorded("app.roles_changed")
        assert (told["by"], told["scopes"], told["roles"]) == (
            cast.dev.name,
            "default, write",
            "admin: default; user: ",
        )

    def test_scope_that_goes_is_taken_from_every_role(self, dev: Client, app: AppVersion) -> None:
        name_roles(dev, app, "read", "admin")
        assert again(app).role_list == [AppRole("admin", [], [])]

    def test_at_most_five_roles(self, dev: Client, app: AppVersion) -> None:
        before = content(app)
        answer = name_roles(dev, app, "default", "a\nb\nc\nd\ne\nf")
        assert answer.status_code == 422
        assert "at most 5 lines" in answer.content.decode()
        assert content(app) == before
        assert name_roles(dev, app, "default", "a\nb\nc\nd\ne").status_code == 302

    @pytest.mark.parametrize(
        ("scopes", "roles"),
        [("a b", "admin"), ("default", "Admin"), ("<b>", "admin"), ("a/b", "x"), ("default", "a\x00"), ("x" * 65, "a")],
    )
    def test_invalid_input_is_shown_again(self, dev: Client, app: AppVersion, scopes: str, roles: str) -> None:
        before = content(app)
        assert name_roles(dev, app, scopes, roles).status_code == 422
        assert content(app) == before

    def test_none_is_taken_but_not_registered(self, dev: Client, app: AppVersion) -> None:
        assert name_roles(dev, app, "", "").status_code == 302
        assert "No role" in dev.get(url(app)).content.decode()
        answer = dev.post(f"/t/acme/apps/{app.pk}/register/")
        assert answer.status_code == 422
        assert "at least one scope and one role" in answer.content.decode()
        assert again(app).state == "in_development"

    def test_what_somebody_else_saved_meanwhile_is_shown_and_not_undone(
        self, dev: Client, dana: Client, app: AppVersion
    ) -> None:
        page = url(app, "roles/names")
        shown = dev.get(page).context["form"]["seen"].value()
        assert name_roles(dana, app, "default\nwrite", "admin\noperator").status_code == 302
        before = content(app)
        mine = {"scopes": "default\nread", "roles": "admin"}
        answer = dev.post(page, mine | {"seen": shown})
        assert answer.status_code == 422
        assert content(app) == before
        text = answer.content.decode()
        assert "Somebody else changed scopes or roles meanwhile." in text
        assert "default\nread</textarea>" in text
        assert '<code translate="no">operator</code>' in text
        again_shown = answer.context["form"]["seen"].value()
        assert dev.post(page, mine | {"seen": again_shown}).status_code == 302
        assert again(app).scopes == ["default", "read"]

    def test_matrix_that_was_saved_meanwhile_counts_as_well(self, dev: Client, dana: Client, app: AppVersion) -> None:
        shown = dev.get(url(app, "roles/names")).context["form"]["seen"].value()
        assert give(dana, app).status_code == 302
        told = {"scopes": "default", "roles": "admin\nuser", "seen": shown}
        assert dev.post(url(app, "roles/names"), told).status_code == 422

    @pytest.mark.parametrize("seen", ["", "x", "0" * 64])
    def test_not_without_what_was_shown(self, dev: Client, app: AppVersion, seen: str) -> None:
        before = content(app)
        assert dev.post(url(app, "roles/names"), {"scopes": "", "roles": "", "seen": seen}).status_code == 422
        assert content(app) == before


class TestMatrix:
    def test_ticked_and_shown(self, dev: Client, app: AppVersion) -> None:
        name_roles(dev, app, "default\nwrite", "admin\nuser")
        ticks = ["admin/default", "admin/write", "user/default", "user/mdsp:core:assetmanagement.standarduser"]
        assert give(dev, app, *ticks).status_code == 302
        assert again(app).role_list == [
            AppRole("admin", ["default", "write"], []),
            AppRole("user", ["default"], ["mdsp:core:assetmanagement.standarduser"]),
        ]
        page = dev.get(url(app)).content.decode()
        assert page.count(" checked") == len(ticks)
        for core, about in CORE_ROLES.items():
            assert core in page
            assert str(about) in page

    def test_nothing_ticked_takes_all_away(self, dev: Client, app: AppVersion) -> None:
        give(dev, app)
        assert again(app).role_list == [AppRole("admin", [], [])]

    @pytest.mark.parametrize("tick", ["admin/nothing", "nobody/default", "admin/mdsp:core:TenantAdmin", "x", "admin/"])
    def test_unknown_tick_is_refused(self, dev: Client, app: AppVersion, tick: str) -> None:
        before = content(app)
        answer = give(dev, app, tick)
        assert answer.status_code == 422
        assert "Load this page again" in answer.content.decode()
        assert content(app) == before

    def test_what_is_not_there_does_not_come(self, app: AppVersion) -> None:
        with tenant_scope(app.tenant_id):
            wrong = [AppRole("gone", ["default"], []), AppRole("admin", ["default", "gone"], [])]
            give_scopes(app, roles=wrong, seen=app.roles_digest, by=SYSTEM)
        assert again(app).role_list == [AppRole("admin", ["default"], [])]

    def test_what_somebody_else_saved_meanwhile_is_shown_and_not_undone(
        self, dev: Client, dana: Client, app: AppVersion
    ) -> None:
        shown = dev.get(url(app)).context["form"]["seen"].value()
        assert give(dana, app, "admin/mdsp:core:iot.timUser").status_code == 302
        before = content(app)
        mine = ["admin/default", "admin/mdsp:core:iot.filUser"]
        answer = dev.post(url(app), {"gives": mine, "seen": shown})
        assert answer.status_code == 422
        assert content(app) == before
        page = answer.content.decode()
        assert "Somebody else changed scopes or roles meanwhile." in page
        assert (page.count(" checked"), page.count("saved: yes"), page.count("saved: no")) == (2, 1, 2)
        assert answer.context["form"].typed == mine
        again_shown = answer.context["form"]["seen"].value()
        assert dev.post(url(app), {"gives": mine, "seen": again_shown}).status_code == 302
        assert again(app).role_list == [AppRole("admin", ["default"], ["mdsp:core:iot.filUser"])]

    @pytest.mark.parametrize("seen", ["", "x", "0" * 64])
    def test_not_without_what_was_shown(self, dev: Client, app: AppVersion, seen: str) -> None:
        before = content(app)
        assert dev.post(url(app), {"gives": [], "seen": seen}).status_code == 422
        assert content(app) == before
