"""What every Asset Management endpoint does around its answer: Accept, token, role, ETag, errors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from werkzeug import Response
from werkzeug.datastructures import MIMEAccept

from portal.emulator.assets.links import Links
from portal.emulator.gateway.authentication import Unauthenticated
from portal.emulator.gateway.calls import Call, admit, unauthorized
from portal.emulator.gateway.errors import GatewayError, refusal
from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.hub import Hub
from portal.emulator.web import EmulatorRequest, json_text

HAL = "application/hal+json"
READ_ROLES = frozenset(
    {
        "mdsp:core:assetmanagement.standarduser",
        "mdsp:core:assetmanagement.admin",
        "mdsp:core:StandardUser",
        "mdsp:core:TenantAdmin",
    }
)


class AssetCall(Call):
    """A permitted call of Asset Management, with its inventory and the builder of its links."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.hub, call.request, call.caller)
        self.inventory = call.hub.inventory
        self.links = Links(self.service_url("assetmanagement"))


Answer = dict[str, Any]
Reader = Callable[..., Answer]


def asset_endpoint(reader: Reader) -> Callable[..., Response]:
    """Turn a reader ``(call, **path arguments) -> JSON object`` into a handler."""

    @wraps(reader)
    def handler(hub: Hub, request: EmulatorRequest, **arguments: str) -> Response:
        try:
            body = reader(_permitted(hub, request), **arguments)
            return _answer(request, body)
        except Unauthenticated:
            return refusal(unauthorized())
        except GatewayError as error:
            request.reason = error.message
            return refusal(error)

    return handler


def _permitted(hub: Hub, request: EmulatorRequest) -> AssetCall:
    call = AssetCall(admit(hub, request, READ_ROLES))
    if not (hub.switches.plain_json_accepted or _accepts_hal(request.accept_mimetypes)):
        # The Hub answers 500, not 406, to "Accept: application/json" alone.
        raise GatewayError(500, "internalServerError", "No acceptable representation")
    return call


def _accepts_hal(accept: MIMEAccept) -> bool:
    return not accept or accept.quality(HAL) > 0


def _answer(request: EmulatorRequest, body: Answer) -> Response:
    text = json_text(body)
    response = Response(text, content_type=f"{HAL};charset=UTF-8")
    # Spring's shallow ETag: a "0" and the MD5 of the body. It finds changes, it protects nothing.
    response.set_etag("0" + hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())
    response.make_conditional(request)
    # The server that runs the application writes the date.
    response.headers.pop("Date", None)
    return with_gateway_headers(response)
