"""A request for an application: sign-in, session, XSRF token, then the platform or the application itself."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug import Response

from portal.emulator.appgateway import pages
from portal.emulator.appgateway.applications import CALLBACK, Application
from portal.emulator.appgateway.bar_apis import answer_bar
from portal.emulator.appgateway.forwarding import forward
from portal.emulator.appgateway.routing import ApplicationRequest, is_navigation, platform_path
from portal.emulator.appgateway.sessions import GatewaySession
from portal.emulator.appgateway.sign_in import finish_sign_in, present_session, sign_out, start_sign_in
from portal.emulator.gateway.errors import GatewayError, refusal
from portal.emulator.gateway.limits import check_head
from portal.emulator.hub import Hub
from portal.emulator.web import EmulatorRequest

READING = frozenset({"GET", "HEAD", "OPTIONS"})
REFUSED = frozenset({"TRACE", "CONNECT"})
"""Would show the token to scripts, or open a tunnel."""

Platform = Callable[[EmulatorRequest], Response]
"""Answers a call of a platform API."""


def answer_application(hub: Hub, request: ApplicationRequest, platform: Platform) -> Response:
    """The answer to a request for an application; nothing else of the Hub answers under an application's name."""
    try:
        application = request.entry.application
        if application is None:
            raise GatewayError(404, "noMatch", f"There is no application {request.entry.label} here.")
        _check_request(hub, request)
        path = request.path.removeprefix(request.entry.journal_path)
        if path in ("/login", "/logout") or path.startswith("/login/"):
            return _sign_in_or_out(hub, request, application, path)
        session = present_session(hub, request, application)
        if session is None:
            return _without_session(hub, request, application, path)
        request.client, request.tenant = application.label, application.tenant
        _check_xsrf(hub, request, session)
        if path == "/api" or path.startswith("/api/"):
            return _platform_answer(hub, request, application, session, path, platform)
        request.reason = f"forwarded for {session.account.email}"
        return forward(hub, request, application, session)
    except GatewayError as error:
        request.reason = error.message
        if is_navigation(request):
            return pages.problem_page(hub.config, error.status, error.message)
        return refusal(error)


def _check_request(hub: Hub, request: ApplicationRequest) -> None:
    check_head(hub, request)
    if request.method in REFUSED:
        raise GatewayError(405, "exception", f"The application gateway does not serve {request.method}.")
    if "websocket" in request.headers.get("Upgrade", "").lower():
        raise GatewayError(501, "exception", "The application gateway does not pass on WebSocket connections.")


def _sign_in_or_out(hub: Hub, request: ApplicationRequest, application: Application, path: str) -> Response:
    if request.method not in ("GET", "HEAD"):
        raise GatewayError(405, "exception", f"{path} is opened with GET.")
    match path:
        case "/login":
            return start_sign_in(hub, request, application, request.args.get("return", "/"))
        case "/logout":
            return sign_out(hub, request, application)
        case _ if path == CALLBACK:
            return finish_sign_in(hub, request, application)
    raise GatewayError(404, "noMatch", "Paths below /login belong to the application gateway.")


def _without_session(hub: Hub, request: ApplicationRequest, application: Application, path: str) -> Response:
    if is_navigation(request) and not path.startswith("/api/"):
        request.reason = "no session: sent to the sign-in"
        return start_sign_in(hub, request, application, request.target)
    raise GatewayError(401, "unauthorized", "There is no session, or it is over. Open /login in the browser.")


def _check_xsrf(hub: Hub, request: ApplicationRequest, session: GatewaySession) -> None:
    if request.method in READING or not hub.switches.xsrf_required:
        return
    if not session.matches_xsrf(request.headers.get("x-xsrf-token", "")):
        raise GatewayError(
            403, "forbidden", "The header x-xsrf-token is missing or is not the value of the cookie XSRF-TOKEN."
        )


def _platform_answer(
    hub: Hub,
    request: ApplicationRequest,
    application: Application,
    session: GatewaySession,
    path: str,
    platform: Platform,
) -> Response:
    """A call of a platform API with cookies, made with the session's token instead."""
    answer = answer_bar(hub, request, application, session, path)
    if answer is not None:
        return answer
    at_gateway = {
        "PATH_INFO": platform_path(application.owner.world, path).encode().decode("latin-1"),
        "HTTP_AUTHORIZATION": f"Bearer {session.token}",
    }
    call = EmulatorRequest(request.environ | at_gateway)
    call.addresses = request.entry.addresses
    answer = platform(call)
    request.reason, request.limit = call.reason, call.limit
    return answer
