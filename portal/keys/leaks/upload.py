"""A file that is looked at and not kept: how many bytes are taken, and how more are refused."""

from __future__ import annotations

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import constants
from portal.errors import Refusal
from portal.lib.uploads import Most, takes_files


class UploadTooLarge(Refusal):
    code = "upload_too_large"
    status = 413
    advice = gettext_lazy("Unpack it and send its parts, or look at it where it is: python manage.py leaks <path>.")

    def __init__(self) -> None:
        most = filesizeformat(constants.LEAK_UPLOAD)
        super().__init__(_("The file is larger than %(most)s. Nothing was looked at.") % {"most": most})


takes_one_look = takes_files(
    lambda: Most(each=constants.LEAK_UPLOAD, together=constants.LEAK_UPLOAD, refusal=UploadTooLarge)
)
