"""Environments of the Hub: hosts and path dialect of a region, as data.

The platform is moving from the classic world (`mindsphere.io`) to Xcelerator (`siemens.app`), tenant by tenant, so both
stand side by side and each tenant says where it lives. A deployment adds its own with HUB_ENVIRONMENTS.

Source: "Insights Hub IAM migration to Xcelerator IAM and gateway services".
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal.hub.errors import NumericIdMissing, UnknownEnvironment
from portal.lib.environment import absolute_url
from portal.lib.names import NUMERIC_ID, TENANT_NAME


@dataclass(frozen=True)
class Environment:
    """One place where the Hub runs."""

    name: str
    label: str
    region: str
    # Base of all API calls, for example https://gateway.eu1.mindsphere.io
    api_base: str
    # Base of a tenant's own identity host; {tenant} stands for its name, {numeric_id} for its 10 digits.
    identity_base: str
    # What the gateway appends to a service's name, for example -1000001700 in the Xcelerator world.
    service_suffix: str = ""
    # Shown as ribbon in the Hub bar, so that nobody takes a trial for production.
    ribbon: str = ""
    # Base of the identity host that speaks for all tenants; empty where there is none.
    shared_identity: str = ""
    # What follows the base of an identity host in the `iss` of its tokens.
    issuer_path: str = "/oauth/token"
    # The claim of a person's token that tells the tenant, and what stands in it: a key of TENANT_KEYS.
    tenant_claim: str = "ten"
    tenant_key: str = "name"
    # Base of the API with which applications are registered. The Hub publishes none, so only the emulator has one.
    registrar: str = ""
    # Where a tenant's people find its applications, and where its admins assign roles; {tenant} stands for its name.
    launchpad: str = ""
    role_settings: str = ""

    @property
    def needs_numeric_id(self) -> bool:
        """Whether a tenant is found here by nothing but its 10 digits."""
        return self.tenant_key == "numeric_id" or "{numeric_id}" in self.identity_base

    def identity_of(self, tenant: str, numeric_id: str = "") -> str:
        """Base of the identity host of one tenant; raises `NumericIdMissing` where it is made of the missing number."""
        if not numeric_id and "{numeric_id}" in self.identity_base:
            raise NumericIdMissing
        return self.identity_base.replace("{tenant}", tenant).replace("{numeric_id}", numeric_id)

    def launchpad_of(self, tenant: str) -> str:
        """Address of a tenant's Launchpad; empty where none is known."""
        return self.launchpad.replace("{tenant}", tenant)

    def role_settings_of(self, tenant: str) -> str:
        """Address of the page where a tenant's admins assign roles; empty where none is known."""
        return self.role_settings.replace("{tenant}", tenant)

    def api_path(self, service: str, rest: str) -> str:
        """`/api/<service>/<rest>` in the dialect of this environment; `rest` starts with a slash."""
        return f"/api/{service}{self.service_suffix}{rest}"


# Fields of a tenant that tell it apart within its environment, and their form.
TENANT_KEYS = {"name": TENANT_NAME, "numeric_id": NUMERIC_ID}
PLACEHOLDERS = {"name": "{tenant}", "numeric_id": "{numeric_id}"}
# The Hub's provider in the Xcelerator world, Siemens: part of hosts and paths.
PROVIDER_ID = "1000001700"


def _classic(name: str, label: str, domain: str) -> Environment:
    return Environment(
        name,
        label,
        name,
        api_base=f"https://gateway.{name}.{domain}",
        identity_base=f"https://{{tenant}}.piam.{name}.{domain}",
        shared_identity=f"https://core.piam.{name}.{domain}",
    )


BUILT_IN = (
    _classic("eu1", "Europe 1", "mindsphere.io"),
    _classic("eu2", "Europe 2", "mindsphere.io"),
    _classic("cn1", "China 1", "mindsphere-in.cn"),
    Environment(
        "eu1x",
        "Europe 1 Xcelerator",
        "eu1",
        api_base="https://api.eu1.siemens.app",
        identity_base="https://{numeric_id}.eu1.sws.siemens.com",
        service_suffix=f"-{PROVIDER_ID}",
        shared_identity=f"https://{PROVIDER_ID}.eu1.sws.siemens.com",
        tenant_claim="sws.samauth.ten",
        tenant_key="numeric_id",
    ),
)


