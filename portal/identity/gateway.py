"""People whom the Hub's application gateway sends: each request carries their token, and the token is the sign-in.

The gateway is not trusted because it says that it is the gateway. Each token is verified like any other: signature,
issuer of the allow-list, expiry, made for this application, for a person of a tenant that this portal knows. What was
verified lives in a session for as long as requests carry a token; without one, nobody is signed in.

Only with HUB_GATEWAY_URL (docs/behind-the-gateway.md). Source: "Authentication concept" and "Gateway URL schemas" of
the platform's documentation.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jwt
from django.apps import apps
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

from portal.access import anonymous
from portal.errors import PROGRAM_PATHS, answer
from portal.hub import transport
from portal.hub.environments import environment
from portal.hub.errors import HubError
from portal.hub.key_sets import KeySet
from portal.identity import commands
from portal.identity.backend import HubIdentity, one_line
from portal.identity.models import User
from portal.identity.sessions import begin, confirm
from portal.identity.tokens import Issuer, TokenRefused, scopes_of, verify_forwarded_token

# Paths that ask for nobody: programs bring tokens of their own, the Hub's monitoring has none.
OPEN_PATHS = (*PROGRAM_PATHS, settings.STATIC_URL, "/health", "/readyz")
SESSION_TOKEN = "hub_token"  # noqa: S105 - the key under which the token's id is kept
TOKEN_PATH = "/oauth/token"  # noqa: S105


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
            return answer(request, commands.SignInFailed())
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
    claims = verify(token)
    token_id = str(claims.get("jti", ""))
    known = request.user
    is_same = known.is_authenticated and (known.issuer, known.subject) == (claims["iss"], claims["sub"])
    if is_same and token_id and request.session.get(SESSION_TOKEN) == token_id:
        return
    user = _user(claims, token)
    if is_same:
        # The gateway renewed the token: roles follow it. The session stays, or an open form would be lost.
        confirm(request, user)
    else:
        begin(request, user)
    request.session[SESSION_TOKEN] = token_id


def verify(token: str) -> dict[str, Any]:
    """The claims of a person's token that the gateway may forward to us; raises `TokenRefused` for any other.

    The issuer is chosen by what the token says of itself, from the allow-list, before anything is believed: an unknown
    issuer or tenant never makes the portal fetch a key.
    """
    try:
        told = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefused("malformed") from None
    tenant, issuer = told.get(settings.OIDC_TENANT_CLAIM), told.get("iss")
    if not isinstance(tenant, str) or not tenant:
        raise TokenRefused("tenant")
    if not isinstance(issuer, str) or issuer not in _allowed(tenant):
        raise TokenRefused("iss")
    tenants = apps.get_model("tenants", "Tenant").objects
    if not tenants.filter(name=tenant, environment=settings.OIDC_ENVIRONMENT).exists():
        raise TokenRefused("tenant")
    return verify_forwarded_token(token, _issuer(issuer))


def _allowed(tenant: str) -> set[str]:
    """Who may speak for a tenant: by default the identity host of sign-ins, and the tenant's own one."""
    own = environment(settings.OIDC_ENVIRONMENT).identity_of(tenant) + TOKEN_PATH
    templates = settings.HUB_GATEWAY_ISSUERS or [settings.OIDC_ISSUER, own]
    return {template.replace("{tenant}", tenant) for template in templates}


@lru_cache(maxsize=256)
def _issuer(url: str) -> Issuer:
    """An issuer of the allow-list with its published keys, which stand beside its token endpoint."""
    keys = settings.OIDC_OP_JWKS_ENDPOINT if url == settings.OIDC_ISSUER else _beside(url, "/token_keys")
    return Issuer(url, KeySet(keys), settings.HUB_GATEWAY_CLIENT_ID, settings.OIDC_TENANT_CLAIM)


def _beside(issuer: str, path: str) -> str:
    """An address of the issuer's identity host; the issuer is that of its token endpoint."""
    return issuer.removesuffix(TOKEN_PATH) + path


def forget() -> None:
    """Forget the keys of all issuers."""
    _issuer.cache_clear()


def _name_told_by(issuer: str, token: str) -> str:
    """The person's name as the identity host has it: their token names only an address. Not worth a failed sign-in."""
    own = settings.OIDC_OP_USER_ENDPOINT if issuer == settings.OIDC_ISSUER else _beside(issuer, "/userinfo")
    try:
        answer = transport.call("GET", own, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})
        return one_line(transport.json_object(answer).get("name")) if answer.status_code == 200 else ""
    except HubError:
        return ""


def _user(claims: dict[str, Any], token: str) -> User:
    user, _ = User.objects.get_or_create(issuer=claims["iss"], subject=claims["sub"])
    if not user.is_active:
        raise TokenRefused("person_disabled")
    email = one_line(claims.get("email")) or one_line(claims.get("user_name"))
    name = one_line(claims.get("name")) or user.name or _name_told_by(claims["iss"], token) or email or claims["sub"]
    user.hub_identity = HubIdentity(
        claims["iss"],
        claims["sub"],
        name,
        email,
        claims[settings.OIDC_TENANT_CLAIM],
        frozenset(scopes_of(claims)),
    )
    user.name, user.email = name, email
    return user
