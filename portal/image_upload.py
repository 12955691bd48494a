"""Pictures that a browser sends: on disk without a name while the request lasts, never larger than allowed."""

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

# Pictures of the largest size in one request, and what stands around them.
AT_ONCE = 8
AROUND = 1024 * 1024


class PicturesTooLarge(Refusal):
    code = "pictures_too_large"
    status = 413
    advice = gettext_lazy("Go back and send fewer or smaller pictures. Nothing was kept.")

    def __init__(self) -> None:
        most = filesizeformat(AT_ONCE * constants.IMAGE_UPLOAD)
        super().__init__(_("The pictures are larger than %(most)s together. They were not read.") % {"most": most})


class Pictures(FileUploadHandler):
    """Keeps each file up to IMAGE_UPLOAD in a temporary file that has no name, and of a larger one only its size."""

    size = 0
    file: IO[bytes] | None = None

    def handle_raw_input(
        self, input_data: Any, META: dict[str, str], content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        if content_length > AT_ONCE * constants.IMAGE_UPLOAD + AROUND:
            raise PicturesTooLarge

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.size = 0
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.file is not None and self.size <= constants.IMAGE_UPLOAD:
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


def takes_pictures(view: View) -> View:
    """For a view that is `csrf_exempt` on top: form and CSRF token are looked at only here, behind the right.

    Otherwise Django would read the whole upload before anybody knows who sends it. Order: `@csrf_exempt`,
    `@require_http_methods`, `@tenant_page`, `@takes_pictures`.
    """
    protected = csrf_protect(view)

    @wraps(view)
    def receiving(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [Pictures(request)]
        return protected(request, **kwargs)

    # Bytes; whatever stands in front of the portal must let them through.
    vars(receiving)["largest_body"] = AT_ONCE * constants.IMAGE_UPLOAD + AROUND
    return receiving
