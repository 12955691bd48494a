"""What every Asset Management endpoint does around its answer: Accept, token, role, ETag, errors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from werkzeug import Response
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import unquote_etag

from portal.emulator.assets.links import Links
from portal.emulator.assets.type_wire import TypeJson
from portal.emulator.gateway.authentication import Unauthenticated
from portal.emulator.gateway.calls import Call, admit, unauthorized
from portal.emulator.gateway.errors import GatewayError, refusal
from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.hub import Hub
from portal.emulator.identity.groups import STANDARD_USER, TENANT_ADMIN
from portal.emulator.web import EmulatorRequest, json_text

HAL = "application/hal+json"
ADMIN, USER = "mdsp:core:assetmanagement.admin", "mdsp:core:assetmanagement.standarduser"
WRITE_ROLES = frozenset({ADMIN, TENANT_ADMIN})
READ_ROLES = WRITE_ROLES | {USER, STANDARD_USER}


class AssetCall(Call):
    """A permitted call of Asset Management, with its inventory, the builder of its links and the writer of types."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.hub, call.request, call.caller)
        self.inventory = call.hub.inventory
        self.links = Links(self.service_url("assetmanagement"))
        self.types = TypeJson(self.inventory, self.links, self.tenant)


@dataclass(frozen=True)
class NewEtag:
    """A write that answers 204, with the resource's new etag number in the header alone."""

    number: int


Answer = dict[str, Any]
Written = Answer | tuple[Answer, int] | NewEtag | None
"""What a write answers: JSON (with 200 or the given status), or nothing (204)."""
Reader = Callable[..., Answer]
Writer = Callable[..., Written]


def asset_endpoint(reader: Reader) -> Callable[..., Response]:
    """Turn a reader ``(call, **path arguments) -> JSON object`` into a handler."""

    @wraps(reader)
    def handler(hub: Hub, request: EmulatorRequest, **arguments: str) -> Response:
        return _answered(request, lambda: reader(_permitted(hub, request, READ_ROLES), **arguments))

    return handler


def asset_writer(writer: Writer) -> Callable[..., Response]:
    """Turn a writer ``(call, **path arguments) -> Written`` into a handler that holds the Hub's lock.

    The body is read before: a slow sender must not keep everybody else waiting.
    """

    @wraps(writer)
    def handler(hub: Hub, request: EmulatorRequest, **arguments: str) -> Response:
        def write() -> Written:
            permitted = _permitted(hub, request, WRITE_ROLES)
            request.get_data()
            with hub.lock:
                return writer(permitted, **arguments)

        return _answered(request, write)

    return handler


def _answered(request: EmulatorRequest, answer: Callable[[], Written]) -> Response:
    try:
        return _response(request, answer())
    except Unauthenticated:
        return refusal(unauthorized())
    except GatewayError as error:
        request.reason = error.message
        return refusal(error)


def _permitted(hub: Hub, request: EmulatorRequest, roles: frozenset[str]) -> AssetCall:
    call = AssetCall(admit(hub, request, roles))
    if not (hub.switches.plain_json_accepted or _accepts_hal(request.accept_mimetypes)):
        # The Hub answers 500, not 406, to "Accept: application/json" alone.
        raise GatewayError(500, "internalServerError", "No acceptable representation")
    return call


def _accepts_hal(accept: MIMEAccept) -> bool:
    return not accept or accept.quality(HAL) > 0


def _response(request: EmulatorRequest, written: Written) -> Response:
    if written is None or isinstance(written, NewEtag):
        empty = Response(status=204)
        # A type for nothing would only confuse.
        del empty.headers["Content-Type"]
        if written is not None:
            empty.set_etag(str(written.number))
        return with_gateway_headers(empty)
    body, status = written if isinstance(written, tuple) else (written, 200)
    return _json(request, body, status)


def _json(request: EmulatorRequest, body: Answer, status: int) -> Response:
    text = json_text(body)
    response = Response(text, status, content_type=f"{HAL};charset=UTF-8")
    # Spring's shallow ETag: a "0" and the MD5 of the body. It finds changes, it protects nothing.
    response.set_etag("0" + hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())
    if request.method == "GET" and "etag" in body and str(body["etag"]) in _etags(request):
        # Clients also cache by the number in the body, which is the one that If-Match needs.
        response = Response(status=304, headers={"ETag": response.headers["ETag"]})
    response.make_conditional(request)
    # The server that runs the application writes the date.
    response.headers.pop("Date", None)
    return with_gateway_headers(response)


def _etags(request: EmulatorRequest) -> set[str | None]:
    """The etags of ``If-None-Match``; clients send the number of the body with and without quotes."""
    return {unquote_etag(part.strip())[0] for part in request.headers.get("If-None-Match", "").split(",")}
