"""What is done with files that a browser sends: nothing, unless the page asks for them.

Then they are on disk without a name while the request lasts, never larger than allowed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_protect

# The other fields of the form, and what stands around the files (bytes).
AROUND = 1024 * 1024


class NoFiles(FileUploadHandler):
    """Drops every file as it comes: no page but those with a handler of their own can be filled with them."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Most:
    """Bytes that are kept of each file, and bytes of all files of a request; with more, `refusal` is raised."""

    each: int
    together: int
    refusal: Callable[[], Exception]


class UnnamedFiles(FileUploadHandler):
    """Puts each file into a temporary file that has no name: it is gone with the request, or with the process.

    Of a file that is larger than `most.each` only the size is told.
    """

    def __init__(self, request: HttpRequest, most: Most) -> None:
        super().__init__(request)
        self.most = most
        self.size = self.received = 0
        self.file: IO[bytes] | None = None

    def handle_raw_input(
        self, input_data: Any, META: dict[str, str], content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        if content_length > self.most.together + AROUND:
            raise self.most.refusal()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.size = 0
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        self.received += len(raw_data)
        if self.received > self.most.together:
            self.upload_interrupted()
            raise self.most.refusal()
        if self.file is not None and self.size <= self.most.each:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        if self.file is None:
            return None
        self.file.seek(0)
        return UploadedFile(self.file, self.file_name or "", self.content_type or "", file_size)

    def upload_interrupted(self) -> None:
        if self.file is not None:
            self.file.close()


def takes_files(most: Callable[[], Most]) -> Callable[[View], View]:
    """For a view that is `csrf_exempt` on top: form and CSRF token are looked at only here, behind the right.

    Otherwise Django would read the whole upload before anybody knows who sends it. Order: `@csrf_exempt`,
    `@require_http_methods`, `@tenant_page`, and this.
    """

    def decorate(view: View) -> View:
        protected = csrf_protect(view)

        @wraps(view)
        def receiving(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            request.upload_handlers = [UnnamedFiles(request, most())]
            return protected(request, **kwargs)

        # Bytes; whatever stands in front of the portal must let them through.
        vars(receiving)["largest_body"] = most().together + AROUND
        return receiving

    return decorate
