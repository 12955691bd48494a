"""Reading a token request (RFC 6749 section 4.4.2) without believing anything in it."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from django.http import HttpRequest, QueryDict

from portal.lib.secret import Secret
from portal.tokens.errors import TokenError, invalid_client
from portal.tokens.scopes import SCOPE_READ, SCOPES

FORM = "application/x-www-form-urlencoded"
# What a credential of ours can look like; anything else is not even compared.
CREDENTIAL = re.compile(r"[!-~]{1,300}")


@dataclass(frozen=True)
class TokenRequest:
    """A well-formed request for a token."""

    client_id: str
    secret: Secret = field(repr=False)
    scope: str


def read(request: HttpRequest) -> TokenRequest:
    """The request as it was meant; raises `TokenError` with the code that RFC 6749 gives the mistake."""
    form = _form(request)
    if "client_secret" in request.GET:
        raise TokenError("invalid_request", "Send client_secret in the body or as Basic credentials, never in the URL.")
    grant_type = _single(form, "grant_type") or _single(request.GET, "grant_type")
    if _single(request.GET, "grant_type") not in {"", grant_type}:
        raise TokenError("invalid_request", "grant_type is one thing in the body and another in the query.")
    if not grant_type:
        raise TokenError("invalid_request", "grant_type is missing, write grant_type=client_credentials.")
    if grant_type != "client_credentials":
        raise TokenError("unsupported_grant_type", "Only grant_type=client_credentials is supported.")
    client_id, secret = _credentials(request, form)
    return TokenRequest(client_id, Secret(secret), _scope(_single(form, "scope") or _single(request.GET, "scope")))


def _form(request: HttpRequest) -> QueryDict:
    if request.body and request.content_type != FORM:
        raise TokenError("invalid_request", f"The content type must be {FORM}.")
    return request.POST


def _single(parameters: QueryDict, name: str) -> str:
    values = parameters.getlist(name)
    if len(values) > 1:
        raise TokenError("invalid_request", f"{name} is there more than once.")
    return values[0] if values else ""


def _credentials(request: HttpRequest, form: QueryDict) -> tuple[str, str]:
    header = request.headers.get("Authorization", "")
    client_id, secret = _single(form, "client_id"), _single(form, "client_secret")
    if header and secret:
        raise TokenError("invalid_request", "Send the credentials once: as Basic credentials or in the body.")
    if header:
        client_id, secret = _basic(header)
    if not CREDENTIAL.fullmatch(client_id) or not CREDENTIAL.fullmatch(secret):
        raise invalid_client()
    return client_id, secret


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise invalid_client()
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise invalid_client() from None
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _scope(wanted: str) -> str:
    """What was asked for, or all that the key may reach; whether it may, `scopes.granted` says."""
    scopes = wanted.split() or [SCOPE_READ]
    if not set(scopes) <= set(SCOPES):
        raise TokenError("invalid_scope", f"Known scopes: {' '.join(SCOPES)}.")
    return " ".join(dict.fromkeys(scopes))
