"""Userinfo (OpenID Connect Core, section 5.3) and logout (UAA style and RP-Initiated Logout 1.0)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from werkzeug import Response
from werkzeug.datastructures import MultiDict

from portal.emulator.gateway.authentication import bearer_token
from portal.emulator.hub import Hub
from portal.emulator.identity import pages
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.claims import tenant_claims
from portal.emulator.identity.clients import Client
from portal.emulator.identity.session_cookie import end_session
from portal.emulator.identity.tokens import TokenRefused
from portal.emulator.web import EmulatorRequest, json_response, never_stored


def userinfo(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """Who the bearer of a user token is. Roles are those of the token, not of today's account."""
    try:
        claims = hub.tokens.check(bearer_token(request))
        account = _person(hub, claims, host)
    except TokenRefused as error:
        request.reason = str(error)
        refusal = {"error": "invalid_token", "error_description": "The token is missing or not valid."}
        response = json_response(refusal, 401)
        response.headers["WWW-Authenticate"] = 'Bearer realm="userinfo", error="invalid_token"'
        return never_stored(response)
    request.client, request.tenant = claims["cid"], account.tenant
    request.reason = f"allowed: a person's token of {request.client}"
    return never_stored(json_response(_description(account, claims["scope"])))


def _description(account: Account, scope: list[str]) -> dict[str, Any]:
    return {
        "sub": account.user_id,
        "user_id": account.user_id,
        "user_name": account.email,
        "email": account.email,
        "email_verified": True,
        "name": account.name,
        "given_name": account.given_name,
        "family_name": account.family_name,
        **tenant_claims(account.tenant, account.user_id, scope),
        "scope": scope,
    }


def logout(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """End the session at this host, then go back to the client or say that the person is signed out."""
    parameters: MultiDict[str, str] = MultiDict(request.form if request.method == "POST" else request.args)
    target = _return_address(hub, request, parameters)
    if target is None:
        response = pages.signed_out_page(request.addresses, host)
    else:
        response = Response(status=302)
        response.headers["Location"] = target
    end_session(hub, request, response, host)
    return never_stored(response)


def _person(hub: Hub, claims: dict[str, Any], host: str) -> Account:
    if hub.tokens.host_of(claims) != host:
        raise TokenRefused("issued by another identity host")
    account = hub.directory.get(str(claims.get("user_id")))
    if account is None:
        raise TokenRefused("not the token of a person")
    return account


def _return_address(hub: Hub, request: EmulatorRequest, parameters: MultiDict[str, str]) -> str | None:
    """The address to return to, if it is registered for the client that asks."""
    request.reason = "allowed: the end of a session"
    address = parameters.get("redirect") or parameters.get("post_logout_redirect_uri")
    client = _asking_client(hub, parameters)
    request.client = client.client_id if client else ""
    if address is None:
        return None
    if client is None or address not in client.post_logout_uris:
        request.reason = "the return address is not registered"
        return None
    state = parameters.get("state")
    if state is None:
        return address
    separator = "&" if "?" in address else "?"
    return f"{address}{separator}{urlencode({'state': state})}"


def _asking_client(hub: Hub, parameters: MultiDict[str, str]) -> Client | None:
    """The client named by ``client_id`` or by the ID token it got; nobody when the two differ."""
    named, hint = parameters.get("client_id"), parameters.get("id_token_hint")
    told = hub.tokens.id_token_hint(hint).get("aud", "") if hint else named
    if named is not None and named != told:
        return None
    return hub.clients.get(told or "")
