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
from portal.emulator.identity.session_cookie import current_session, start_session
from portal.emulator.identity.sign_ins import AuthorizationRequest, Grant, Session
from portal.emulator.web import EmulatorRequest, never_stored


def authorize(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """Check the request, keep it on the server and ask who signs in; ``prompt=none`` asks nobody."""
    parameters = request.form if request.method == "POST" else request.args
    try:
        asked = read_request(parameters, host, hub.clients)
    except UntrustedRequest as error:
        request.reason = str(error)
        return pages.problem_page(request.addresses, host, "You cannot sign in from here", str(error))
    except AuthorizationError as error:
        return _redirect_error(hub, request, host, error)
    request.client = asked.client_id
    session = current_session(hub, request, host)
    if "none" in asked.prompt:
        return _without_a_page(hub, request, asked, session)
    request.reason = f"allowed: the sign-in page for {asked.client_id}"
    return pages.picker_page(
        request.addresses,
        asked,
        pending_id=hub.sign_ins.pending.put(asked),
        accounts=hub.directory.at_host(host),
        current_user_id=session.user_id if session and "login" not in asked.prompt else None,
        tenants=hub.tenants,
    )


def pick_account(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """Finish the sign-in with the chosen account: a session here, a code for the client."""
    asked = hub.sign_ins.pending.take(request.form.get("pending", ""))
    if asked is None or asked.host != host:
        request.reason = "the sign-in request is unknown, used or expired"
        return pages.problem_page(
            request.addresses,
            host,
            "This sign-in is no longer valid",
            "It was finished already or is older than 10 minutes. Go back to the portal and sign in again.",
        )
    request.client = asked.client_id
    if "cancel" in request.form:
        return _redirect_error(
            hub, request, host, _refusal(asked, "access_denied", "The person cancelled the sign-in.")
        )
    user_id = request.form.get("account", "")
    if not _is_listed(hub, host, user_id):
        request.reason = "the account does not belong to this identity host"
        return pages.problem_page(
            request.addresses,
            host,
            "This account cannot sign in here",
            "Choose one of the listed accounts.",
        )
    session = Session(host, user_id, auth_time=int(hub.clock.now()))
    response = _code(hub, request, asked, session)
    start_session(hub, request, response, session)
    return response


def _without_a_page(
    hub: Hub, request: EmulatorRequest, asked: AuthorizationRequest, session: Session | None
) -> Response:
    """A code for the person who is signed in at this host already, else ``login_required``."""
    if session is None or not _is_listed(hub, asked.host, session.user_id):
        problem = "Nobody is signed in at this identity host."
    elif asked.max_age is not None and hub.clock.now() - session.auth_time > asked.max_age:
        problem = "The sign-in is older than max_age."
    elif not _is_who_is_meant(hub, asked, session):
        problem = "Somebody else is signed in at this identity host."
    else:
        return _code(hub, request, asked, session)
    return _redirect_error(hub, request, asked.host, _refusal(asked, "login_required", problem))


def _is_listed(hub: Hub, host: str, user_id: str) -> bool:
    return user_id in {account.user_id for account in hub.directory.at_host(host)}


def _is_who_is_meant(hub: Hub, asked: AuthorizationRequest, session: Session) -> bool:
    """Whether the hints of the request, if it has any, are about the person of the session."""
    account = hub.directory.get(session.user_id)
    if asked.login_hint and (account is None or account.email.lower() != asked.login_hint):
        return False
    return asked.id_token_hint is None or hub.tokens.id_token_hint(asked.id_token_hint).get("sub") == session.user_id


def _code(hub: Hub, request: EmulatorRequest, asked: AuthorizationRequest, session: Session) -> Response:
    code = hub.sign_ins.codes.issue(Grant(asked, session.user_id, session.auth_time))
    account = hub.directory.get(session.user_id)
    request.tenant = account.tenant if account else ""
    request.reason = f"allowed: a code for {asked.client_id}"
    return _redirect(hub, request, asked.host, asked.redirect_uri, {"code": code, "state": asked.state})


def _refusal(asked: AuthorizationRequest, error: str, description: str) -> AuthorizationError:
    return AuthorizationError(asked.redirect_uri, asked.state, error, description)


def _redirect_error(hub: Hub, request: EmulatorRequest, host: str, error: AuthorizationError) -> Response:
    request.reason = error.description
    answer = {
        "error": error.error,
        "error_description": error.description,
        "state": error.state,
    }
    return _redirect(hub, request, host, error.redirect_uri, answer)


def _redirect(
    hub: Hub, request: EmulatorRequest, host: str, redirect_uri: str, answer: dict[str, str | None]
) -> Response:
    response = Response(status=303)
    issuer = hub.tokens.issuer(host, request.addresses)
    response.headers["Location"] = redirect_target(redirect_uri, issuer, answer)
    return never_stored(response)
