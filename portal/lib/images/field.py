"""Form fields that take a picture and give a `CleanImage`. They never tell or keep the name of the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from portal import constants
from portal.lib.images.cleaning import CleanImage, clean_icon, clean_screenshot
from portal.lib.images.reasons import ImageRefused, Reason

# What the browser's dialog offers; what is sent is looked at, not this.
ACCEPT = "image/png,image/jpeg,image/webp"


class PictureField(forms.FileField):
    """A file that is taken when it can be made a clean picture; else the form says why not and what to do.

    The view must take files (`portal.image_upload.takes_pictures`). Decoding happens in `form.is_valid()`.
    """

    widget = forms.FileInput
    cleaning: Callable[[bytes], CleanImage]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"accept": ACCEPT}

    def to_python(self, data: Any) -> CleanImage | None:  # type: ignore[override]
        if data in self.empty_values:
            return None
        try:
            # The upload handler has kept nothing of a file that is larger.
            if data.size > constants.IMAGE_UPLOAD:
                raise ImageRefused(Reason.BYTES)
            return self.cleaning(data.read(constants.IMAGE_UPLOAD + 1))
        except ImageRefused as refused:
            raise forms.ValidationError(refused.message, code=refused.reason.value) from None


def _icon_help() -> str:
    return _("Square, PNG, JPEG or WebP, at least %(least)s × %(least)s pixels and at most %(most)s.") % {
        "least": constants.ICON_LEAST,
        "most": filesizeformat(constants.IMAGE_UPLOAD),
    }


def _screenshot_help() -> str:
    return _("PNG, JPEG or WebP, at most %(most)s, with the Hub's bar on top.") % {
        "most": filesizeformat(constants.IMAGE_UPLOAD)
    }


class IconField(PictureField):
    """The icon of an application."""

    cleaning = staticmethod(clean_icon)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"help_text": lazy(_icon_help, str)()} | kwargs)


class ScreenshotField(PictureField):
    """A screenshot of an application, for its release."""

    cleaning = staticmethod(clean_screenshot)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"help_text": lazy(_screenshot_help, str)()} | kwargs)
