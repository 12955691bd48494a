"""A permitted call of a platform API: what every service checks before it answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from werkzeug import Response

from portal.emulator.addresses import service_url
from portal.emulator.gateway.authentication import Caller, Unauthenticated, authenticate
from portal.emulator.gateway.errors import GatewayError, refusal
from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.gateway.limits import check_rate
from portal.emulator.web import EmulatorRequest

if TYPE_CHECKING:
    from portal.emulator.hub import Hub


class Call:
    """A permitted call: the Hub, the request and its caller."""

    def __init__(self, hub: Hub, request: EmulatorRequest, caller: Caller) -> None:
        self.hub = hub
        self.request = request
        self.caller = caller
        self.tenant = caller.tenant

    def service_url(self, service: str) -> str:
        """The address of a service in the form in which the caller came, without the version."""
        return service_url(self.request.addresses, self.request.world, service)


def admit(hub: Hub, request: EmulatorRequest, roles: frozenset[str]) -> Call:
    """Let a call through whose token has one of the roles; notes in the journal why.

    :raises Unauthenticated: no valid token.
    :raises GatewayError: too many calls (429), or no such role (403).
    """
    caller = authenticate(hub, request)
    check_rate(hub, request, caller)
    granting = sorted(caller.scope & roles)
    if not granting:
        request.reason = f"{caller.client_id} has none of the roles {', '.join(sorted(roles))}"
        raise GatewayError(403, "forbidden", "Access Denied")
    request.reason = f"allowed by {granting[0]}"
    return Call(hub, request, caller)


def platform_endpoint(roles: frozenset[str]) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Turn a function ``(call, **path arguments) -> Response`` into a handler with the common error body.

    Not for Asset Management (its Accept rule) and IoT (its own errors), which build on :func:`admit`.
    """

    def decorate(answer: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(answer)
        def handler(hub: Hub, request: EmulatorRequest, **arguments: str) -> Response:
            try:
                return with_gateway_headers(answer(admit(hub, request, roles), **arguments))
            except Unauthenticated:
                return refusal(unauthorized())
            except GatewayError as error:
                request.reason = error.message
                return refusal(error)

        return handler

    return decorate


def unauthorized() -> GatewayError:
    """The common 401."""
    return GatewayError(401, "unauthorized", "The access token is missing or not valid.")
