"""The multipart form with which a file is uploaded."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.emulator.assets.properties import DESCRIPTION, TextRule
from portal.emulator.gateway.bodies import InvalidBody, MissingProperty
from portal.emulator.gateway.errors import GatewayError
from portal.emulator.web import EmulatorRequest

MULTIPART = "multipart/form-data"
FILE_NAME = TextRule(255, 1, r"[^/\\\x00-\x1f\x7f]*", "printable characters other than / and \\")
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
ANY_TYPE = "application/octet-stream"
SCOPES = ("private", "public")


@dataclass(frozen=True)
class Upload:
    """What a form says about a file, and its content."""

    name: str
    original_file_name: str
    description: str
    scope: str
    media_type: str
    content: bytes


def read_upload(request: EmulatorRequest) -> Upload:
    """The fields ``file`` and optionally ``name`` (else that of the file), ``description`` and ``scope``.

    :raises GatewayError: 415 for another kind of body.
    :raises MissingProperty: there is no ``file``.
    :raises InvalidBody: a field breaks a rule.
    """
    if request.mimetype != MULTIPART:
        raise GatewayError(415, "unsupportedMediaType", f"Content-Type has to be {MULTIPART}.")
    try:
        return _upload(request)
    finally:
        request.close()  # the temporary files of all parts


def _upload(request: EmulatorRequest) -> Upload:
    file = request.files.get("file")
    if file is None:
        raise MissingProperty("file")
    name = request.form.get("name") or file.filename or ""
    return Upload(
        name=_checked("name", name, FILE_NAME),
        original_file_name=_checked("The filename of file", file.filename or name, FILE_NAME),
        description=_checked("description", request.form.get("description", ""), DESCRIPTION),
        scope=_scope(request.form.get("scope", SCOPES[0])),
        media_type=_media_type(file.mimetype),
        content=file.read(),
    )


def _checked(name: str, text: str, rule: TextRule) -> str:
    broken = rule.broken_by(text)
    if broken:
        raise InvalidBody(f"{name} {broken}.")
    return text


def _scope(text: str) -> str:
    """Documented in capitals and in small letters; answered in small ones, as the definitions list them."""
    if text.lower() not in SCOPES:
        raise InvalidBody(f"scope has to be {' or '.join(SCOPES)}.")
    return text.lower()


def _media_type(text: str) -> str:
    if text and MEDIA_TYPE.fullmatch(text) is None:
        raise InvalidBody("The Content-Type of file has to be a media type like image/png.")
    return text or ANY_TYPE
