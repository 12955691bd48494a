"""Pictures that a browser sends: how many bytes are taken, and how more are refused."""

from __future__ import annotations

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import constants
from portal.errors import Refusal
from portal.lib.uploads import Most, takes_files

# Pictures of the largest size in one request.
AT_ONCE = 8


class PicturesTooLarge(Refusal):
    code = "pictures_too_large"
    status = 413
    advice = gettext_lazy("Go back and send fewer or smaller pictures. Nothing was kept.")

    def __init__(self) -> None:
        most = filesizeformat(AT_ONCE * constants.IMAGE_UPLOAD)
        super().__init__(_("The pictures are larger than %(most)s together. They were not read.") % {"most": most})


takes_pictures = takes_files(
    lambda: Most(each=constants.IMAGE_UPLOAD, together=AT_ONCE * constants.IMAGE_UPLOAD, refusal=PicturesTooLarge)
)
