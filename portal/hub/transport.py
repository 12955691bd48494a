"""The connection pool to the Hub: one for the whole process, with time limits, without redirects, cookies or proxies.

Control calls (tokens, key sets, small JSON) go through `call`; `portal.proxy` streams bodies over urllib3 itself.
"""

from __future__ import annotations

import time
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, TimeoutError

from portal import constants
from portal.hub.errors import HubError, HubTimeout, HubUnavailable

POOL_SIZE = 64
# No control answer of the Hub is this large (bytes): a page of 200 assets is about 400 KB.
BODY_LIMIT = 10 * 1024 * 1024


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a proxy named in the environment must not see the Hub's tokens
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=16, pool_maxsize=POOL_SIZE)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = "Bindery"
    return session


_SESSION = _session()


def call(method: str, url: str, *, patience: float | None = None, **kwargs: Any) -> requests.Response:
    """One HTTP call to the Hub, its body read whole. Raises `HubUnavailable`, `HubTimeout` or `HubError`.

    HUB_READ_TIMEOUT limits each silence of the Hub, before and within its answer. The body must be complete within
    HUB_CONNECT_TIMEOUT and twice HUB_READ_TIMEOUT, counted from the start of the call and looked at after each piece.
    Headers that come in drips are under the first limit only. `patience` (seconds) stands for both settings, where
    nobody can wait for long.
    """
    connect, read = patience or constants.HUB_CONNECT_TIMEOUT, patience or constants.HUB_READ_TIMEOUT
    timeout = (connect, read)
    deadline = time.monotonic() + connect + 2 * read
    try:
        with _SESSION.request(method, url, timeout=timeout, allow_redirects=False, stream=True, **kwargs) as response:
            response._content = _body(response, deadline)
            return response
    except (requests.Timeout, TimeoutError) as error:
        raise HubTimeout from error
    except (requests.RequestException, HTTPError, OSError) as error:
        raise HubUnavailable from error


def _body(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    while piece := response.raw.read1(BODY_LIMIT, decode_content=True):
        body += piece
        if len(body) > BODY_LIMIT:
            raise HubError
        if time.monotonic() > deadline:
            raise HubTimeout
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
