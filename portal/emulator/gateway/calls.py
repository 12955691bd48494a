"""A permitted call of a platform API: what every service checks before it answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from werkzeug import Response

from portal.emulator.addresses import service_url
from portal.emulator.gateway.authentication import Caller, Unauthenticated, authenticate
from portal.emulator.gateway.errors import GatewayError, InvalidParameter, RateExceeded, refusal
from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.web import EmulatorRequest

if TYPE_CHECKING:
    from portal.emulator.hub import Hub

# RFC 3986, section 2: neither reserved nor unreserved; square brackets only belong around an IPv6 address.
NOT_IN_A_URL = frozenset('"<>[]\\^`{|}')


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
    :raises GatewayError: a URL that is none (400), a limit of the gateway (413, 429, 431), or no such role (403).
    """
    _check_target(request)
    _check_limits(hub, request)
    caller = authenticate(hub, request)
    _check_rate(hub, request, caller)
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


def _check_target(request: EmulatorRequest) -> None:
    """The gateway lets only URLs through that keep to RFC 3986; filters are where clients forget to encode."""
    target = str(request.environ.get("RAW_URI", ""))
    wrong = next((character for character in target if character in NOT_IN_A_URL or not "!" <= character <= "~"), None)
    if wrong is not None:
        raise InvalidParameter(f"The URL contains {wrong!a}. Percent-encode it, as in %5B for a square bracket.")


def _check_rate(hub: Hub, request: EmulatorRequest, caller: Caller) -> None:
    limit = hub.switches.requests_per_30_seconds
    if not limit:
        return
    service = request.path.partition("/api/")[2].partition("/")[0]
    wait = hub.rates.admit(caller.tenant, service, limit, hub.clock.now())
    if wait:
        request.limit = f"{limit} requests in 30 seconds"
        raise RateExceeded(wait)


def _check_limits(hub: Hub, request: EmulatorRequest) -> None:
    """The gateway's own limits: bytes of headers and body."""
    limits = hub.switches
    size = sum(len(name) + len(value) + 4 for name, value in request.headers)
    if size > limits.header_limit:
        request.limit = f"headers of {limits.header_limit} bytes"
        raise GatewayError(431, "exception", f"The headers are larger than {limits.header_limit} bytes.")
    if (request.content_length or 0) > limits.body_limit:
        request.limit = f"body of {limits.body_limit} bytes"
        raise GatewayError(413, "payloadTooLarge", f"The body is larger than {limits.body_limit} bytes.")
