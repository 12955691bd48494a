"""What a gateway itself refuses, before any service or application sees the call: URLs, sizes, rates.

The sizes and the rate are switches: ``header_limit``, ``body_limit``, ``requests_per_30_seconds``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import ClientDisconnected

from portal.emulator.gateway.authentication import Caller
from portal.emulator.gateway.errors import GatewayError, InvalidParameter, RateExceeded
from portal.emulator.web import EmulatorRequest

if TYPE_CHECKING:
    from portal.emulator.hub import Hub

# RFC 3986, section 2: neither reserved nor unreserved; square brackets only belong around an IPv6 address, and what
# follows a # is not sent.
NOT_IN_A_URL = frozenset('"#<>[]\\^`{|}')


def check_limits(hub: Hub, request: EmulatorRequest) -> None:
    """Refuse a call with a URL that is none, with too large headers or too large a body.

    :raises GatewayError: 400, 431 or 413.
    """
    check_head(hub, request)
    check_body(hub, request)


def check_head(hub: Hub, request: EmulatorRequest) -> None:
    """Refuse a URL that does not keep to RFC 3986 (in filters clients forget to encode), and too large headers.

    :raises GatewayError: 400 or 431.
    """
    target = str(request.environ.get("RAW_URI", ""))
    wrong = next((character for character in target if character in NOT_IN_A_URL or not "!" <= character <= "~"), None)
    if wrong is not None:
        raise InvalidParameter(f"The URL contains {wrong!a}. Percent-encode it, as in %5B for a square bracket.")
    limit = hub.switches.header_limit
    if sum(len(name) + len(value) + 4 for name, value in request.headers) > limit:
        request.limit = f"headers of {limit} bytes"
        raise GatewayError(431, "exception", f"The headers are larger than {limit} bytes.")


def check_body(hub: Hub, request: EmulatorRequest) -> None:
    """Refuse too large a body; one in chunks is read here, as only then its size is known.

    :raises GatewayError: 413, or 400 for chunks that are none.
    """
    limit = hub.switches.body_limit
    # werkzeug cuts a chunked body at the maximum without a word, so one byte more is asked for.
    request.max_content_length = limit + 1
    request.max_form_memory_size = limit
    try:
        size = len(request.get_data()) if request.content_length is None else request.content_length
    except ClientDisconnected as error:
        raise GatewayError(400, "exception", "The body is not well chunked.") from error
    if size > limit:
        request.limit = f"body of {limit} bytes"
        raise GatewayError(413, "payloadTooLarge", f"The body is larger than {limit} bytes.")


def check_rate(hub: Hub, request: EmulatorRequest, caller: Caller) -> None:
    """Refuse a call beyond the rate of the caller's tenant at this service.

    :raises RateExceeded: 429.
    """
    limit = hub.switches.requests_per_30_seconds
    if not limit:
        return
    service = request.path.partition("/api/")[2].partition("/")[0]
    wait = hub.rates.admit(caller.tenant, service, limit, hub.clock.now())
    if wait:
        request.limit = f"{limit} requests in 30 seconds"
        raise RateExceeded(wait)
