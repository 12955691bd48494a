"""Signing people in: mozilla-django-oidc's backend with the checks that the library does not make.

Out of the box it takes tokens for other clients and of other issuers, and finds users by e-mail. Here the ID token, the
access token and UserInfo must all speak of the same subject of the provider's issuer, and issuer plus subject are the
user.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from portal.hub import transport
from portal.hub.errors import HubError
from portal.identity import issuers
from portal.identity.models import User
from portal.identity.tokens import (
    NAME_LIMIT,
    Issuer,
    TokenRefused,
    scopes_of,
    verify_access_token,
    verify_id_token,
)
from portal.lib.identity_providers import Provider


@dataclass(frozen=True)
class HubIdentity:
    """What the Hub vouches for at one sign-in."""

    issuer: str
    subject: str
    name: str
    email: str
    # Whether the Hub says that the address is this person's; in a token alone nobody says so.
    email_verified: bool
    # Name of the environment whose tenants the issuer speaks for, and what tokens there call the tenant: its name, or
    # its 10 digits (`portal.identity.issuers.known_tenant`).
    environment: str
    tenant: str
    scopes: frozenset[str]


class HubIdentityBackend(OIDCAuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """The code flow against the Hub's identity. Raises `TokenRefused` or `HubError`; never signs in on a doubt."""

    # Of the sign-in that is going on: Django makes a backend for each.
    provider: Provider

    def authenticate(
        self,
        request: HttpRequest | None,
        *,
        provider: Provider | None = None,
        code: str = "",
        nonce: str = "",
        code_verifier: str = "",
        **kwargs: Any,
    ) -> User | None:
        """Exchange the code at the provider that gave it, verify everything, return the user with `hub_identity` set.

        None without a code.
        """
        if not code or provider is None:
            return None
        self.provider = provider
        answer = self.get_token(
            {
                "client_id": provider.client_id,
                "client_secret": provider.client_secret.reveal(),
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": settings.PORTAL_URL + reverse("identity:callback"),
                "code_verifier": code_verifier,
            }
        )
        claims = self.verify_token(answer.get("id_token"), nonce=nonce)
        return self.get_or_create_user(answer.get("access_token"), answer.get("id_token"), claims)

    def get_token(self, payload: dict[str, str]) -> dict[str, Any]:
        response = transport.call("POST", self.provider.token_url, data=payload)
        if response.status_code >= 500:
            raise HubError
        if response.status_code != 200:
            raise TokenRefused("code")
        return transport.json_object(response)

    def verify_token(self, token: object, **kwargs: Any) -> dict[str, Any]:
        return verify_id_token(token, issuers.of_provider(self.provider), kwargs["nonce"])

    def get_userinfo(self, access_token: Any, id_token: Any, payload: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        response = transport.call("GET", self.provider.userinfo_url, headers=headers)
        if response.status_code != 200:
            raise HubError
        userinfo = transport.json_object(response)
        if userinfo.get("sub") != payload["sub"]:
            raise TokenRefused("userinfo_sub")
        return userinfo

    def get_or_create_user(self, access_token: Any, id_token: Any, payload: dict[str, Any]) -> User:
        issuer = issuers.of_provider(self.provider)
        access_claims = verify_access_token(access_token, issuer, payload["sub"])
        userinfo = self.get_userinfo(access_token, id_token, payload)
        identity = _identity(issuer, payload, access_claims, userinfo)
        user, _ = User.objects.get_or_create(issuer=identity.issuer, subject=identity.subject)
        # Saved by commands.admit, with everything else that follows from the token.
        user.hub_identity, user.name, user.email = identity, identity.name, identity.email
        return user

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()


def _identity(issuer: Issuer, claims: dict[str, Any], access: dict[str, Any], userinfo: dict[str, Any]) -> HubIdentity:
    email = one_line(userinfo.get("email"))
    name = one_line(userinfo.get("name")) or one_line(claims.get("name")) or email or str(claims["sub"])
    tenant = one_line(access.get(issuer.environment.tenant_claim))
    issuers.tenant_of(issuer, tenant)
    return HubIdentity(
        issuer.url,
        claims["sub"],
        name,
        email,
        # UserInfo's word counts before that of the ID token, which may be about another address.
        is_vouched_for(email, userinfo if "email_verified" in userinfo else claims),
        issuer.environment.name,
        tenant,
        frozenset(scopes_of(access)),
    )


def is_vouched_for(email: str, told: dict[str, Any]) -> bool:
    """Whether these claims say that this very address is the person's."""
    return bool(email) and told.get("email_verified") is True and told.get("email") == email


def one_line(value: object) -> str:
    """One line of text as a name may have; the Hub's answer is not trusted to be one."""
    if not isinstance(value, str):
        return ""
    printable = "".join(character for character in value if character.isprintable())
    return printable.strip()[:NAME_LIMIT]
