"""The icon of an application: sent, shown, replaced, removed; and what is sent instead of one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from portal import constants
from portal.actor import SYSTEM
from portal.cockpit.checks.subject import Picture
from portal.cockpit.commands import ConfigurationLocked, change_app, create_version
from portal.cockpit.models import AppVersion
from portal.cockpit.pictures import picture_of
from portal.cockpit.queries import find_version
from portal.cockpit.registration.commands import register
from portal.scoping import tenant_scope
from tests.cast import Cast, make_app, signed_in
from tests.cockpit.reading import again, content, recorded
from tests.cockpit.writing import ICON, picture
from tests.images.hostile import END, polyglots, zeros
from tests.images.pictures import CANARY, drawn, header, opened, png_of, saved

LIST = "/t/acme/apps/"
NEW = {
    "display_name": "Valve Watch",
    "internal_name": "valvewatch",
    "version": "v1.0.0",
    "self_hosted": "on",
    "description": "Watches <valves>.",
    "name": "web",
    "url": "https://valves.acme.example/",
    "endpoints": "/**",
    "cache_control": "no-store",
}
CHANGED = {"display_name": "Pump Advisor", "description": "Kept as it was typed."}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def page(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def edit_url(app: AppVersion) -> str:
    return f"{LIST}{app.pk}/edit/"


@pytest.fixture
def pictured(cast: Cast) -> AppVersion:
    """An application with an icon."""
    return make_app(cast.acme, icon=ICON)


class TestCreate:
    def test_application_begins_with_it(self, dev: Client, cast: Cast) -> None:
        answer = dev.post(f"{LIST}create/", NEW | {"icon": picture(ICON)})
        assert answer.status_code == 302
        made = AppVersion.all_tenants.get()
        icon = bytes(made.icon or b"")
        assert opened(icon).size == (256, 256)
        assert icon != ICON
        assert f"{LIST}{made.pk}/icon.png" in page(dev, answer["Location"])
        assert f"{LIST}{made.pk}/icon.png" in page(dev, LIST)

    def test_without_one_there_is_the_default(self, dev: Client, app: AppVersion) -> None:
        for url in (LIST, f"{LIST}{app.pk}/"):
            shown = page(dev, url)
            assert "icon.png" not in shown
            assert re.search(r'class="app-icon"><svg', shown)
        assert dev.get(f"{LIST}{app.pk}/icon.png").status_code == 404

    def test_after_another_mistake_it_is_asked_for_again(self, dev: Client, cast: Cast) -> None:
        answer = dev.post(f"{LIST}create/", NEW | {"url": "http://x", "icon": picture(ICON)})
        assert answer.status_code == 422
        assert "a browser does not keep it. Choose it again." in answer.content.decode()
        assert_kept(answer.content.decode())

    def test_after_a_refusal_too(self, dev: Client, cast: Cast) -> None:
        make_app(cast.acme, "valvewatch")
        answer = dev.post(f"{LIST}create/", NEW | {"icon": picture(ICON)})
        assert answer.status_code == 422
        assert "Choose it again." in answer.content.decode()


def assert_kept(shown: str) -> None:
    """Everything that was typed stands in the form again."""
    for typed in ("Valve Watch", "valvewatch", "Watches &lt;valves&gt;.", "no-store"):
        assert typed in shown


HOSTILE = [
    ("SVG", SVG, "An SVG or HTML file can hold a program"),
    ("HTML", b"<!DOCTYPE html><script>alert(1)</script>", "An SVG or HTML file can hold a program"),
    ("GIF", saved(drawn(), "GIF"), "This is not a PNG, JPEG or WebP picture"),
    ("bomb", png_of(header(50_000, 50_000), (b"IDAT", zeros(64)), END), "more than 25 million"),
    ("pixels", saved(drawn(1, 1).resize((6000, 6000))), "more than 25 million"),
    ("6 MB", ICON + bytes(6 * 1024**2), "The file is larger than 5.0\xa0MB"),
    ("not square", saved(drawn(200, 100)), "An icon is square, this picture has 200 × 100 pixels"),
    ("small", saved(drawn(16, 16)), "at least 64 × 64 are needed"),
    ("empty", b"", "The file is empty"),
]


@pytest.mark.parametrize(("sent", "told"), [pytest.param(sent, told, id=name) for name, sent, told in HOSTILE])
class TestHostile:
    def test_create_keeps_what_was_typed(self, sent: bytes, told: str, dev: Client, cast: Cast) -> None:
        answer = dev.post(f"{LIST}create/", NEW | {"icon": picture(sent, "../<icon>.png")})
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert told in shown
        assert "alert(1)" not in shown
        assert_kept(shown)
        assert not AppVersion.all_tenants.exists()

    def test_edit_keeps_what_was_typed_and_the_old_icon(
        self, sent: bytes, told: str, dev: Client, pictured: AppVersion
    ) -> None:
        before = content(pictured)
        answer = dev.post(edit_url(pictured), CHANGED | {"icon": picture(sent)})
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert told in shown
        assert "Kept as it was typed." in shown
        assert f"{LIST}{pictured.pk}/icon.png" in shown
        assert content(pictured) == before


@pytest.mark.parametrize(("name", "sent"), list(polyglots()), ids=lambda value: value if isinstance(value, str) else "")
def test_polyglot_leaves_only_its_pixels(name: str, sent: bytes, dev: Client, app: AppVersion) -> None:
    answer = dev.post(edit_url(app), CHANGED | {"icon": picture(sent)})
    icon = bytes(again(app).icon or b"")
    assert answer.status_code in {302, 422}
    assert bool(icon) == (answer.status_code == 302)
    assert CANARY not in icon
    assert b"<script" not in icon


class TestEdit:
    def test_replaced_and_recorded(self, dev: Client, pictured: AppVersion, cast: Cast) -> None:
        shown = page(dev, edit_url(pictured))
        assert f'src="{LIST}{pictured.pk}/icon.png" alt="The present picture"' in shown
        assert "Remove the icon" in shown
        assert 'enctype="multipart/form-data"' in shown
        assert dev.post(edit_url(pictured), {"display_name": "Pump Advisor", "icon": picture(ICON)}).status_code == 302
        assert opened(bytes(again(pictured).icon or b"")).size == (256, 256)
        (told,) = recorded("app.changed")
        assert (told["by"], told["fields"]) == (cast.dev.name, "icon")

    def test_kept_unless_removed(self, dev: Client, pictured: AppVersion) -> None:
        assert dev.post(edit_url(pictured), CHANGED).status_code == 302
        assert bytes(again(pictured).icon or b"") == ICON
        assert dev.post(edit_url(pictured), CHANGED | {"remove_icon": "on"}).status_code == 302
        assert again(pictured).icon is None
        assert "Remove the icon" not in page(dev, edit_url(pictured))
        assert [told["fields"] for told in recorded("app.changed")] == ["description", "icon"]

    def test_new_one_wins_over_the_tick(self, dev: Client, pictured: AppVersion) -> None:
        dev.post(edit_url(pictured), CHANGED | {"remove_icon": "on", "icon": picture(ICON)})
        assert opened(bytes(again(pictured).icon or b"")).size == (256, 256)

    def test_same_again_is_no_event(self, dev: Client, app: AppVersion) -> None:
        for _ in range(2):
            dev.post(edit_url(app), {"display_name": "Pump Advisor", "icon": picture(ICON)})
        assert [told["fields"] for told in recorded("app.changed")] == ["icon"]

    def test_locked_while_registered(self, dev: Client, pictured: AppVersion) -> None:
        with tenant_scope(pictured.tenant_id):
            register(pictured, by=SYSTEM)
            with pytest.raises(ConfigurationLocked):
                change_app(pictured, icon=None, by=SYSTEM)
        assert dev.post(edit_url(pictured), CHANGED | {"icon": picture(ICON)}).status_code == 409
        assert bytes(again(pictured).icon or b"") == ICON

    def test_new_version_has_it(self, pictured: AppVersion) -> None:
        with tenant_scope(pictured.tenant_id):
            made = create_version(pictured, version="v2.0.0", by=SYSTEM)
        assert bytes(again(made).icon or b"") == ICON

    def test_form_of_another_site_sends_none(self, pictured: AppVersion, cast: Cast) -> None:
        strict = signed_in(cast.dev)
        strict.handler.enforce_csrf_checks = True
        for url in (edit_url(pictured), f"{LIST}create/"):
            assert strict.post(url, NEW | {"icon": picture(ICON)}).status_code == 403
        assert bytes(again(pictured).icon or b"") == ICON

    def test_upload_is_limited_before_it_is_read(
        self, dev: Client, pictured: AppVersion, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(constants, "IMAGE_UPLOAD", 1000)
        answer = dev.post(edit_url(pictured), CHANGED | {"icon": picture(bytes(2 * 1024**2))})
        assert answer.status_code == 413
        assert "They were not read." in answer.content.decode()


class TestAnswer:
    def test_is_a_picture_and_nothing_else(self, dev: Client, pictured: AppVersion) -> None:
        answer = dev.get(f"{LIST}{pictured.pk}/icon.png")
        assert answer.content == ICON
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, no-cache"
        again_asked = dev.get(f"{LIST}{pictured.pk}/icon.png", headers={"if-none-match": answer["ETag"]})
        assert (again_asked.status_code, again_asked.content) == (304, b"")

    def test_nobody_else_gets_it(self, pictured: AppVersion, cast: Cast) -> None:
        url = f"{LIST}{pictured.pk}/icon.png"
        assert Client().get(url).status_code == 302
        assert signed_in(cast.charlie).get(url).status_code == 404


def test_checks_see_it(pictured: AppVersion) -> None:
    """The same, whether its bytes are at hand or only their number."""
    with tenant_scope(pictured.tenant_id):
        for version in (AppVersion.objects.get(pk=pictured.pk), find_version(pictured.pk)):
            seen = picture_of(version, "icon")
            assert seen == Picture("image/png", 256, 256, len(bytes(again(pictured).icon or b"")))
            assert picture_of(version, "screenshot") is None


def test_lists_do_not_load_pictures(dev: Client, pictured: AppVersion, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(15) as asked:
        dev.get(LIST)
    listing = " ".join(query["sql"] for query in asked if "cockpit_appversion" in query["sql"])
    assert '"icon" IS NOT NULL' in listing
    assert '"cockpit_appversion"."screenshot",' not in listing
    assert '"cockpit_appversion"."icon",' not in listing
