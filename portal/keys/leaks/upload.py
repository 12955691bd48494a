"""A file that is looked at and not kept: on disk without a name while the request lasts, never larger than allowed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import wraps
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_protect

from portal import constants
from portal.errors import Refusal

# The other fields of the form, and what stands around them.
AROUND = 1024 * 1024


class UploadTooLarge(Refusal):
    code = "upload_too_large"
    status = 413
    advice = gettext_lazy("Unpack it and send its parts, or look at it where it is: python manage.py leaks <path>.")

    def __init__(self) -> None:
        most = filesizeformat(constants.LEAK_UPLOAD)
        super().__init__(_("The file is larger than %(most)s. Nothing was looked at.") % {"most": most})


class OneLook(FileUploadHandler):
    """Puts a file into a temporary file that has no name: it is gone with the request, or with the process."""

    size = 0
    file: IO[bytes] | None = None

    def handle_raw_input(
        self, input_data: Any, META: dict[str, str], content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        if content_length > constants.LEAK_UPLOAD + AROUND:
            raise UploadTooLarge

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size > constants.LEAK_UPLOAD:
            self.upload_interrupted()
            raise UploadTooLarge
        if self.file is not None:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        if self.file is None:
            return None
        self.file.seek(0)
        return UploadedFile(self.file, self.file_name or "", self.content_type or "", file_size)

    def upload_interrupted(self) -> None:
        if self.file is not None:
            self.file.close()


View = Callable[..., HttpResponse]


def takes_one_look(view: View) -> View:
    """For a view that is `csrf_exempt` on top: form and CSRF token are looked at only here, behind the right.

    Otherwise Django would read the whole upload before anybody knows who sends it.
    """
    protected = csrf_protect(view)

    @wraps(view)
    def receiving(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [OneLook(request)]
        return protected(request, **kwargs)

    # Bytes; whatever stands in front of the portal must let them through.
    vars(receiving)["largest_body"] = constants.LEAK_UPLOAD + AROUND
    return receiving
