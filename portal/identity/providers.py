"""The identity hosts where people can sign in. The first is that of the `OIDC_…` variables, and needs no word."""

from __future__ import annotations

from django.conf import settings

from portal.lib.identity_providers import Provider
from portal.lib.secret import Secret


def providers() -> list[Provider]:
    """All, the first one first."""
    return [first(), *settings.OIDC_PROVIDERS]


def first() -> Provider:
    """The one of the `OIDC_…` variables; its name is that of its environment."""
    return Provider(
        name=settings.OIDC_ENVIRONMENT,
        label="",
        environment=settings.OIDC_ENVIRONMENT,
        client_id=settings.OIDC_RP_CLIENT_ID,
        client_secret=Secret(settings.OIDC_RP_CLIENT_SECRET),
        issuer=settings.OIDC_ISSUER,
        authorization_url=settings.OIDC_OP_AUTHORIZATION_ENDPOINT,
        token_url=settings.OIDC_OP_TOKEN_ENDPOINT,
        userinfo_url=settings.OIDC_OP_USER_ENDPOINT,
        keys_url=settings.OIDC_OP_JWKS_ENDPOINT,
        logout_url=settings.OIDC_LOGOUT_URL,
    )


def named(name: str) -> Provider | None:
    """The provider of this name; None when it is not configured (any more)."""
    return next((provider for provider in providers() if provider.name == name), None)


def of_issuer(issuer: str) -> Provider | None:
    """The provider whose tokens this issuer signs; no two have the same."""
    return next((provider for provider in providers() if provider.issuer == issuer), None)
