"""People whom the Hub's application gateway sends: each request carries their token, and the token is the sign-in.

The gateway is not trusted because it says that it is the gateway. Each token is verified like any other: signature,
issuer of the allow-list, expiry, made for this application, for a person of a tenant that this portal knows. What was
verified lives in a session for as long as requests carry a token; without one, nobody is signed in.

Only with HUB_GATEWAY_URL (docs/behind-the-gateway.md). Source: "Authentication concept" and "Gateway URL schemas" of
the platform's documentation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jwt
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

from portal.access import anonymous
from portal.errors import answer
from portal.hub import transport
from portal.hub.errors import HubError
from portal.identity import commands, issuers
from portal.identity.backend import HubIdentity, is_vouched_for, one_line
from portal.identity.models import User
from portal.identity.sessions import begin, confirm
from portal.identity.tokens import Issuer, TokenRefused, scopes_of, verify_forwarded_token

# Paths that ask for nobody, besides those of programs, whose requests do not come here.
OPEN_PATHS = (settings.STATIC_URL, "/health", "/readyz")
SESSION_TOKEN = "hub_token"  # noqa: S105 - the key under which the token's id is kept
# Seconds.
USERINFO_PATIENCE = 3.0


def forwarded_person(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Signs in whom the forwarded token names, and signs out whom it names no longer; not used without a gateway."""
    if not settings.HUB_GATEWAY_URL:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(OPEN_PATHS):
            return get_response(request)
        try:
            _settle(request)
        except TokenRefused as refused:
            auth.logout(request)
            commands.record_refusal(refused.reason, by=anonymous(request))
            return answer(request, commands.failure(refused.reason))
        except HubError as fault:
            request.user = AnonymousUser()
            return answer(request, fault)
        return get_response(request)

    return middleware


def _settle(request: HttpRequest) -> None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        # The session at the gateway has ended, or somebody came past the gateway with its cookie.
        if SESSION_TOKEN in request.session:
            auth.logout(request)
        return
    issuer, claims = verify(token)
    token_id = str(claims.get("jti", ""))
    known = request.user
    is_same = known.is_authenticated and (known.issuer, known.subject) == (claims["iss"], claims["sub"])
    if is_same and token_id and request.session.get(SESSION_TOKEN) == token_id:
        return
    user = _user(issuer, claims, token)
    if is_same:
        # The gateway renewed the token: roles follow it. The session stays, or an open form would be lost.
        confirm(request, user)
    else:
        begin(request, user)
    request.session[SESSION_TOKEN] = token_id


def forwarded_token(request: HttpRequest) -> str:
    """The token of the person who is signed in, which the gateway sent with this request; empty without a gateway."""
    if not settings.HUB_GATEWAY_URL or SESSION_TOKEN not in request.session:
        return ""
    return request.headers.get("Authorization", "").partition(" ")[2]


def verify(token: str) -> tuple[Issuer, dict[str, Any]]:
    """Issuer and claims of a person's token that the gateway may forward to us; raises `TokenRefused` for any other.

    The issuer is looked up by what the token says of itself, before anything is believed: an unknown issuer or tenant
    never makes the portal fetch a key.
    """
    try:
        told = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefused("malformed") from None
    issuer = issuers.of_forwarded(told.get("iss"))
    if issuers.tenant_of(issuer, told.get(issuer.environment.tenant_claim)) is None:
        raise TokenRefused("tenant")
    return issuer, verify_forwarded_token(token, issuer)


def _user(issuer: Issuer, claims: dict[str, Any], token: str) -> User:
    user, _ = User.objects.get_or_create(issuer=issuer.url, subject=claims["sub"])
    if not user.is_active:
        raise TokenRefused("person_disabled")
    told = _userinfo(issuer, claims["sub"], token)
    email = one_line(claims.get("email")) or one_line(claims.get("user_name"))
    name = one_line(claims.get("name")) or one_line(told.get("name")) or user.name or email or claims["sub"]
    user.hub_identity = HubIdentity(
        issuer.url,
        claims["sub"],
        name,
        email,
        is_vouched_for(email, told),
        issuer.environment.name,
        claims[issuer.environment.tenant_claim],
        frozenset(scopes_of(claims)),
    )
    user.name, user.email = name, email
    return user


def _userinfo(issuer: Issuer, subject: str, token: str) -> dict[str, Any]:
    """What the identity host says of the person beside their token: the name, and whether the address is theirs.

    Not worth a failed or a slow sign-in: nothing, when it does not answer or speaks of somebody else.
    """
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    try:
        answer = transport.call("GET", issuer.userinfo_url, headers=headers, patience=USERINFO_PATIENCE)
        told = transport.json_object(answer) if answer.status_code == 200 else {}
    except HubError:
        return {}
    return told if told.get("sub") == subject else {}
