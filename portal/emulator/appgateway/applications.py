"""The self-hosted applications that the application gateway serves, and what may be registered as one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from portal.emulator.appgateway.health import Health
from portal.emulator.appgateway.parts import (
    MOST_COMPONENTS,
    MOST_ROLES,
    MOST_SCOPES,
    Component,
    Role,
    WrongApplication,
    is_local,
)
from portal.emulator.tenants import TENANTS, Tenant

# Developer Cockpit, "create application": the field rules.
NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
VERSION = re.compile(r"[a-z0-9#$.;+_@-]{1,30}")
DISPLAY_NAME = re.compile(r"[\w .-]{1,50}")
POLICY = re.compile(r"[ -~]{0,4000}")
SETTING = re.compile(
    r"(?P<tenant>[^/:=]+)/(?P<name>[^/:=]+)(/(?P<provider>[^/:=]+))?(:(?P<port>[0-9]{1,5}))?=(?P<upstream>.+)"
)
SETTING_EXAMPLE = "acme/demoapp=http://127.0.0.1:5000"
CALLBACK = "/login/callback"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
LARGEST_ICON = 100 * 1024
"""Bytes."""


@dataclass(frozen=True)
class Application:
    """A self-hosted application of ``provider`` for the people of ``tenant``.

    ``upstream`` is its base URL without a path. ``scopes`` come into the token of each person who signs in to it;
    unless given, that is ``<name>.default``. ``content_security_policy`` replaces the gateway's own one. ``port`` is a
    port of this machine under which it is reached besides its host name.

    One that a developer registered has ``components``, which take the place of the upstream, and ``roles``: only people
    who have one are let in, and what their roles give comes into their tokens. ``icon`` is a PNG. ``health`` is what
    was last told of it.

    :raises WrongApplication: a field breaks a rule of the cockpit.
    """

    name: str
    tenant: str
    upstream: str
    provider: str = ""
    display_name: str = ""
    version: str = "1.0.0"
    scopes: tuple[str, ...] = ()
    content_security_policy: str = ""
    port: int | None = None
    components: tuple[Component, ...] = ()
    roles: tuple[Role, ...] = ()
    cache_control: str = ""
    icon: bytes = b""
    health: Health | None = None

    def __post_init__(self) -> None:
        for field, value in (
            ("provider", self.provider or self.tenant),
            ("display_name", self.display_name or self.name),
            ("scopes", self.scopes or (f"{self.name}.default",)),
        ):
            object.__setattr__(self, field, value)
        _check_names(self)
        _check_texts(self)
        _check_address(self)
        _check_parts(self)

    @property
    def label(self) -> str:
        """The first label of its host name, its OAuth client's id, and what it is known by: ``acme-demoapp-acme``."""
        return f"{self.tenant}-{self.name}-{self.provider}"

    @property
    def labels(self) -> tuple[str, ...]:
        """All first labels; the provider may be left out of a tenant's own application."""
        return (self.label, f"{self.tenant}-{self.name}") if self.provider == self.tenant else (self.label,)

    @property
    def owner(self) -> Tenant:
        """The tenant whose people use it."""
        return TENANTS[self.tenant]

    @property
    def is_on_this_machine(self) -> bool:
        """Whether the upstream is on this machine."""
        return is_local(self.upstream)

    @property
    def is_for_all(self) -> bool:
        """Whether everybody of the tenant may open it: it has no roles, as the ones named at the start."""
        return not self.roles

    def upstream_of(self, path: str) -> str | None:
        """The base URL of what answers a path; nothing if no component has an endpoint for it."""
        if not self.components:
            return self.upstream
        return next((component.base for component in self.components if component.serves(path)), None)

    def full_role(self, role: Role) -> str:
        """The name of the group whose members have a role: ``mdsp:acme:demoapp.user``."""
        return f"mdsp:{self.tenant}:{self.name}.{role.name}"

    def roles_in(self, scope: Iterable[str]) -> list[Role]:
        """Which of its roles are among these names."""
        held = set(scope)
        return [role for role in self.roles if self.full_role(role) in held]

    def lets_in(self, scope: Iterable[str]) -> bool:
        """Whether somebody with these roles may open it."""
        return self.is_for_all or bool(self.roles_in(scope))

    def scope_for(self, scope: Iterable[str]) -> tuple[str, ...]:
        """What a token of somebody with these roles holds besides them."""
        if self.is_for_all:
            return self.scopes
        return tuple(given for role in self.roles_in(scope) for given in role.gives)


