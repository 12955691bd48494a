"""The tenant's logo."""

from __future__ import annotations

from dataclasses import replace

from werkzeug import Response

from portal.emulator.gateway.calls import Call
from portal.emulator.gateway.errors import GatewayError, NoMatch
from portal.emulator.tenantmanagement.access import READ_ROLES, WRITE_ROLES
from portal.emulator.tenantmanagement.bodies import MAX_TEXT
from portal.emulator.tenantmanagement.errors import (
    BodyRefused,
    ErrorType,
    FieldError,
    FieldErrorType,
    tenant_endpoint,
)
from portal.emulator.tenantmanagement.registry import LOGO_TYPES, Logo
from portal.emulator.web import json_response

MAX_LOGO = 1024 * 1024
"""Bytes."""


@tenant_endpoint(READ_ROLES)
def logo(call: Call) -> Response:
    """The picture itself, with the media type of its content; the gateway forbids browsers to guess another one."""
    found = _logo(call)
    return Response(found.content, content_type=found.media_type)


@tenant_endpoint(READ_ROLES)
def logo_metadata(call: Call) -> Response:
    """Name and size (bytes) of the logo."""
    return _metadata(_logo(call))


@tenant_endpoint(WRITE_ROLES)
def upload_logo(call: Call) -> Response:
    """Take the part ``file`` of a multipart form as the logo, in place of the present one."""
    if call.request.mimetype != "multipart/form-data":
        raise GatewayError(415, "unsupportedMediaType", "Content-Type has to be multipart/form-data.")
    with call.request:  # closes the files of the form, of which the larger ones are on disk
        uploaded = _uploaded(call)
    with call.hub.lock:
        call.hub.tenants.put(replace(call.hub.tenants.get(call.tenant), logo=uploaded))
    return _metadata(uploaded)


def _uploaded(call: Call) -> Logo:
    file = call.request.files.get("file")
    if file is None:
        raise _refused(FieldErrorType.VALIDATION_ERROR, "The form has no part named file with a filename.")
    content = file.stream.read(MAX_LOGO + 1)
    if len(content) > MAX_LOGO:
        call.request.limit = f"logo of {MAX_LOGO} bytes"
        raise GatewayError(413, "payloadTooLarge", f"A logo has at most {MAX_LOGO} bytes.")
    media_type = next((kind for start, kind in LOGO_TYPES.items() if content.startswith(start)), None)
    if media_type is None:
        raise _refused(FieldErrorType.INVALID_INPUT, "The file is no picture. Send PNG, JPEG or GIF.")
    return Logo(_file_name(file.filename or ""), media_type, content)


def _logo(call: Call) -> Logo:
    found = call.hub.tenants.get(call.tenant).logo
    if found is None:
        raise NoMatch("This tenant has no logo.")
    return found


def _metadata(found: Logo) -> Response:
    return json_response({"name": found.name, "size": len(found.content)})


def _file_name(sent: str) -> str:
    """The last part of the sent path, as text that can be written anywhere."""
    name = sent.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in name if character.isprintable())[:MAX_TEXT] or "logo"


def _refused(kind: FieldErrorType, message: str) -> BodyRefused:
    return BodyRefused(
        ErrorType.FIELD_ERROR, "Some fields of the body are not valid.", [FieldError("file", kind, message)]
    )
