"""The cookie that marks a browser as signed in at one identity host."""

from __future__ import annotations

from werkzeug import Response

from portal.emulator.hub import Hub
from portal.emulator.identity.sign_ins import SESSION_LIFETIME, Session
from portal.emulator.web import EmulatorRequest

COOKIE = "hub_identity_session"


def current_session(hub: Hub, request: EmulatorRequest, host: str) -> Session | None:
    """The session of this browser at this host."""
    session = hub.sign_ins.sessions.get(request.cookies.get(COOKIE, ""))
    return session if session is not None and session.host == host else None


def set_session_cookie(hub: Hub, response: Response, session: Session) -> None:
    """Start a session; the cookie is valid only below the identity host's path."""
    response.set_cookie(
        COOKIE,
        hub.sign_ins.sessions.put(session),
        max_age=SESSION_LIFETIME,
        path=_path(session.host),
        secure=hub.config.url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


def end_session(hub: Hub, request: EmulatorRequest, response: Response, host: str) -> None:
    """Forget the session, on the server and in the browser."""
    hub.sign_ins.sessions.take(request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE, path=_path(host), httponly=True, samesite="Lax")


def _path(host: str) -> str:
    return f"/{host}.piam/"