def read_applications(words: str) -> tuple[Application, ...]:
    """The applications written as ``<tenant>/<name>[/<provider>][:<port>]=<upstream>``, parted by blanks.

    :raises WrongApplication: a word that is none.
    """
    applications = []
    for word in words.split():
        found = SETTING.fullmatch(word)
        if found is None:
            raise WrongApplication(f"{word!r} is not an application. Write for example {SETTING_EXAMPLE}.")
        port = found["port"]
        applications.append(
            Application(
                name=found["name"],
                tenant=found["tenant"],
                upstream=found["upstream"],
                provider=found["provider"] or "",
                port=int(port) if port else None,
            )
        )
    return tuple(applications)


def _check_names(application: Application) -> None:
    for field, tenant in (("tenant", application.tenant), ("provider", application.provider)):
        if tenant not in TENANTS:
            raise WrongApplication(f"{field} is {tenant!r}. Write one of {', '.join(TENANTS)}.")
    if NAME.fullmatch(application.name) is None:
        raise WrongApplication(
            f"name is {application.name!r}. Write a letter, then at most 19 lower-case letters, digits or -."
        )
    scope = re.compile(rf"{re.escape(application.name)}\.[A-Za-z0-9_.-]{{1,64}}")
    for wanted in application.scopes:
        if scope.fullmatch(wanted) is None:
            raise WrongApplication(f"scope {wanted!r} is not one of the application. Write {application.name}.<scope>.")


def _check_texts(application: Application) -> None:
    if DISPLAY_NAME.fullmatch(application.display_name) is None:
        raise WrongApplication("display_name: write at most 50 letters, digits, blanks, dots or dashes.")
    if VERSION.fullmatch(application.version) is None:
        raise WrongApplication("version: write at most 30 characters without blanks and capitals, for example 1.0.0.")
    if POLICY.fullmatch(application.content_security_policy) is None:
        raise WrongApplication("content_security_policy: write one line of at most 4000 ASCII characters.")
    if len(application.cache_control) > 200 or POLICY.fullmatch(application.cache_control) is None:
        raise WrongApplication("cache_control: write one line of at most 200 ASCII characters.")
    if application.icon and not (len(application.icon) <= LARGEST_ICON and application.icon.startswith(PNG)):
        raise WrongApplication(f"icon: send a PNG of at most {LARGEST_ICON} bytes.")


def _check_address(application: Application) -> None:
    try:
        parts = urlsplit(application.upstream)
        is_base = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        is_base = is_base and parts.netloc.isascii() and application.upstream == f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        is_base = False
    if not is_base or "@" in application.upstream or not application.upstream.isprintable():
        raise WrongApplication(
            f"upstream is {application.upstream!r}. Write http or https, host and port, for example"
            " http://127.0.0.1:5000."
        )
    if application.port is not None and not 0 <= application.port <= 65535:
        raise WrongApplication("port: write a number from 0 (any free port) to 65535.")


def _check_parts(application: Application) -> None:
    if bool(application.components) != bool(application.roles):
        raise WrongApplication("components and roles: write at least one of each.")
    for field, most in (("components", MOST_COMPONENTS), ("roles", MOST_ROLES)):
        names = [part.name for part in getattr(application, field)]
        if len(names) > most or len(names) > len(set(names)):
            raise WrongApplication(f"{field}: write at most {most}, each with a name of its own.")
    if len(application.scopes) > MOST_SCOPES:
        raise WrongApplication(f"scopes: write at most {MOST_SCOPES}.")
    unknown = {scope for role in application.roles for scope in role.scopes} - set(application.scopes)
    if unknown:
        raise WrongApplication(f"scope {min(unknown)!a} is given by a role, but not among the scopes.")
