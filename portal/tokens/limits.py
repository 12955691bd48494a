"""How often the token service answers: a limit for each client that is who it says, and limits for those who fail.

The two never meet. Who presents a wrong secret uses up nothing of the client it names, and a client that presents the
right one is not refused for what came from its address before. Counted in each worker process for itself.
"""

from __future__ import annotations

from portal import constants
from portal.audit.repeats import network_of
from portal.lib.buckets import Buckets
from portal.tokens.errors import TokenError, invalid_client, too_many

_requests = Buckets(constants.TOKEN_REQUESTS_PER_MINUTE)
_failures = Buckets(constants.TOKEN_FAILURES_PER_MINUTE)
_failures_of_address = Buckets(constants.TOKEN_FAILURES_PER_ADDRESS)


def wait_of(client_id: str, endpoint: str) -> int:
    """Count a request of a client whose secret is right: 0, or the seconds that it has to wait."""
    return _requests.take(client_id, endpoint)


def refused(client_id: str, address: str) -> TokenError:
    """Count wrong credentials; the answer is the same whether such a client exists or not."""
    network = network_of(address)
    wait = _failures.take(network, client_id) or _failures_of_address.take(network)
    return too_many(wait) if wait else invalid_client()


def forget() -> None:
    """Start counting anew."""
    for buckets in (_requests, _failures, _failures_of_address):
        buckets.forget()
