"""Reading what a client sends to the token service, without believing anything in it.

RFC 6749 section 4.4.2 at the token endpoint, RFC 7662 section 2.1 and RFC 7009 section 2.1 at the other two.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict, UnreadablePostError

from portal.lib.secret import Secret
from portal.tokens.errors import TokenError
from portal.tokens.scopes import SCOPE_READ, SCOPES

FORM = "application/x-www-form-urlencoded"
# What a credential of ours can look like; anything else is not even compared.
CREDENTIAL = re.compile(r"[!-~]{1,300}")
NO_CREDENTIALS = ("", "")


@dataclass(frozen=True)
class Credentials:
    """Who a client says it is; empty where it sent nothing that could be one."""

    client_id: str
    secret: Secret = field(repr=False)


@dataclass(frozen=True)
class TokenRequest(Credentials):
    """A well-formed request for a token."""

    scope: str


@dataclass(frozen=True)
class TokenQuestion(Credentials):
    """A well-formed request about a token: what it is worth, or that it be revoked."""

    token: Secret = field(repr=False)


def read(request: HttpRequest) -> TokenRequest:
    """The request as it was meant; raises `TokenError` with the code that RFC 6749 gives the mistake."""
    form = _form(request)
    grant_type = _either(form, request.GET, "grant_type")
    if not grant_type:
        raise TokenError("invalid_request", "grant_type is missing, write grant_type=client_credentials.")
    if grant_type != "client_credentials":
        raise TokenError("unsupported_grant_type", "Only grant_type=client_credentials is supported.")
    client_id, secret = _credentials(request, form)
    return TokenRequest(client_id, Secret(secret), _scope(_either(form, request.GET, "scope")))


def read_question(request: HttpRequest) -> TokenQuestion:
    """A request about a token; `token_type_hint` is not needed, there is one type. Raises `TokenError`."""
    form = _form(request)
    token = _single(form, "token")
    if not token:
        raise TokenError("invalid_request", "token is missing, send it in the body.")
    client_id, secret = _credentials(request, form)
    return TokenQuestion(client_id, Secret(secret), Secret(token))


def _form(request: HttpRequest) -> QueryDict:
    """The fields of the body, if all of it came. Nothing secret may stand in the address, where logs keep it."""
    if request.method != "POST":
        raise TokenError("invalid_request", "Use POST.", 405, {"Allow": "POST"})
    if "HTTP_TRANSFER_ENCODING" in request.META:
        # Nobody reads such a body, and what is not read must not be taken for what was not sent.
        raise TokenError("invalid_request", "Send the body with a Content-Length, not in chunks.", 411)
    try:
        body, query, form = request.body, request.GET, request.POST
    except (SuspiciousOperation, UnreadablePostError):
        raise TokenError("invalid_request", "The request is too large, has too many fields or broke off.") from None
    if len(body) < int(request.META.get("CONTENT_LENGTH") or 0):
        raise TokenError("invalid_request", "The body broke off: it is shorter than its Content-Length.")
    if body and request.content_type != FORM:
        raise TokenError("invalid_request", f"The content type must be {FORM}.")
    for name in ("client_secret", "token"):
        if name in query:
            raise TokenError("invalid_request", f"Never send {name} in the URL: send it in the body.")
    return form


def _single(parameters: QueryDict, name: str) -> str:
    values = parameters.getlist(name)
    if len(values) > 1:
        raise TokenError("invalid_request", f"{name} is there more than once.")
    return values[0] if values else ""


def _either(form: QueryDict, query: QueryDict, name: str) -> str:
    """What stands in the body or in the query, or the same in both."""
    in_body, in_query = _single(form, name), _single(query, name)
    if in_body and in_query and in_body != in_query:
        raise TokenError("invalid_request", f"{name} is one thing in the body and another in the query.")
    return in_body or in_query


def _credentials(request: HttpRequest, form: QueryDict) -> tuple[str, str]:
    header = request.META.get("HTTP_AUTHORIZATION", "")
    client_id, secret = _single(form, "client_id"), _single(form, "client_secret")
    if header and secret:
        raise TokenError("invalid_request", "Send the credentials once: as Basic credentials or in the body.")
    if header:
        in_body = client_id
        client_id, secret = _basic(header)
        if in_body and client_id and in_body != client_id:
            raise TokenError(
                "invalid_request", "client_id is one thing in the body and another in the Basic credentials."
            )
    return _usable(client_id), _usable(secret)


def _usable(credential: str) -> str:
    return credential if CREDENTIAL.fullmatch(credential) else ""


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return NO_CREDENTIALS
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return NO_CREDENTIALS
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _scope(wanted: str) -> str:
    """What was asked for, or all that the key may reach; whether it may, `scopes.granted` says."""
    # Between two of them stands a blank and nothing else (RFC 6749 section 3.3).
    scopes = [scope for scope in wanted.split(" ") if scope] or [SCOPE_READ]
    if not set(scopes) <= set(SCOPES):
        raise TokenError("invalid_scope", f"Known scopes: {' '.join(SCOPES)}.")
    return " ".join(dict.fromkeys(scopes))
