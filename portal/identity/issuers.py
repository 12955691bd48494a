"""The one table of who may vouch for whom: issuer, environment, tenants, keys.

| issuer | speaks for |
|---|---|
| an environment's shared identity host | all its tenants that this portal knows |
| a tenant's own identity host | that tenant |
| an identity host that only the settings name | all tenants of its provider's environment that this portal knows |

The sign-in at the portal's own address and the tokens that the gateway forwards both ask here. The table is made of the
settings alone, so that an issuer that is not in it costs neither a query nor a call.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from django.apps import apps
from django.conf import settings

from portal.hub.environments import PLACEHOLDERS, TENANT_KEYS, Environment, environment, environments
from portal.identity.providers import first, of_issuer, providers
from portal.identity.tokens import Issuer, TokenRefused
from portal.lib.identity_providers import PATHS, Provider

if TYPE_CHECKING:
    from portal.tenants.models import Tenant


class Entry(NamedTuple):
    """A line of the table: an issuer, perhaps with a placeholder for the tenant, and the environment of its tenants."""

    issuer: str
    environment: Environment


class Found(NamedTuple):
    """What the table says of one issuer; `own` as in `Issuer`."""

    environment: Environment
    own: tuple[str, str] | None


def table() -> Iterator[Entry]:
    """All lines; the first that fits an issuer counts.

    Shared hosts stand before tenants' own, because `core` could be a tenant's name. The environment of the `OIDC_…`
    variables stands first: a deployment may describe a built-in one anew, with the same identity hosts.
    """
    known = sorted(environments().values(), key=lambda one: one.name != settings.OIDC_ENVIRONMENT)
    for one in known:
        if one.shared_identity:
            yield Entry(one.shared_identity + one.issuer_path, one)
        elif one.name == settings.OIDC_ENVIRONMENT:
            # What signs in its people has always spoken for all of them, where nobody else is said to.
            yield Entry(first().issuer, one)
    for one in known:
        yield Entry(one.identity_base + one.issuer_path, one)
    for provider in providers():
        yield Entry(provider.issuer, environment(provider.environment))


def of_provider(provider: Provider) -> Issuer:
    """The issuer of the tokens that this provider gives at a sign-in."""
    lines = (entry for entry in table() if entry.environment.name == provider.environment)
    return _issuer(provider.issuer, _look_up(provider.issuer, lines), provider.client_id)


def of_forwarded(url: object) -> Issuer:
    """The issuer of a token that the gateway forwards; raises `TokenRefused` for one that is not in the table.

    HUB_GATEWAY_ISSUERS, if there are any, narrow the table, and add issuers of OIDC_ENVIRONMENT to it.
    """
    if not isinstance(url, str):
        raise TokenRefused("iss")
    place = environment(settings.OIDC_ENVIRONMENT)
    listed = [Entry(issuer, place) for issuer in settings.HUB_GATEWAY_ISSUERS]
    found = _look_up(url, (*table(), *listed))
    if listed:
        found = Found(found.environment, _look_up(url, listed).own or found.own)
    return _issuer(url, found, settings.HUB_GATEWAY_CLIENT_ID)


def tenant_of(issuer: Issuer, told: object) -> Tenant | None:
    """The tenant that a token of this issuer names, None when it is none of this portal.

    `told` is what stands in the tenant claim of the issuer's environment. Raises `TokenRefused` when that names no
    tenant (`tenant`), or one for which this issuer may not speak (`iss`).
    """
    key = issuer.environment.tenant_key
    if not isinstance(told, str) or not told or _is_number(told) != (key == "numeric_id"):
        raise TokenRefused("tenant")
    tenant = known_tenant(issuer.environment.name, told)
    if issuer.own is not None and issuer.own != (key, told):
        field, value = issuer.own
        if field == key or tenant is None or getattr(tenant, field) != value:
            raise TokenRefused("iss")
    return tenant


def known_tenant(environment_name: str, told: str) -> Tenant | None:
    """The tenant of this portal that tokens of this environment call `told`: by name, or by its 10 digits.

    One that is archived is none: its people are strangers, and its number may be another's by now.
    """
    key = environment(environment_name).tenant_key
    if not re.fullmatch(TENANT_KEYS[key], told):
        return None
    tenants = apps.get_model("tenants", "Tenant").objects.exclude(state="archived")
    found: Tenant | None = tenants.filter(environment=environment_name, **{key: told}).first()
    return found


def _look_up(url: str, entries: Iterable[Entry]) -> Found:
    for entry in entries:
        fits = _pattern(entry.issuer).fullmatch(url)
        if fits is not None:
            return Found(entry.environment, next(iter(fits.groupdict().items()), None))
    raise TokenRefused("iss")


@cache
def _pattern(issuer: str) -> re.Pattern[str]:
    """What an issuer of the table looks like; the tenant's place is a group with the name of the tenant's field."""
    pattern = re.escape(issuer)
    for field, placeholder in PLACEHOLDERS.items():
        once = pattern.replace(re.escape(placeholder), f"(?P<{field}>{TENANT_KEYS[field]})", 1)
        pattern = once.replace(re.escape(placeholder), f"(?P={field})")
    return re.compile(pattern)


def _issuer(url: str, found: Found, client_id: str) -> Issuer:
    provider = of_issuer(url)
    base = url.removesuffix(found.environment.issuer_path)
    return Issuer(
        url,
        provider.keys_url if provider else base + PATHS["keys_url"],
        provider.userinfo_url if provider else base + PATHS["userinfo_url"],
        client_id,
        found.environment,
        found.own,
    )


def _is_number(told: str) -> bool:
    return re.fullmatch(TENANT_KEYS["numeric_id"], told) is not None
