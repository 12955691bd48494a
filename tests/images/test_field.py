"""A picture on its way from a browser to a form and back to a browser."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from portal import constants
from portal.image_upload import PicturesTooLarge, takes_pictures
from portal.lib.images.cleaning import CleanImage
from portal.lib.images.field import IconField, ScreenshotField
from portal.lib.images.response import image_response
from portal.lib.uploads import AROUND, UploadedFile
from tests.images.pictures import drawn, opened, saved

ICON = saved(drawn())
NAMES = [
    "../../etc/passwd.png",
    "a\u2028b.png",
    "gpj.\u202egnp.exe",
    "x\0.png",
    "<script>.png",
    "é" * 300,
    "C:\\x.svg",
]


class PictureForm(forms.Form):
    icon = IconField()
    shot = ScreenshotField(required=False)


def form_with(content: bytes, name: str = "icon.png", kind: str = "image/png") -> PictureForm:
    return PictureForm({}, {"icon": SimpleUploadedFile(name, content, kind)})


class TestField:
    def test_gives_the_clean_picture(self) -> None:
        form = form_with(ICON)
        assert form.is_valid()
        icon = form.cleaned_data["icon"]
        assert isinstance(icon, CleanImage)
        assert opened(icon.png).size == (256, 256)
        assert form.cleaned_data["shot"] is None

    def test_says_what_is_wrong(self) -> None:
        form = form_with(b"<svg/>", "icon.png")
        assert form.errors == {
            "icon": ["An SVG or HTML file can hold a program, so it is not taken. Export it as PNG and send that."]
        }
        assert form.errors.as_data()["icon"][0].code == "vector"

    def test_rules_are_those_of_the_kind(self) -> None:
        form = PictureForm({}, {"icon": SimpleUploadedFile("x", ICON), "shot": SimpleUploadedFile("x", ICON)})
        assert form.errors == {
            "shot": ["The picture has 96 × 96 pixels, at least 360 × 360 are needed. Send a larger one."]
        }

    @pytest.mark.parametrize("name", [*NAMES, "a\r\nSet-Cookie: x=1.png", "icon.svg", "icon.html", "icon"])
    @pytest.mark.parametrize("kind", ["image/png", "text/html"])
    def test_name_and_type_say_nothing(self, name: str, kind: str) -> None:
        assert form_with(ICON, name, kind).is_valid()
        refused = form_with(b"GIF89a", name, kind)
        assert not refused.is_valid()
        assert "not a PNG, JPEG or WebP" in str(refused.errors)
        assert "script" not in str(refused)

    def test_missing_and_empty_files(self) -> None:
        assert PictureForm({}, {}).errors == {"icon": ["This field is required."]}
        assert "empty" in str(form_with(b"").errors)

    def test_too_large_file_is_not_read(self) -> None:
        class Unread(SimpleUploadedFile):
            def read(self, *args: Any, **kwargs: Any) -> bytes:
                raise AssertionError("read")

        large = Unread("x.png", b"x")
        large.size = constants.IMAGE_UPLOAD + 1
        assert "larger than 5.0\xa0MB" in str(PictureForm({}, {"icon": large}).errors["icon"])

    def test_file_that_is_larger_than_it_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "IMAGE_UPLOAD", len(ICON))
        lying = SimpleUploadedFile("x.png", ICON + b"x" * 100)
        lying.size = 10
        assert "larger than" in str(PictureForm({}, {"icon": lying}).errors["icon"])

    def test_browser_offers_pictures_and_the_page_says_the_limits(self) -> None:
        page = str(PictureForm())
        assert page.count('accept="image/png,image/jpeg,image/webp"') == 2
        assert "at least 64 × 64 pixels and at most 5.0\xa0MB" in page


@csrf_exempt
@takes_pictures
def page(request: HttpRequest) -> HttpResponse:
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        return HttpResponse(form.cleaned_data["icon"].png)
    return HttpResponse(str(form.errors), status=422)


Sent = Callable[..., HttpRequest]


@pytest.fixture
def sent() -> Iterator[Sent]:
    """Sends a file to the page; the request ends with the test."""
    requests = []

    def send(content: bytes, name: str = "icon.png", *, from_our_page: bool = True) -> HttpRequest:
        file = io.BytesIO(content)
        file.name = name
        request = RequestFactory().post("/", {"icon": file})
        request._dont_enforce_csrf_checks = from_our_page  # type: ignore[attr-defined]
        requests.append(request)
        return request

    yield send
    for request in requests:
        request.close()


class TestUpload:
    @pytest.mark.parametrize("name", NAMES)
    def test_arrives_whatever_its_name(self, name: str, sent: Sent) -> None:
        answer = page(sent(ICON, name))
        assert answer.status_code == 200
        assert opened(answer.content).size == (256, 256)

    def test_form_of_another_page_is_refused(self, sent: Sent) -> None:
        answer = page(sent(ICON, from_our_page=False))
        assert answer.status_code == 403

    def test_of_a_too_large_file_nothing_is_kept(self, monkeypatch: pytest.MonkeyPatch, sent: Sent) -> None:
        monkeypatch.setattr(constants, "IMAGE_UPLOAD", 300_000)
        request = sent(ICON + bytes(1_000_000))
        answer = page(request)
        assert answer.status_code == 422
        assert "The file is larger than" in answer.content.decode()
        file = request.FILES["icon"]
        assert isinstance(file, UploadedFile)
        assert (file.size or 0) > 1_000_000
        file.seek(0)
        assert len(file.read()) <= 300_000

    def test_of_much_too_large_a_request_nothing_is_read(self, monkeypatch: pytest.MonkeyPatch, sent: Sent) -> None:
        monkeypatch.setattr(constants, "IMAGE_UPLOAD", 1000)
        request = sent(bytes(AROUND + 8 * 1000))
        with pytest.raises(PicturesTooLarge, match="pictures_too_large"):
            page(request)

    def test_files_that_are_too_large_together_are_refused_before_the_last_is_read(
        self, monkeypatch: pytest.MonkeyPatch, sent: Sent
    ) -> None:
        monkeypatch.setattr(constants, "IMAGE_UPLOAD", 1000)
        with pytest.raises(PicturesTooLarge):
            page(sent(bytes(8 * 1000 + 1)))

    def test_files_have_no_name_on_disk_and_end_with_the_request(self, sent: Sent) -> None:
        request = sent(ICON)
        page(request)
        file = request.FILES["icon"].file  # type: ignore[union-attr]
        assert isinstance(file.name, int)
        request.close()
        assert file.closed


class TestAnswer:
    def ask(self, **headers: str) -> Any:
        return image_response(RequestFactory().get("/", headers=headers), ICON, kind="icon")

    def test_is_a_picture_and_nothing_else(self) -> None:
        answer = self.ask()
        assert answer.status_code == 200
        assert answer.content == ICON
        assert {name: value for name, value in answer.items() if name != "ETag"} == {
            "Content-Type": "image/png",
            "Cache-Control": "private, no-cache",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": 'inline; filename="icon.png"',
        }

    def test_browser_that_has_it_is_told_so(self) -> None:
        etag = self.ask()["ETag"]
        again = self.ask(if_none_match=etag)
        assert again.status_code == 304
        assert again.content == b""
        assert again["ETag"] == etag
        assert again["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert self.ask(if_none_match='"other"').status_code == 200

    def test_another_picture_has_another_tag(self) -> None:
        other = image_response(RequestFactory().get("/"), ICON + b"x", kind="icon")
        assert other["ETag"] != self.ask()["ETag"]


def test_refusals_are_told_in_the_language_of_the_reader() -> None:
    with translation.override("de"):
        assert "als PNG" in str(form_with(b"<svg/>").errors)
        assert "Pixel" in str(PictureForm())
