"""Checking a request to the authorization endpoint (RFC 6749, section 4.1.1; OpenID Connect Core 3.1.2)."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from portal.emulator.identity.clients import AUTHORIZATION_CODE, ClientRegistry
from portal.emulator.identity.sign_ins import AuthorizationRequest

# RFC 7636, section 4.2: the base64url of a SHA-256 digest.
S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
PROMPTS = ("none", "login", "consent", "select_account")
# More than 30 years; a session lives 12 hours.
SECONDS = re.compile(r"[0-9]{1,9}")


class UntrustedRequest(Exception):
    """Client or redirect URI are not registered: show a page, never redirect (RFC 6749, 4.1.2.1)."""


class AuthorizationError(Exception):
    """An error that goes back to the client's redirect URI."""

    def __init__(self, redirect_uri: str, state: str | None, error: str, description: str) -> None:
        super().__init__(description)
        self.redirect_uri = redirect_uri
        self.state = state
        self.error = error
        self.description = description


def read_request(parameters: MultiDict[str, str], host: str, clients: ClientRegistry) -> AuthorizationRequest:
    """The checked request.

    :raises UntrustedRequest: unknown client or redirect URI.
    :raises AuthorizationError: anything else that is wrong.
    """
    redirect_uri = _trusted_redirect_uri(parameters, host, clients)
    state = parameters.get("state")
    problem = _problem(parameters)
    if problem is not None:
        raise AuthorizationError(redirect_uri, state, *problem)
    return AuthorizationRequest(
        host=host,
        client_id=parameters["client_id"],
        redirect_uri=redirect_uri,
        scope=parameters["scope"],
        state=state,
        nonce=parameters.get("nonce"),
        code_challenge=parameters.get("code_challenge"),
        prompt=frozenset(parameters.get("prompt", "").split()),
        max_age=int(parameters["max_age"]) if "max_age" in parameters else None,
        login_hint=parameters.get("login_hint", "").strip().lower(),
        id_token_hint=parameters.get("id_token_hint"),
    )


def redirect_target(redirect_uri: str, issuer: str, parameters: dict[str, str | None]) -> str:
    """The redirect URI with the answer's parameters and ``iss`` (RFC 9207)."""
    present = {name: value for name, value in parameters.items() if value is not None}
    separator = "&" if "?" in redirect_uri else "?"
    return f"{redirect_uri}{separator}{urlencode({**present, 'iss': issuer})}"


def _trusted_redirect_uri(parameters: MultiDict[str, str], host: str, clients: ClientRegistry) -> str:
    if len(parameters.getlist("client_id")) > 1 or len(parameters.getlist("redirect_uri")) > 1:
        raise UntrustedRequest("client_id and redirect_uri may each be given once.")
    client = clients.get(parameters.get("client_id", ""))
    if client is None or AUTHORIZATION_CODE not in client.grant_types or not client.served_at(host):
        raise UntrustedRequest("The application that sent you here is not registered.")
    redirect_uri = parameters.get("redirect_uri", "")
    if redirect_uri not in client.redirect_uris:
        raise UntrustedRequest("The address to return to is not registered for this application.")
    return redirect_uri


def _problem(parameters: MultiDict[str, str]) -> tuple[str, str] | None:
    """Error code and description of the first thing that is wrong."""
    if any(len(parameters.getlist(name)) > 1 for name in parameters):
        return "invalid_request", "Each parameter may be given once."
    for name in ("request", "request_uri"):
        if name in parameters:
            return f"{name}_not_supported", "Write the parameters into the query."
    if parameters.get("response_type") != "code":
        return "unsupported_response_type", "Only response_type=code is supported."
    if parameters.get("response_mode", "query") != "query":
        return "invalid_request", "Only response_mode=query is supported."
    if "openid" not in parameters.get("scope", "").split():
        return "invalid_scope", "scope has to contain openid."
    return _session_problem(parameters) or _pkce_problem(parameters)


def _session_problem(parameters: MultiDict[str, str]) -> tuple[str, str] | None:
    """What is wrong with the wishes about the person's session (OpenID Connect Core, section 3.1.2.1)."""
    prompt = parameters.get("prompt", "").split()
    if not set(prompt) <= set(PROMPTS):
        return "invalid_request", f"prompt has to be one of {', '.join(PROMPTS)}."
    if "none" in prompt and len(prompt) > 1:
        return "invalid_request", "prompt=none cannot be combined with another value."
    if SECONDS.fullmatch(parameters.get("max_age", "0")) is None:
        return "invalid_request", "max_age has to be a number of seconds."
    return None


def _pkce_problem(parameters: MultiDict[str, str]) -> tuple[str, str] | None:
    """PKCE may be left out, but not weakened: a method that is missing means ``plain`` (RFC 7636, 4.3)."""
    challenge = parameters.get("code_challenge")
    method = parameters.get("code_challenge_method")
    if challenge is None and method is None:
        return None
    if method != "S256":
        return "invalid_request", "code_challenge_method has to be S256."
    if challenge is None or S256_CHALLENGE.fullmatch(challenge) is None:
        return "invalid_request", "code_challenge has to be 43 base64url characters."
    return None
