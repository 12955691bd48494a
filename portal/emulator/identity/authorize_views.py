"""The authorization endpoint and the choice of an account on its sign-in page."""

from __future__ import annotations

from werkzeug import Response

from portal.emulator.hub import Hub
from portal.emulator.identity import pages
from portal.emulator.identity.authorization import (
    AuthorizationError,
    UntrustedRequest,
    read_request,
    redirect_target,
)
from portal.emulator.identity.session_cookie import current_session, set_session_cookie
from portal.emulator.identity.sign_ins import AuthorizationRequest, Grant, Session
from portal.emulator.web import EmulatorRequest, never_stored


def authorize(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """Check the request, keep it on the server and ask who signs in."""
    parameters = request.form if request.method == "POST" else request.args
    request.client = parameters.get("client_id", "")
    try:
        asked = read_request(parameters, host, hub.clients)
    except UntrustedRequest as error:
        request.reason = str(error)
        return pages.problem_page(hub.config, "You cannot sign in from here", str(error))
    except AuthorizationError as error:
        request.reason = error.description
        return _redirect_error(hub, host, error)
    session = current_session(hub, request, host)
    return pages.picker_page(
        hub.config,
        asked,
        pending_id=hub.sign_ins.pending.put(asked),
        accounts=hub.directory.at_host(host),
        current_user_id=session.user_id if session else None,
    )


def pick_account(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """Finish the sign-in with the chosen account: a session here, a code for the client."""
    asked = hub.sign_ins.pending.take(request.form.get("pending", ""))
    if asked is None or asked.host != host:
        request.reason = "the sign-in request is unknown, used or expired"
        return pages.problem_page(
            hub.config,
            "This sign-in is no longer valid",
            "It was finished already or is older than 10 minutes. Go back to the portal and sign in again.",
        )
    request.client = asked.client_id
    if "cancel" in request.form:
        request.reason = "cancelled by the person"
        cancelled = AuthorizationError(
            asked.redirect_uri,
            asked.state,
            "access_denied",
            "The person cancelled the sign-in.",
        )
        return _redirect_error(hub, host, cancelled)
    user_id = request.form.get("account", "")
    if user_id not in {account.user_id for account in hub.directory.at_host(host)}:
        request.reason = "the account does not belong to this identity host"
        return pages.problem_page(
            hub.config,
            "This account cannot sign in here",
            "Choose one of the listed accounts.",
        )
    return _signed_in(hub, host, asked, user_id)


def _signed_in(hub: Hub, host: str, asked: AuthorizationRequest, user_id: str) -> Response:
    code = hub.sign_ins.codes.issue(Grant(asked, user_id, auth_time=int(hub.clock.now())))
    answer: dict[str, str | None] = {"code": code, "state": asked.state}
    response = Response(status=303)
    response.headers["Location"] = redirect_target(asked.redirect_uri, hub.tokens.issuer(host), answer)
    set_session_cookie(hub, response, Session(host, user_id))
    return never_stored(response)


def _redirect_error(hub: Hub, host: str, error: AuthorizationError) -> Response:
    answer = {
        "error": error.error,
        "error_description": error.description,
        "state": error.state,
    }
    response = Response(status=303)
    response.headers["Location"] = redirect_target(error.redirect_uri, hub.tokens.issuer(host), answer)
    return never_stored(response)
