"""Signing people in: mozilla-django-oidc's backend with the checks that the library does not make.

Out of the box it takes tokens for other clients and of other issuers, and finds users by e-mail. Here the ID token, the
access token and UserInfo must all speak of the same subject of our issuer, and issuer plus subject are the user.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from portal.hub import transport
from portal.hub.errors import HubError
from portal.hub.key_sets import KeySet
from portal.identity.models import User
from portal.identity.tokens import (
    NAME_LIMIT,
    Issuer,
    TokenRefused,
    scopes_of,
    verify_access_token,
    verify_id_token,
)


@dataclass(frozen=True)
class HubIdentity:
    """What the Hub vouches for at one sign-in."""

    issuer: str
    subject: str
    name: str
    email: str
    tenant: str
    scopes: frozenset[str]


@cache
def issuer() -> Issuer:
    """The issuer that may sign people in, from the settings."""
    return Issuer(
        settings.OIDC_ISSUER,
        KeySet(settings.OIDC_OP_JWKS_ENDPOINT),
        settings.OIDC_RP_CLIENT_ID,
        settings.OIDC_TENANT_CLAIM,
    )


class HubIdentityBackend(OIDCAuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """The code flow against the Hub's identity. Raises `TokenRefused` or `HubError`; never signs in on a doubt."""

    def authenticate(
        self, request: HttpRequest | None, *, code: str = "", nonce: str = "", code_verifier: str = "", **kwargs: Any
    ) -> User | None:
        """Exchange the code, verify everything, return the user with `hub_identity` set; None without a code."""
        if not code:
            return None
        answer = self.get_token(
            {
                "client_id": self.OIDC_RP_CLIENT_ID,
                "client_secret": self.OIDC_RP_CLIENT_SECRET,
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": settings.PORTAL_URL + reverse("identity:callback"),
                "code_verifier": code_verifier,
            }
        )
        claims = self.verify_token(answer.get("id_token"), nonce=nonce)
        return self.get_or_create_user(answer.get("access_token"), answer.get("id_token"), claims)

    def get_token(self, payload: dict[str, str]) -> dict[str, Any]:
        response = transport.call("POST", self.OIDC_OP_TOKEN_ENDPOINT, data=payload)
        if response.status_code >= 500:
            raise HubError
        if response.status_code != 200:
            raise TokenRefused("code")
        return transport.json_object(response)

    def verify_token(self, token: object, **kwargs: Any) -> dict[str, Any]:
        return verify_id_token(token, issuer(), kwargs["nonce"])

    def get_userinfo(self, access_token: Any, id_token: Any, payload: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        response = transport.call("GET", self.OIDC_OP_USER_ENDPOINT, headers=headers)
        if response.status_code != 200:
            raise HubError
        userinfo = transport.json_object(response)
        if userinfo.get("sub") != payload["sub"]:
            raise TokenRefused("userinfo_sub")
        return userinfo

    def get_or_create_user(self, access_token: Any, id_token: Any, payload: dict[str, Any]) -> User:
        access_claims = verify_access_token(access_token, issuer(), payload["sub"])
        userinfo = self.get_userinfo(access_token, id_token, payload)
        identity = _identity(payload, access_claims, userinfo)
        user, _ = User.objects.get_or_create(issuer=identity.issuer, subject=identity.subject)
        # Saved by commands.admit, with everything else that follows from the token.
        user.hub_identity, user.name, user.email = identity, identity.name, identity.email
        return user

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()


def _identity(claims: dict[str, Any], access: dict[str, Any], userinfo: dict[str, Any]) -> HubIdentity:
    email = one_line(userinfo.get("email"))
    name = one_line(userinfo.get("name")) or one_line(claims.get("name")) or email or str(claims["sub"])
    tenant = one_line(access.get(issuer().tenant_claim))
    if not tenant:
        raise TokenRefused("tenant")
    return HubIdentity(settings.OIDC_ISSUER, claims["sub"], name, email, tenant, frozenset(scopes_of(access)))


def one_line(value: object) -> str:
    """One line of text as a name may have; the Hub's answer is not trusted to be one."""
    if not isinstance(value, str):
        return ""
    printable = "".join(character for character in value if character.isprintable())
    return printable.strip()[:NAME_LIMIT]
