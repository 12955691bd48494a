"""What every path of the Technical Token Manager does first: the credential in its own header, the common errors."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import wraps

from werkzeug import Response

from portal.emulator.gateway.errors import GatewayError, refusal
from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.hub import Hub
from portal.emulator.tokenmanager.credentials import AppCredential
from portal.emulator.web import EmulatorRequest

KEY_HEADER = "X-SPACE-AUTH-KEY"

Answer = Callable[[Hub, EmulatorRequest, AppCredential], Response]


def token_manager_endpoint(answer: Answer) -> Callable[[Hub, EmulatorRequest], Response]:
    """Turn a function ``(hub, request, credential) -> Response`` into a handler. No bearer token is needed."""

    @wraps(answer)
    def handler(hub: Hub, request: EmulatorRequest) -> Response:
        try:
            return with_gateway_headers(answer(hub, request, _authenticated(hub, request)))
        except GatewayError as error:
            request.reason = request.reason or error.message
            return refusal(error)

    return handler


def _authenticated(hub: Hub, request: EmulatorRequest) -> AppCredential:
    """The credential behind ``X-SPACE-AUTH-KEY: Basic base64(client id:secret)``; ``Bearer`` is taken as well.

    :raises GatewayError: 401, always with the same message; the journal says what was wrong.
    """
    client_id, secret = _presented(request)
    credential = hub.app_credentials.get(client_id)
    if credential is None:
        # The name is not repeated: whoever mixes up the two parts would leave a secret in the journal.
        request.reason = f"no credential has the client id in {KEY_HEADER}"
    else:
        request.client, request.tenant = credential.client_id, credential.application.host_tenant
        if not credential.has_secret(secret):
            request.reason = f"wrong secret of {credential.client_id}"
        elif credential.expires_at <= hub.clock.now():
            request.reason = f"{credential.client_id} has expired"
        else:
            return credential
    raise GatewayError(401, "unauthorized", f"The credential in {KEY_HEADER} is missing or not valid.")


def _presented(request: EmulatorRequest) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get(KEY_HEADER, "").strip().partition(" ")
    if scheme.lower() not in ("basic", "bearer"):
        return "", ""
    try:
        client_id, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return client_id, secret
