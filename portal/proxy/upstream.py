"""The byte stream to and from the Hub, over urllib3 itself: bodies pass through without being held in memory."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import certifi
import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, TimeoutError

from portal import constants
from portal.hub import authenticator
from portal.hub.authenticator import Credential
from portal.hub.environments import Environment
from portal.hub.errors import HubCredentialRefused, HubError, HubTimeout, HubUnavailable
from portal.lib.secret import Secret

CONTENT_LENGTH = re.compile(r"[0-9]{1,15}")

_POOL = urllib3.PoolManager(
    num_pools=16,
    maxsize=256,
    retries=False,
    ca_certs=certifi.where(),  # what `portal.hub.transport` trusts as well
    timeout=urllib3.Timeout(connect=constants.HUB_CONNECT_TIMEOUT, read=constants.HUB_READ_TIMEOUT),
)


class UpstreamBody:
    """The Hub's body as an iterable for a streaming answer; it never touches the database, and gives back its place."""

    def __init__(self, answer: urllib3.BaseHTTPResponse) -> None:
        self._answer = answer
        self.on_close: Callable[[], None] = lambda: None
        self.status = answer.status
        self.headers = answer.headers

    @property
    def length(self) -> int | None:
        """Bytes that will come, where the Hub says so."""
        written = self.headers.get("Content-Length", "")
        return int(written) if written else None

    @property
    def is_small(self) -> bool:
        """Whether it is read whole: a thread that writes one small piece is sooner free again."""
        return self.length is not None and self.length <= constants.PROXY_BUFFER

    def __iter__(self) -> Iterator[bytes]:
        """Pieces of the body; past PROXY_DEADLINE it breaks off, as half an answer must not look like a whole one."""
        return self._pieces(constants.PROXY_DEADLINE)

    def _pieces(self, seconds: float) -> Iterator[bytes]:
        # What has arrived, not a full piece: a Hub that drips would keep a full one waiting past every deadline.
        deadline = time.monotonic() + seconds
        while piece := self._answer.read1(constants.PROXY_CHUNK, decode_content=False):
            if time.monotonic() > deadline:
                raise HubTimeout
            yield piece

    def read(self) -> bytes:
        """The whole body, for small ones; `HubTimeout` when it takes longer than twice HUB_READ_TIMEOUT."""
        try:
            return b"".join(self._pieces(2 * constants.HUB_READ_TIMEOUT))
        except (HTTPError, OSError) as error:
            raise _fault(error) from error
        finally:
            self.close()

    def close(self) -> None:
        # A body that was not read to its end leaves a connection that nobody may use again.
        try:
            self._answer.close()
            self._answer.release_conn()
        finally:
            self.on_close()


def ask(environment: Environment, credential: Credential, target: str, headers: dict[str, str]) -> UpstreamBody:
    """One GET to the Hub with the tenant's credential; a token that the Hub forgot is renewed once.

    `headers` holds everything but the token. Raises the errors of `portal.hub.errors`.
    """
    token = authenticator.access_token(credential)
    answer = _ask_once(environment, token, target, headers)
    if answer.status == 401:
        answer.close()
        authenticator.forget(credential, token)
        answer = _ask_once(environment, authenticator.access_token(credential), target, headers)
        if answer.status == 401:
            answer.close()
            raise HubCredentialRefused
    redirected = 300 <= answer.status < 400 and answer.status != 304
    if redirected or not CONTENT_LENGTH.fullmatch(answer.headers.get("Content-Length", "0")):
        answer.close()
        raise HubError
    return UpstreamBody(answer)


def _ask_once(
    environment: Environment, token: Secret, target: str, headers: dict[str, str]
) -> urllib3.BaseHTTPResponse:
    try:
        return _POOL.request(
            "GET",
            environment.api_base + target,
            headers=headers | {"Authorization": f"Bearer {token.reveal()}"},
            preload_content=False,
            redirect=False,
        )
    except (HTTPError, OSError) as error:
        raise _fault(error) from error


def _fault(error: Exception) -> HubError:
    # A refused connection is a kind of time-out to urllib3, but not to us.
    timed_out = isinstance(error, TimeoutError) and not isinstance(error, NewConnectionError)
    return HubTimeout() if timed_out else HubUnavailable()
