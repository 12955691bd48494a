"""The cookie that marks a browser as signed in at one identity host."""

from __future__ import annotations

from urllib.parse import urlsplit

from werkzeug import Response

from portal.emulator.hub import Hub
from portal.emulator.identity.sign_ins import SESSION_LIFETIME, Session
from portal.emulator.web import EmulatorRequest

COOKIE = "hub_identity_session"


def current_session(hub: Hub, request: EmulatorRequest, host: str) -> Session | None:
    """The session of this browser at this host."""
    session = hub.sign_ins.sessions.get(request.cookies.get(COOKIE, ""))
    return session if session is not None and session.host == host else None


def start_session(hub: Hub, request: EmulatorRequest, response: Response, session: Session) -> None:
    """Start a session in place of the browser's present one; the cookie is valid only at the identity host."""
    hub.sign_ins.sessions.take(request.cookies.get(COOKIE, ""))
    response.set_cookie(
        COOKIE,
        hub.sign_ins.sessions.put(session),
        max_age=SESSION_LIFETIME,
        path=_path(request, session.host),
        secure=_is_secure(request, session.host),
        httponly=True,
        samesite="Lax",
    )


def end_session(hub: Hub, request: EmulatorRequest, response: Response, host: str) -> None:
    """Forget the session, on the server and in the browser."""
    hub.sign_ins.sessions.take(request.cookies.get(COOKIE, ""))
    response.delete_cookie(
        COOKIE, path=_path(request, host), secure=_is_secure(request, host), httponly=True, samesite="Lax"
    )


def _path(request: EmulatorRequest, host: str) -> str:
    """Everything at a host name of its own, else everything below the path that stands for it."""
    return f"{urlsplit(request.addresses.identity(host)).path}/"


def _is_secure(request: EmulatorRequest, host: str) -> bool:
    return request.addresses.identity(host).startswith("https:")
