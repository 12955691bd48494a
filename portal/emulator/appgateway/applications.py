"""The self-hosted applications that the application gateway serves, and what may be registered as one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

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


class WrongApplication(ValueError):
    """An application cannot be registered like this; the message says what to write instead."""


@dataclass(frozen=True)
class Application:
    """A self-hosted application of ``provider`` for the people of ``tenant``.

    ``upstream`` is its base URL without a path. ``scopes`` come into the token of each person who signs in to it;
    unless given, that is ``<name>.default``. ``content_security_policy`` replaces the gateway's own one. ``port`` is a
    port of this machine under which it is reached besides its host name.

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
        """Whether the upstream is a loopback address."""
        host = urlsplit(self.upstream).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


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
