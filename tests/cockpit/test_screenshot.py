"""The screenshot of a release: sent, looked at, shown to everybody who decides, and needed to submit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils.html import escape
from PIL import Image

from portal.actor import SYSTEM
from portal.cockpit.checks.subject import Picture
from portal.cockpit.commands import create_version
from portal.cockpit.models import AppVersion
from portal.cockpit.pictures import facts_from_json, picture_of
from portal.cockpit.release.commands import ScreenshotMissing, ScreenshotUnfit, submit_release
from portal.lib.images.cleaning import PictureFacts
from portal.lib.images.seen import HubBar
from portal.scoping import tenant_scope
from tests.cast import Cast, signed_in
from tests.cockpit.reading import again, content, recorded
from tests.cockpit.running import checked
from tests.cockpit.test_icon import HOSTILE
from tests.cockpit.writing import GOOD, RELEASE, SCREENSHOT, end_check, give_screenshot, picture
from tests.images.pictures import opened, saved
from tests.images.test_seen import DARK_PAGE, drawn_page

LIST = "/t/acme/apps/"
WITH_BAR = saved(drawn_page())
WITHOUT_BAR = saved(drawn_page(bar=None))
UNSURE_BAR = saved(drawn_page(bar=None, page=DARK_PAGE))
BLANK = saved(Image.new("RGB", (1280, 800), (255, 255, 255)))
MISSING_TEXT = "The Hub&#x27;s bar is not on top of the screenshot."
FOUND_TEXT = "The Hub&#x27;s bar is on top of it."
UNSURE_TEXT = "It is not certain that the Hub&#x27;s bar is on the screenshot"
BLANK_TEXT = "The screenshot shows almost one colour"


def url(app: AppVersion, page: str = "") -> str:
    return f"{LIST}{app.pk}/{page}"


@pytest.fixture
def begun(prepared: AppVersion) -> AppVersion:
    """Its release is written, without a screenshot."""
    AppVersion.all_tenants.filter(pk=prepared.pk).update(screenshot=None, screenshot_facts=None)
    return prepared


def send(client: Client, app: AppVersion, sent: bytes) -> str:
    """What the page says after the upload."""
    answer = client.post(url(app, "prepare/"), RELEASE | {"screenshot": picture(sent)}, follow=True)
    return answer.content.decode()


class TestUpload:
    def test_kept_with_what_was_seen(self, begun: AppVersion, dev: Client, cast: Cast) -> None:
        assert FOUND_TEXT in send(dev, begun, WITH_BAR)
        held = again(begun)
        assert opened(bytes(held.screenshot or b"")).size == (1280, 800)
        assert bytes(held.screenshot or b"") != WITH_BAR
        assert facts_from_json(held.screenshot_facts) == PictureFacts(1280, 800, blank=False, hub_bar=HubBar.FOUND)
        told = recorded("release.prepared")[-1]
        assert (told["by"], told["fields"]) == (cast.dev.name, "screenshot")

    @pytest.mark.parametrize(
        ("sent", "told"), [(WITHOUT_BAR, MISSING_TEXT), (UNSURE_BAR, UNSURE_TEXT), (BLANK, BLANK_TEXT)]
    )
    def test_findings_are_told_at_once_and_again(self, sent: bytes, told: str, begun: AppVersion, dev: Client) -> None:
        after = send(dev, begun, sent)
        assert after.count(told) == 2  # the note about what was done, and the release below
        for page in ("", "prepare/", "submit/"):
            assert told in dev.get(url(begun, page)).content.decode()

    def test_another_one_replaces_it_and_none_keeps_it(self, begun: AppVersion, dev: Client) -> None:
        send(dev, begun, WITHOUT_BAR)
        send(dev, begun, WITH_BAR)
        held = content(begun)
        assert held["screenshot_facts"]["hub_bar"] == "found"
        dev.post(url(begun, "prepare/"), RELEASE)
        assert content(begun) == held

    def test_first_save_can_bring_it(self, app: AppVersion, dev: Client) -> None:
        dev.post(url(app, "register/"))
        send(dev, app, WITH_BAR)
        assert again(app).state == "preparation"
        checked(app)
        assert dev.post(url(app, "submit/")).status_code == 302

    @pytest.mark.parametrize(
        ("sent", "told"),
        [pytest.param(sent, told, id=name) for name, sent, told in HOSTILE if name not in {"not square", "small"}],
    )
    def test_hostile_ones_lose_nothing(self, sent: bytes, told: str, prepared: AppVersion, dev: Client) -> None:
        before = content(prepared)
        written = RELEASE | {"release_description": "Typed for <half> an hour.", "screenshot": picture(sent)}
        answer = dev.post(url(prepared, "prepare/"), written)
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert told in shown
        assert "Typed for &lt;half&gt; an hour." in shown
        assert content(prepared) == before

    def test_after_another_mistake_it_is_asked_for_again(self, prepared: AppVersion, dev: Client) -> None:
        before = content(prepared)
        answer = dev.post(url(prepared, "prepare/"), RELEASE | {"health_path": "x", "screenshot": picture(WITH_BAR)})
        assert answer.status_code == 422
        assert "a browser does not keep it. Choose it again." in answer.content.decode()
        assert content(prepared) == before

    def test_form_of_another_site_sends_none(self, prepared: AppVersion, cast: Cast) -> None:
        before = content(prepared)
        strict = signed_in(cast.dev)
        strict.handler.enforce_csrf_checks = True
        assert strict.post(url(prepared, "prepare/"), RELEASE | {"screenshot": picture(WITH_BAR)}).status_code == 403
        assert content(prepared) == before


class TestSubmit:
    def test_not_without_one(self, begun: AppVersion, dev: Client) -> None:
        with tenant_scope(begun.tenant_id), pytest.raises(ScreenshotMissing):
            submit_release(begun, by=SYSTEM)
        answer = dev.post(url(begun, "submit/"))
        assert answer.status_code == 422
        assert "A release has a screenshot" in answer.content.decode()
        assert again(begun).state == "preparation"

    @pytest.mark.parametrize(
        ("facts", "told"),
        [
            (replace(GOOD, blank=True), BLANK_TEXT),
            (replace(GOOD, hub_bar=HubBar.MISSING), MISSING_TEXT),
            (replace(GOOD, blank=True, hub_bar=HubBar.UNSURE), BLANK_TEXT),
        ],
    )
    def test_not_with_an_error_on_it(self, facts: PictureFacts, told: str, prepared: AppVersion, dev: Client) -> None:
        give_screenshot(prepared, facts)
        with tenant_scope(prepared.tenant_id), pytest.raises(ScreenshotUnfit):
            submit_release(prepared, by=SYSTEM)
        answer = dev.post(url(prepared, "submit/"))
        assert answer.status_code == 422
        (refusal,) = answer.context["form"].non_field_errors()
        assert told in escape(refusal)
        assert again(prepared).state == "preparation"

    def test_a_doubt_stops_nobody(self, prepared: AppVersion, dev: Client) -> None:
        give_screenshot(prepared, replace(GOOD, hub_bar=HubBar.UNSURE))
        assert UNSURE_TEXT in dev.get(url(prepared, "submit/")).content.decode()
        assert dev.post(url(prepared, "submit/")).status_code == 302

    def test_afterwards_it_is_not_replaced(self, waiting: AppVersion, dev: Client) -> None:
        before = content(waiting)
        assert dev.post(url(waiting, "prepare/"), RELEASE | {"screenshot": picture(WITH_BAR)}).status_code == 409
        assert content(waiting) == before


class TestShown:
    def test_to_developer_and_approver(self, waiting: AppVersion, dev: Client, dana: Client) -> None:
        picture_url = url(waiting, "screenshot.png")
        for client, page in ((dev, ""), (dana, "approve/")):
            shown = client.get(url(waiting, page)).content.decode()
            assert f'src="{picture_url}"' in shown
            assert "Sent with 1440 × 900 pixels." in shown
            assert FOUND_TEXT in shown
        answer = dana.get(picture_url)
        assert answer.content == SCREENSHOT.png
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert dana.get(picture_url, headers={"if-none-match": answer["ETag"]}).status_code == 304

    def test_to_the_operator_while_the_check_lasts(self, in_check: AppVersion, cast: Cast) -> None:
        olga = signed_in(cast.olga)
        page = f"/operator/releases/acme/{in_check.pk}/"
        shown = olga.get(page).content.decode()
        assert f'src="{page}screenshot.png"' in shown
        assert FOUND_TEXT in shown
        answer = olga.get(f"{page}screenshot.png")
        assert answer.content == SCREENSHOT.png
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert olga.get(f"{page}icon.png").status_code == 404
        assert end_check(olga, in_check, outcome="pass").status_code == 302
        assert olga.get(f"{page}screenshot.png").status_code == 409

    def test_operator_sees_none_before_the_approval(self, waiting: AppVersion, cast: Cast) -> None:
        page = f"/operator/releases/acme/{waiting.pk}/screenshot.png"
        assert signed_in(cast.olga).get(page).status_code == 409

    def test_to_nobody_else(self, waiting: AppVersion, cast: Cast) -> None:
        assert Client().get(url(waiting, "screenshot.png")).status_code == 302
        assert signed_in(cast.charlie).get(url(waiting, "screenshot.png")).status_code == 404

    def test_none_is_none(self, app: AppVersion, dev: Client) -> None:
        assert dev.get(url(app, "screenshot.png")).status_code == 404


def test_new_version_has_none(waiting: AppVersion) -> None:
    """It shows the version that it was taken of."""
    with tenant_scope(waiting.tenant_id):
        made = again(create_version(waiting, version="v2.0.0", by=SYSTEM))
    assert (made.screenshot, made.screenshot_facts) == (None, None)


def test_checks_see_what_was_sent(prepared: AppVersion) -> None:
    """The kept one may have fewer pixels, which is no fault of the sender."""
    give_screenshot(prepared, replace(GOOD, width=5000, height=1000, blank=True))
    seen = picture_of(again(prepared), "screenshot")
    assert seen == Picture("image/png", 5000, 1000, len(SCREENSHOT.png), blank=True)
