"""Signing people in to an application (authorization code at the tenant's identity host), and out again."""

from __future__ import annotations

import hmac
import re
import secrets
from urllib.parse import quote, urlencode

from werkzeug import Response

from portal.emulator.addresses import Addresses
from portal.emulator.appgateway import cookies
from portal.emulator.appgateway.applications import CALLBACK, Application
from portal.emulator.appgateway.routing import ApplicationRequest
from portal.emulator.appgateway.sessions import GatewaySession, PendingSignIn
from portal.emulator.gateway.errors import GatewayError
from portal.emulator.hub import Hub
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.sign_ins import PENDING_LIFETIME
from portal.emulator.web import never_stored

# A path of the same host, not `//host`; backslashes, which browsers take for slashes, are percent-encoded before.
SAME_HOST = re.compile(r"/(?!/)[!-~]{0,2000}")
OWN_PATHS = re.compile(r"/(login|logout)([/?#]|$)")


class SignInFailed(GatewayError):
    """400: what came back from the identity host ends in no session; the message tells the person why."""

    def __init__(self, message: str) -> None:
        super().__init__(400, "exception", message)


class RoleMissing(GatewayError):
    """403: the person has no role of the application."""

    def __init__(self, application: Application) -> None:
        super().__init__(
            403,
            "forbidden",
            f"You have no role of {application.display_name}. An admin of the tenant assigns one in Settings; sign in"
            " again afterwards.",
        )


def start_sign_in(hub: Hub, request: ApplicationRequest, application: Application, return_to: str) -> Response:
    """Send the browser to the tenant's identity host; afterwards it goes to ``return_to`` if that is a path of ours."""
    browser = request.cookies.get(cookies.SIGN_IN) or secrets.token_urlsafe(24)
    redirect_uri = request.entry.base + CALLBACK
    pending = PendingSignIn(redirect_uri, browser, safe_path(return_to))
    question = {
        "response_type": "code",
        "client_id": application.label,
        "redirect_uri": redirect_uri,
        "scope": "openid",
        "state": hub.application_sessions.pending.put(pending),
    }
    identity = request.entry.addresses.identity(application.owner.identity_host)
    response = Response(status=302)
    response.headers["Location"] = f"{identity}/oauth/authorize?{urlencode(question)}"
    response.set_cookie(
        cookies.SIGN_IN,
        browser,
        max_age=PENDING_LIFETIME,
        path="/",
        secure=cookies.is_secure(hub),
        httponly=True,
        samesite="Lax",
    )
    return never_stored(response)


def finish_sign_in(hub: Hub, request: ApplicationRequest, application: Application) -> Response:
    """Exchange the code for a session of the gateway.

    :raises SignInFailed: the person cancelled, or the answer is not one to a question of this browser.
    :raises RoleMissing: the person has no role of the application.
    """
    pending = _answered(hub, request)
    if "error" in request.args:
        raise SignInFailed("You did not sign in.")
    # The tenant's own identity host lets only the tenant's people sign in; codes of other hosts are not taken.
    grant = hub.sign_ins.codes.redeem(request.args.get("code", ""))
    if grant is None or (grant.request.client_id, grant.request.redirect_uri, grant.request.host) != (
        application.label,
        pending.redirect_uri,
        application.owner.identity_host,
    ):
        raise SignInFailed("The identity host's code is unknown, used, older than a minute or not for us.")
    account = hub.directory.get(grant.user_id)
    if account is None:
        raise SignInFailed("The account was removed meanwhile.")
    session = open_session(hub, application, account, request.entry.addresses)
    request.client = application.label
    request.tenant = application.tenant
    request.reason = f"signed in {account.email}"
    response = Response(status=303)
    response.headers["Location"] = pending.return_to
    cookies.set_session_cookies(hub, response, session)
    return never_stored(response)


def sign_out(hub: Hub, request: ApplicationRequest, application: Application) -> Response:
    """End the session here, then at the identity host, which sends the browser back to the application.

    :raises GatewayError: 403, a page of another site asks for it.
    """
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise GatewayError(403, "forbidden", "Sign out from a page of the application, not from another site.")
    hub.application_sessions.end(request.cookies.get(cookies.SESSION, ""))
    identity = request.entry.addresses.identity(application.owner.identity_host)
    question = {"client_id": application.label, "redirect": f"{request.entry.base}/"}
    response = Response(status=302)
    response.headers["Location"] = f"{identity}/logout.do?{urlencode(question)}"
    cookies.delete_session_cookies(response)
    return never_stored(response)


def open_session(hub: Hub, application: Application, account: Account, addresses: Addresses) -> GatewaySession:
    """A session of a person at an application, without asking the person; its tokens are issued in this form.

    :raises RoleMissing: the person has no role of the application.
    """
    if not application.lets_in(account.scope):
        raise RoleMissing(application)
    token = _token(hub, application, account, addresses)
    return hub.application_sessions.start(application.label, account, addresses, token)


def present_session(hub: Hub, request: ApplicationRequest, application: Application) -> GatewaySession | None:
    """The session of the request's cookies, with a token that is good for some minutes at least."""
    sessions = hub.application_sessions
    session = sessions.use(
        request.cookies.get(cookies.SESSION, ""),
        request.cookies.get(cookies.REGION_SESSION, ""),
        application.label,
    )
    if session is None or not sessions.needs_token(session):
        return session
    if hub.directory.get(session.account.user_id) is None:
        sessions.end(session.session_id)
        return None
    return sessions.renew(session, _token(hub, application, session.account, session.addresses))


def safe_path(value: str) -> str:
    """The value if it is a path of this host that is no step of the sign-in itself; else the front page."""
    path = quote(value, safe="/:?#[]@!$&'()*+,;=%", errors="replace")
    return path if SAME_HOST.fullmatch(path) and not OWN_PATHS.match(path) else "/"


def _answered(hub: Hub, request: ApplicationRequest) -> PendingSignIn:
    """The question that this request answers, for the only time."""
    pending = hub.application_sessions.pending.take(request.args.get("state", ""))
    browser = request.cookies.get(cookies.SIGN_IN, "").encode("utf-8", "replace")
    if pending is None or not hmac.compare_digest(pending.browser.encode("utf-8", "replace"), browser):
        raise SignInFailed("This sign-in was finished already, is older than 10 minutes or began in another browser.")
    return pending


def _token(hub: Hub, application: Application, account: Account, addresses: Addresses) -> str:
    scope = tuple(dict.fromkeys((*account.scope, *application.scope_for(account.scope))))
    host = application.owner.identity_host
    return hub.tokens.for_person(account, application.label, host, scope, addresses).value
