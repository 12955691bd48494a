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
    request.client = claims["cid"]
    return never_stored(json_response(_description(account, claims["scope"])))


def _description(account: Account, scope: list[str]) -> dict[str, Any]:
    return {
        "sub": account.user_id,
        "user_id": account.user_id,
        "user_name": account.email,
        "email": account.email,
        "name": account.name,
        "given_name": account.given_name,
        "family_name": account.family_name,
        "ten": account.tenant,
        "scope": scope,
    }


def logout(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """End the session at this host, then go back to the client or say that the person is signed out."""
    parameters: MultiDict[str, str] = MultiDict(request.form if request.method == "POST" else request.args)
    target = _return_address(hub, request, parameters)
    if target is None:
        response = pages.signed_out_page(hub.config)
    else:
        response = Response(status=302)
        response.headers["Location"] = target
    end_session(hub, request, response, host)
    return never_stored(response)


def _person(hub: Hub, claims: dict[str, Any], host: str) -> Account:
    if claims["iss"] != hub.tokens.issuer(host):
        raise TokenRefused("issued by another identity host")
    account = hub.directory.get(str(claims.get("user_id")))
    if account is None:
        raise TokenRefused("not the token of a person")
    return account


def _return_address(hub: Hub, request: EmulatorRequest, parameters: MultiDict[str, str]) -> str | None:
    """The address to return to, if it is registered for the client that asks."""
    address = parameters.get("redirect") or parameters.get("post_logout_redirect_uri")
    hint = parameters.get("id_token_hint")
    client_id = parameters.get("client_id") or (hub.tokens.id_token_audience(hint) if hint else None)
    client = hub.clients.get(client_id or "")
    request.client = client.client_id if client else ""
    if address is None or client is None or address not in client.post_logout_uris:
        request.reason = "" if address is None else "the return address is not registered"
        return None
    state = parameters.get("state")
    if state is None:
        return address
    return f"{address}?{urlencode({'state': state})}"