def _of_the_emulator(hub_url: str) -> tuple[Environment, Environment]:
    """The two worlds of the emulator, whose parts have paths instead of hosts."""
    registrar, pages = "api/emulatorcockpit", f"{hub_url}/{{tenant}}.launchpad/"
    classic = Environment(
        "emulator",
        "Emulator",
        "eu1",
        api_base=f"{hub_url}/gateway",
        identity_base=f"{hub_url}/{{tenant}}.piam",
        ribbon="DEMO",
        shared_identity=f"{hub_url}/core.piam",
        registrar=f"{hub_url}/gateway/{registrar}/v1",
        launchpad=pages,
        role_settings=f"{pages}settings/",
    )
    xcelerator = Environment(
        "emulatorx",
        "Emulator Xcelerator",
        "eu1",
        api_base=f"{hub_url}/api.app",
        identity_base=f"{hub_url}/{{numeric_id}}.sws",
        service_suffix=f"-{PROVIDER_ID}",
        ribbon="DEMO",
        shared_identity=f"{hub_url}/{PROVIDER_ID}.sws",
        tenant_claim="sws.samauth.ten",
        tenant_key="numeric_id",
        registrar=f"{hub_url}/api.app/{registrar}-{PROVIDER_ID}/v1",
        launchpad=pages,
        role_settings=f"{pages}settings/",
    )
    return classic, xcelerator


@cache
def environments() -> dict[str, Environment]:
    """All environments by name; the deployment's own win over the built-in ones."""
    local = _of_the_emulator(settings.HUB_URL) if settings.LOCAL else ()
    known = {one.name: one for one in (*BUILT_IN, *local, *map(_read, settings.HUB_ENVIRONMENTS))}
    own = known.get(settings.OIDC_ENVIRONMENT)
    if own and settings.OIDC_TENANT_CLAIM:
        known[own.name] = replace(own, tenant_claim=settings.OIDC_TENANT_CLAIM)
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
    known = ", ".join(environments())
    if settings.OIDC_ENVIRONMENT not in environments():
        raise ImproperlyConfigured(
            f"OIDC_ENVIRONMENT is {settings.OIDC_ENVIRONMENT!r}, write one of {known}, or add it to HUB_ENVIRONMENTS."
        )
    for provider in settings.OIDC_PROVIDERS:
        if provider.environment not in environments():
            raise ImproperlyConfigured(
                f"OIDC_PROVIDERS gives {provider.name!r} the environment {provider.environment!r}, write one of "
                f"{known}, or add it to HUB_ENVIRONMENTS."
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
    if not any(placeholder in added.identity_base for placeholder in PLACEHOLDERS.values()):
        raise _wrong(added, "identity_base", "{tenant} where the tenant's name stands, or {numeric_id} for its number")
    if added.tenant_key not in TENANT_KEYS:
        raise _wrong(added, "tenant_key", " or ".join(TENANT_KEYS))
    if not added.tenant_claim:
        raise _wrong(added, "tenant_claim", "the name of the claim that tells the tenant")
    if not added.issuer_path.startswith("/"):
        raise _wrong(added, "issuer_path", "a path that starts with a slash")
    _check_base(added, "api_base", added.api_base)
    _check_base(added, "identity_base", added.identity_of("tenant", PROVIDER_ID))
    if added.shared_identity:
        _check_base(added, "shared_identity", added.shared_identity)
    for name in ("registrar", "launchpad", "role_settings"):
        if getattr(added, name):
            _check_base(added, name, getattr(added, name).replace("{tenant}", "tenant"))
    bases = ("api_base", "identity_base", "shared_identity", "registrar")
    return replace(added, **{name: getattr(added, name).rstrip("/") for name in bases})


def _check_base(added: Environment, name: str, url: str) -> None:
    try:
        absolute_url(name, url)
    except ImproperlyConfigured:
        raise _wrong(added, name, "an absolute URL with https:// (http:// is for this machine only)") from None


def _wrong(added: Environment, name: str, write: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"HUB_ENVIRONMENTS gives {added.name!r} the {name} {getattr(added, name)!r}, write {write}."
    )
