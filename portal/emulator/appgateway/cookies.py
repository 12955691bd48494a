"""The cookies between browser and application gateway; an application neither sees nor sets them."""

from __future__ import annotations

from werkzeug import Response

from portal.emulator.appgateway.sessions import GatewaySession
from portal.emulator.hub import Hub

SESSION = "SESSION"
REGION_SESSION = "REGION-SESSION"
XSRF_TOKEN = "XSRF-TOKEN"  # noqa: S105 - a cookie's name
SIGN_IN = "SIGN-IN"
"""Marks the browser in which a sign-in was started, so that nobody can finish it in another one."""
HIDDEN = frozenset({SESSION, REGION_SESSION, SIGN_IN})
"""Not passed on. An application may read XSRF-TOKEN, as its scripts do."""
RESERVED = HIDDEN | {XSRF_TOKEN}


def set_session_cookies(hub: Hub, response: Response, session: GatewaySession) -> None:
    """Hand a session to the browser; the cookies end with the browser, the session earlier."""
    for name, value, hidden in (
        (SESSION, session.session_id, True),
        (REGION_SESSION, session.region_session, True),
        (XSRF_TOKEN, session.xsrf_token, False),
    ):
        response.set_cookie(name, value, path="/", secure=is_secure(hub), httponly=hidden, samesite="Lax")


def delete_session_cookies(response: Response) -> None:
    """Take a session from the browser."""
    for name in (SESSION, REGION_SESSION, XSRF_TOKEN):
        response.delete_cookie(name, path="/", samesite="Lax")


def is_secure(hub: Hub) -> bool:
    """Whether cookies travel over https only."""
    return hub.config.url.startswith("https:")


def without_hidden(header: str) -> str:
    """A Cookie header without the gateway's cookies."""
    pairs = [pair.strip() for pair in header.split(";")]
    return "; ".join(pair for pair in pairs if pair and pair.partition("=")[0].strip() not in HIDDEN)


def sets_reserved(header: str) -> bool:
    """Whether a Set-Cookie header of an application would overwrite a cookie of the gateway."""
    return header.partition(";")[0].partition("=")[0].strip() in RESERVED
