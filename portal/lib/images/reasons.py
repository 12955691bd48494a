"""Why a picture is refused, in words that say what to do instead."""

from __future__ import annotations

from enum import StrEnum

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal import constants


class Reason(StrEnum):
    """The words are stable; the child uses the same."""

    EMPTY = "empty"
    BYTES = "bytes"
    VECTOR = "vector"
    FORMAT = "format"
    ANIMATED = "animated"
    PIXELS = "pixels"
    DAMAGED = "damaged"
    EFFORT = "effort"
    NOT_SQUARE = "not_square"
    SMALL = "small"
    LARGE = "large"
    BUSY = "busy"
    FAILED = "failed"


TEXTS: dict[Reason, str | Promise] = {
    Reason.EMPTY: _("The file is empty. Choose the picture again."),
    Reason.BYTES: _("The file is larger than %(bytes)s. Save the picture with fewer pixels or as JPEG, and send that."),
    Reason.VECTOR: _("An SVG or HTML file can hold a program, so it is not taken. Export it as PNG and send that."),
    Reason.FORMAT: _("This is not a PNG, JPEG or WebP picture, whatever its name says. Save it as PNG and send that."),
    Reason.ANIMATED: _("The picture is animated. Save the one frame that is to be shown as PNG, and send that."),
    Reason.PIXELS: _(
        "The picture has %(width)s × %(height)s pixels, which is more than %(pixels)s million. "
        "Make it smaller and send it again."
    ),
    Reason.DAMAGED: _("The picture is damaged. Open it in a graphics program, save it as PNG, and send that."),
    Reason.EFFORT: _(
        "Reading the picture took too much time or memory. Save it as PNG with fewer pixels and send that."
    ),
    Reason.NOT_SQUARE: _(
        "An icon is square, this picture has %(width)s × %(height)s pixels. Crop it and send it again."
    ),
    Reason.SMALL: _(
        "The picture has %(width)s × %(height)s pixels, at least %(least)s × %(least)s are needed. Send a larger one."
    ),
    Reason.LARGE: _(
        "The picture has %(width)s × %(height)s pixels, at most %(most)s × %(most)s are taken. Send a smaller one."
    ),
    Reason.BUSY: _("Too many pictures are being read at the moment. Wait a few seconds and send it again."),
    Reason.FAILED: _("The portal could not read any picture. Tell the operator; the log says why."),
}


class ImageRefused(Exception):
    """The picture is not taken. `message` may be read by users; width and height are 0 where nobody knows them."""

    def __init__(self, reason: Reason, width: int = 0, height: int = 0, *, least: int = 0, most: int = 0) -> None:
        super().__init__(reason.value)
        self.reason, self.width, self.height = reason, width, height
        self._least, self._most = least, most

    @property
    def message(self) -> str:
        """In the language of whoever reads it now."""
        return str(TEXTS[self.reason]) % {
            "width": self.width,
            "height": self.height,
            "least": self._least,
            "most": self._most,
            "bytes": filesizeformat(constants.IMAGE_UPLOAD),
            "pixels": constants.IMAGE_PIXELS // 1_000_000,
        }
