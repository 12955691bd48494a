"""The connection pool to the Hub: one for the whole process, with time limits, without redirects, cookies or proxies.

Control calls (tokens, key sets, small JSON) go through `call`; `portal.proxy` streams bodies over urllib3 itself.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as PoolTimeout

from portal import constants
from portal.hub.errors import HubError, HubTimeout, HubUnavailable

POOL_SIZE = 64
# No control answer of the Hub is this large (bytes): a page of 200 assets is about 400 KB.
BODY_LIMIT = 10 * 1024 * 1024


# When the answer to the call that this thread makes must be there, on the clock of `time.monotonic`.
_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


class _Reader(io.RawIOBase):
    """Reads from a connection until the deadline: the limit for each silence does not end an answer in drips."""

    def __init__(self, connection: socket.socket) -> None:
        self._pieces = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if time.monotonic() > _deadline.get():
            raise TimeoutError
        return self._pieces.readinto(buffer)

    def close(self) -> None:
        self._pieces.close()
        super().close()


class _Connection:
    """What `http.client` wants of a socket to read an answer."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._connection))


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(_Connection(sock), *args, **kwargs)  # type: ignore[arg-type]  # asked for its file only


class _HTTPConnection(HTTPConnection):
    response_class = _Response


class _HTTPSConnection(HTTPSConnection):
    response_class = _Response


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a proxy named in the environment must not see the Hub's tokens
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(pool_connections=16, pool_maxsize=POOL_SIZE)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = "Bindery"
    return session


_SESSION = _session()


def call(method: str, url: str, *, patience: float | None = None, **kwargs: Any) -> requests.Response:
    """One HTTP call to the Hub, its body read whole. Raises `HubUnavailable`, `HubTimeout` or `HubError`.

    HUB_READ_TIMEOUT limits each silence of the Hub, before and within its answer. The answer must be complete within
    HUB_CONNECT_TIMEOUT and twice HUB_READ_TIMEOUT, counted from the start of the call and looked at before each piece.
    `patience` (seconds) stands for both settings, where nobody can wait for long.
    """
    connect, read = patience or constants.HUB_CONNECT_TIMEOUT, patience or constants.HUB_READ_TIMEOUT
    timeout = (connect, read)
    running = _deadline.set(time.monotonic() + connect + 2 * read)
    try:
        with _SESSION.request(method, url, timeout=timeout, allow_redirects=False, stream=True, **kwargs) as response:
            response._content = _body(response)
            return response
    except (requests.Timeout, PoolTimeout) as error:
        raise HubTimeout from error
    except (requests.RequestException, HTTPError, OSError) as error:
        raise HubUnavailable from error
    finally:
        _deadline.reset(running)


def _body(response: requests.Response) -> bytes:
    body = bytearray()
    while piece := response.raw.read1(BODY_LIMIT, decode_content=True):
        body += piece
        if len(body) > BODY_LIMIT:
            raise HubError
    return bytes(body)


def json_object(response: requests.Response) -> dict[str, Any]:
    """The JSON object in an answer; raises `HubError` for anything else."""
    try:
        value = response.json()
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise HubError
    return value
