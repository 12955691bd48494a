"""Signing people in to the Hub's own pages, by the same way as to any application, and out again."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from werkzeug import Response

from portal.emulator.hub import Hub
from portal.emulator.hubpages.html import PageProblem
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.clients import PAGES_CLIENT_ID
from portal.emulator.identity.sign_ins import PENDING_LIFETIME, SESSION_LIFETIME, PageSession, PagesPending
from portal.emulator.tenants import TENANTS
from portal.emulator.web import EmulatorRequest, never_stored

COOKIE = "hub_pages_session"
BROWSER = "hub_pages_sign_in"
"""Marks the browser in which a sign-in was started, so that nobody can finish it in another one."""
PAGES = {"": "Launchpad", "settings/": "Settings"}
"""Below the Launchpad's address, where a sign-in may lead."""


@dataclass(frozen=True)
class Visitor:
    """Who is signed in: the account as it is today, the roles as of the sign-in."""

    account: Account
    scope: tuple[str, ...]


def visitor_of(hub: Hub, request: EmulatorRequest, tenant: str) -> Visitor | None:
    """The person of this browser's session at a tenant's pages."""
    session = hub.sign_ins.page_sessions.get(request.cookies.get(COOKIE, ""))
    if session is None or session.tenant != tenant:
        return None
    account = hub.directory.get(session.user_id)
    if account is None or account.tenant != tenant:
        return None
    request.client, request.tenant = PAGES_CLIENT_ID, tenant
    request.reason = f"allowed: a page for {account.email}"
    return Visitor(account, session.scope)


def start(hub: Hub, request: EmulatorRequest, tenant: str, page: str) -> Response:
    """Send the browser to the tenant's identity host; afterwards it comes to this page."""
    browser = request.cookies.get(BROWSER) or secrets.token_urlsafe(24)
    redirect_uri = f"{request.addresses.launchpad(tenant)}sign-in/callback"
    pending = PagesPending(tenant, redirect_uri, browser, page if page in PAGES else "")
    question = {
        "response_type": "code",
        "client_id": PAGES_CLIENT_ID,
        "redirect_uri": redirect_uri,
        "scope": "openid",
        "state": hub.sign_ins.pages_pending.put(pending),
    }
    identity = request.addresses.identity(TENANTS[tenant].identity_host)
    response = Response(status=302)
    response.headers["Location"] = f"{identity}/oauth/authorize?{urlencode(question)}"
    _set_cookie(request, response, tenant, BROWSER, browser, PENDING_LIFETIME)
    request.reason = "no session: sent to the sign-in"
    return never_stored(response)


def finish(hub: Hub, request: EmulatorRequest, tenant: str) -> Response:
    """Exchange the code for a session.

    :raises PageProblem: the person cancelled, or the answer is not one to a question of this browser.
    """
    pending = hub.sign_ins.pages_pending.take(request.args.get("state", ""))
    browser = request.cookies.get(BROWSER, "").encode("utf-8", "replace")
    if pending is None or pending.tenant != tenant or not hmac.compare_digest(pending.browser.encode(), browser):
        raise PageProblem(400, "This sign-in was finished already, is older than 10 minutes or began elsewhere.")
    if "error" in request.args:
        raise PageProblem(400, "You did not sign in.")
    grant = hub.sign_ins.codes.redeem(request.args.get("code", ""))
    if grant is None or (grant.request.client_id, grant.request.redirect_uri, grant.request.host) != (
        PAGES_CLIENT_ID,
        pending.redirect_uri,
        TENANTS[tenant].identity_host,
    ):
        raise PageProblem(400, "The identity host's code is unknown, used, older than a minute or not for us.")
    account = hub.directory.get(grant.user_id)
    if account is None or account.tenant != tenant:
        raise PageProblem(400, "The account was removed meanwhile, or is of another tenant.")
    hub.sign_ins.page_sessions.take(request.cookies.get(COOKIE, ""))
    session = hub.sign_ins.page_sessions.put(PageSession(tenant, account.user_id, account.scope))
    request.client, request.tenant = PAGES_CLIENT_ID, tenant
    request.reason = f"signed in {account.email}"
    response = Response(status=303)
    response.headers["Location"] = request.addresses.launchpad(tenant) + pending.page
    _set_cookie(request, response, tenant, COOKIE, session, SESSION_LIFETIME)
    return never_stored(response)


def end(hub: Hub, request: EmulatorRequest, tenant: str) -> Response:
    """End the session here, then at the identity host, which sends the browser back to the Launchpad.

    :raises PageProblem: 403, a page of another site asks for it.
    """
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise PageProblem(403, "Sign out on the Launchpad, not from another site.")
    hub.sign_ins.page_sessions.take(request.cookies.get(COOKIE, ""))
    launchpad = request.addresses.launchpad(tenant)
    identity = request.addresses.identity(TENANTS[tenant].identity_host)
    response = Response(status=302)
    question = urlencode({"client_id": PAGES_CLIENT_ID, "redirect": launchpad})
    response.headers["Location"] = f"{identity}/logout.do?{question}"
    response.delete_cookie(COOKIE, path=urlsplit(launchpad).path, samesite="Lax")
    request.reason = "allowed: the end of a session"
    return never_stored(response)


def _set_cookie(
    request: EmulatorRequest, response: Response, tenant: str, name: str, value: str, lifetime: int
) -> None:
    address = urlsplit(request.addresses.launchpad(tenant))
    response.set_cookie(
        name,
        value,
        max_age=lifetime,
        path=address.path,
        secure=address.scheme == "https",
        httponly=True,
        samesite="Lax",
    )
