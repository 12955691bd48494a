"""The token service of binding keys: tokens, the keys that verify them, and what the service can do."""

from __future__ import annotations

import json
from typing import Any

import jwt.algorithms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.access import anonymous, public_page
from portal.keys.expiry import in_utc
from portal.keys.signing import Signer, signers
from portal.tokens import commands, single
from portal.tokens.errors import TokenError
from portal.tokens.request import read, read_question
from portal.tokens.scopes import SCOPES

AUTH_METHODS = ["client_secret_basic", "client_secret_post"]


@public_page
def token(request: HttpRequest) -> HttpResponse:
    """Client credentials grant (RFC 6749 section 4.4): Basic or form credentials, `grant_type` in form or query."""
    try:
        issued = commands.issue_token(read(request), by=anonymous(request))
    except TokenError as refused:
        return _error(refused)
    answer = JsonResponse(
        {
            "access_token": issued.value.reveal(),
            "token_type": "Bearer",
            "expires_in": issued.expires_in,
            "scope": issued.scope,
        }
    )
    if issued.key_expires_at:
        answer["X-Key-Expires-At"] = in_utc(issued.key_expires_at)
    return _uncached(answer)


@public_page
def introspect(request: HttpRequest) -> HttpResponse:
    """What a token is worth (RFC 7662), told to keys of its own tenant."""
    try:
        return _uncached(JsonResponse(single.introspect(read_question(request), by=anonymous(request))))
    except TokenError as refused:
        return _error(refused)


@public_page
def revoke(request: HttpRequest) -> HttpResponse:
    """End a token before its time (RFC 7009), for the client that got it."""
    try:
        single.revoke(read_question(request), by=anonymous(request))
    except TokenError as refused:
        return _error(refused)
    return _uncached(HttpResponse())


@require_safe
@public_page
def metadata(request: HttpRequest) -> HttpResponse:
    """What this authorization server can do (RFC 8414)."""
    base = settings.PORTAL_URL
    endpoints = {
        f"{name}_endpoint": base + reverse(f"tokens:{view}")
        for name, view in (("token", "token"), ("introspection", "introspect"), ("revocation", "revoke"))
    }
    return JsonResponse(
        {
            "issuer": base,
            **endpoints,
            **{f"{endpoint}_auth_methods_supported": AUTH_METHODS for endpoint in endpoints},
            "jwks_uri": base + reverse("tokens:jwks"),
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "scopes_supported": list(SCOPES),
            "service_documentation": base + reverse("ops:docs_page", args=["tokens"]),
        }
    )


@require_safe
@public_page
def jwks(request: HttpRequest) -> HttpResponse:
    """The public keys in the form of RFC 7517, the one that signs first."""
    return JsonResponse({"keys": [_jwk(signer) for signer in signers()]})


@require_safe
@public_page
def token_keys(request: HttpRequest) -> HttpResponse:
    """The public keys in the Hub's form: RFC 7517 with the PEM beside it as `value`."""
    return JsonResponse({"keys": [_jwk(signer) | {"value": signer.public_pem} for signer in signers()]})


def _jwk(signer: Signer) -> dict[str, Any]:
    kind = jwt.algorithms.get_default_algorithms()[signer.algorithm]
    key: dict[str, Any] = json.loads(kind.to_jwk(signer.public))
    key.pop("key_ops", None)  # `use` says the same, and both together should not be there (RFC 7517 section 4.3)
    return key | {"kid": signer.kid, "alg": signer.algorithm, "use": "sig"}


def _error(refused: TokenError) -> HttpResponse:
    body = {"error": refused.code, "error_description": refused.description}
    return _uncached(JsonResponse(body, status=refused.status, headers=refused.headers))


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response
