"""Environments of the Hub: hosts and path dialect of a region, as data.

The platform is moving from the classic world (`mindsphere.io`) to Xcelerator (`siemens.app`), tenant by tenant, so both
stand side by side and each tenant says where it lives. A deployment adds its own with HUB_ENVIRONMENTS. Which claim of
a token names the tenant is no part of it: people sign in at one identity host (OIDC_TENANT_CLAIM).

Source: "Insights Hub IAM migration to Xcelerator IAM and gateway services".
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal.hub.errors import UnknownEnvironment
from portal.lib.environment import absolute_url


@dataclass(frozen=True)
class Environment:
    """One place where the Hub runs."""

    name: str
    label: str
    region: str
    # Base of all API calls, for example https://gateway.eu1.mindsphere.io
    api_base: str
    # Base of a tenant's identity host; {tenant} stands for its name.
    identity_base: str
    # What the gateway appends to a service's name, for example -1000001700 in the Xcelerator world.
    service_suffix: str = ""
    # Shown as ribbon in the Hub bar, so that nobody takes a trial for production.
    ribbon: str = ""

    def identity_of(self, tenant: str) -> str:
        """Base of the identity host of one tenant."""
        return self.identity_base.replace("{tenant}", tenant)

    def api_path(self, service: str, rest: str) -> str:
        """`/api/<service>/<rest>` in the dialect of this environment; `rest` starts with a slash."""
        return f"/api/{service}{self.service_suffix}{rest}"


BUILT_IN = (
    Environment(
        "eu1", "Europe 1", "eu1", "https://gateway.eu1.mindsphere.io", "https://{tenant}.piam.eu1.mindsphere.io"
    ),
    Environment(
        "eu2", "Europe 2", "eu2", "https://gateway.eu2.mindsphere.io", "https://{tenant}.piam.eu2.mindsphere.io"
    ),
    Environment(
        "cn1", "China 1", "cn1", "https://gateway.cn1.mindsphere-in.cn", "https://{tenant}.piam.cn1.mindsphere-in.cn"
    ),
)


@cache
def environments() -> dict[str, Environment]:
    """All environments by name; the deployment's own win over the built-in ones."""
    known = {environment.name: environment for environment in BUILT_IN}
    if settings.LOCAL:
        known["emulator"] = Environment(
            "emulator",
            "Emulator",
            "eu1",
            f"{settings.HUB_URL}/gateway",
            f"{settings.HUB_URL}/{{tenant}}.piam",
            "",
            "DEMO",
        )
    for written in settings.HUB_ENVIRONMENTS:
        added = _read(written)
        known[added.name] = added
    return known


def environment(name: str) -> Environment:
    """The environment of this name; raises `UnknownEnvironment` when it is not configured (any more)."""
    found = find(name)
    if found is None:
        raise UnknownEnvironment
    return found


def find(name: str) -> Environment | None:
    """The environment of this name; None when it is not configured any more."""
    return environments().get(name)


def label_of(name: str) -> str:
    """What pages call the environment of this name: its label, or the name where it is not configured any more."""
    found = find(name)
    return found.label if found else name


def check_settings() -> None:
    """Refuse to start with environments that cannot be read, or people who would sign in from nowhere."""
    if settings.OIDC_ENVIRONMENT not in environments():
        raise ImproperlyConfigured(
            f"OIDC_ENVIRONMENT is {settings.OIDC_ENVIRONMENT!r}, write one of {', '.join(environments())}, "
            "or add it to HUB_ENVIRONMENTS."
        )


def _read(written: dict[str, Any]) -> Environment:
    names = {field.name for field in fields(Environment)}
    try:
        if not all(isinstance(value, str) for value in written.values()):
            raise TypeError
        added = Environment(**written)
    except TypeError:
        raise ImproperlyConfigured(
            f"HUB_ENVIRONMENTS holds {written!r}, write an object with text for {', '.join(sorted(names))}."
        ) from None
    if "{tenant}" not in added.identity_base:
        raise ImproperlyConfigured(
            f"HUB_ENVIRONMENTS gives {added.name!r} the identity_base {added.identity_base!r}, write {{tenant}} where "
            "the tenant's name stands."
        )
    _check_base(added, "api_base", added.api_base)
    _check_base(added, "identity_base", added.identity_of("tenant"))
    return replace(added, api_base=added.api_base.rstrip("/"), identity_base=added.identity_base.rstrip("/"))


def _check_base(added: Environment, name: str, url: str) -> None:
    try:
        absolute_url(name, url)
    except ImproperlyConfigured:
        raise ImproperlyConfigured(
            f"HUB_ENVIRONMENTS gives {added.name!r} the {name} {getattr(added, name)!r}, write an absolute URL with "
            "https:// (http:// is for this machine only)."
        ) from None
