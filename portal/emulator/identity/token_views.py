"""The token endpoint: ``POST /oauth/token`` of an identity host."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from werkzeug import Response

from portal.emulator.hub import Hub
from portal.emulator.identity.client_authentication import (
    AmbiguousRequest,
    BadCredentials,
    authenticate_client,
    parameter,
)
from portal.emulator.identity.clients import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    Client,
)
from portal.emulator.identity.sign_ins import Grant
from portal.emulator.web import EmulatorRequest, json_response, never_stored

# RFC 7636, section 4.1.
CODE_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass
class TokenError(Exception):
    """A refusal of the token endpoint (RFC 6749, section 5.2), always with status 400."""

    error: str
    description: str


def token(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """Exchange a code or client credentials for a token; all but the code may stand in the query as well."""
    try:
        client = authenticate_client(hub, request, host)
        return never_stored(_grant(hub, request, host, client))
    except BadCredentials as error:
        request.reason = str(error)
        return _unauthorized()
    except AmbiguousRequest as error:
        refused = TokenError("invalid_request", str(error))
    except TokenError as error:
        refused = error
    request.reason = refused.description
    body = {"error": refused.error, "error_description": refused.description}
    return never_stored(json_response(body, 400))


def _grant(hub: Hub, request: EmulatorRequest, host: str, client: Client) -> Response:
    grant_type = parameter(request, "grant_type")
    if not grant_type:
        raise TokenError("invalid_request", "grant_type is missing.")
    if grant_type not in (AUTHORIZATION_CODE, CLIENT_CREDENTIALS):
        known = f"{AUTHORIZATION_CODE} or {CLIENT_CREDENTIALS}"
        raise TokenError("unsupported_grant_type", f"grant_type has to be {known}.")
    if grant_type not in client.grant_types:
        raise TokenError("unauthorized_client", f"The client may not use {grant_type}.")
    if grant_type == CLIENT_CREDENTIALS:
        return _technical_token(hub, request, host, client)
    return _person_token(hub, request, host, client)


def _technical_token(hub: Hub, request: EmulatorRequest, host: str, client: Client) -> Response:
    asked = tuple(dict.fromkeys((parameter(request, "scope") or "").split()))
    if not set(asked) <= set(client.scope):
        raise TokenError("invalid_scope", "The client does not have one of the scopes it asks for.")
    issued = hub.tokens.for_technical_user(client, host, asked or client.scope, request.addresses)
    request.reason = f"allowed: {CLIENT_CREDENTIALS} of {client.client_id}"
    return json_response(issued.response())


def _person_token(hub: Hub, request: EmulatorRequest, host: str, client: Client) -> Response:
    for name in ("code", "redirect_uri", "code_verifier"):
        if len(request.form.getlist(name)) > 1:
            raise TokenError("invalid_request", f"{name} may be given once.")
    code = request.form.get("code", "")
    grant = _redeemed(hub, code)
    _check_binding(grant, request, host, client)
    account = hub.directory.get(grant.user_id)
    if account is None:
        raise TokenError("invalid_grant", "The account no longer exists.")
    request.tenant = account.tenant
    issued = hub.tokens.for_person(account, client.client_id, host, addresses=request.addresses)
    hub.sign_ins.codes.remember(code, issued.claims["jti"])
    id_token = hub.tokens.id_token(
        account, client.client_id, host, grant.auth_time, grant.request.nonce, request.addresses
    )
    request.reason = f"allowed: {AUTHORIZATION_CODE} of {client.client_id}"
    return json_response({**issued.response(), "id_token": id_token})


def _redeemed(hub: Hub, code: str) -> Grant:
    grant = hub.sign_ins.codes.redeem(code)
    if grant is None:
        jti = hub.sign_ins.codes.token_of(code)
        if jti is not None:
            hub.tokens.revoke(jti)
        raise TokenError("invalid_grant", "The code is unknown, expired or was used before.")
    return grant


def _check_binding(grant: Grant, request: EmulatorRequest, host: str, client: Client) -> None:
    """Refuse a code at another host, for another client or redirect URI, or without its PKCE verifier."""
    asked = grant.request
    if (asked.host, asked.client_id) != (host, client.client_id):
        raise TokenError("invalid_grant", "The code was issued to another client or host.")
    if request.form.get("redirect_uri") != asked.redirect_uri:
        raise TokenError("invalid_grant", "redirect_uri is not the one of the authorization request.")
    verifier = request.form.get("code_verifier")
    if asked.code_challenge is None:
        # RFC 9700, section 2.1.1: a verifier without a challenge is the sign of a stripped challenge.
        if verifier is not None:
            raise TokenError("invalid_grant", "The authorization request had no code_challenge.")
        return
    if verifier is None or not _proves(verifier, asked.code_challenge):
        raise TokenError("invalid_grant", "code_verifier does not match the code_challenge.")


def _proves(verifier: str, challenge: str) -> bool:
    """Whether the verifier hashes to the challenge (RFC 7636, section 4.6, S256)."""
    if CODE_VERIFIER.fullmatch(verifier) is None:
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(expected, challenge)


def _unauthorized() -> Response:
    body = {"error": "unauthorized", "error_description": "Bad credentials"}
    response = never_stored(json_response(body, 401))
    response.headers["WWW-Authenticate"] = 'Basic realm="UAA/client"'
    return response
