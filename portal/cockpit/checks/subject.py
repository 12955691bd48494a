"""What is checked: an application as its developer wrote it down."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from portal.cockpit.checks.check import NotSeen


@dataclass(frozen=True)
class Component:
    """A part of the application: its name, its own address ("Direct URL"), and the paths that the gateway serves."""

    url: str
    name: str = ""
    endpoints: tuple[str, ...] = ("/**",)

    @property
    def base(self) -> str:
        """The URL without a slash at its end, so that a path can follow."""
        return self.url.rstrip("/")


@dataclass(frozen=True)
class Picture:
    """An uploaded picture, measured by whoever stored it: pixels, bytes, and whether all of it has one colour."""

    media_type: str
    width: int
    height: int
    size: int
    blank: bool = False


@dataclass(frozen=True)
class Registration:
    """What only the portal knows, because the developer wrote it there.

    `scopes` are written `<internal name>.<scope>`; `core_roles` are those of the Hub, `mdsp:core:…`.
    """

    name: str
    internal_name: str
    version: str
    description: str = ""
    content_security_policy: str = ""
    cache_control: str = ""
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    core_roles: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    icon: Picture | None = None
    screenshot: Picture | None = None


@dataclass(frozen=True)
class Subject:
    """One application. Without a health URL it is `/health/` of the first component, as the Hub's older pages have it.

    `protected_url` is a page that nobody may see without signing in; usually the front page, but not where that is an
    empty shell which scripts fill. A token of the Hub must be for `tenant`, by its name or by `tenant_number`, its ten
    digits; the command line has one of them only.
    """

    components: tuple[Component, ...]
    health_url: str = ""
    protected_url: str = ""
    tenant: str = ""
    tenant_number: str = ""
    registration: Registration | None = field(default=None)

    @property
    def front(self) -> str:
        """The front page: that of the first component."""
        return f"{self.components[0].base}/" if self.components else ""

    @property
    def health(self) -> str:
        """What the Hub's monitoring asks."""
        return self.health_url or (f"{self.components[0].base}/health/" if self.components else "")

    @property
    def protected(self) -> str:
        """What must not be shown without signing in."""
        return self.protected_url or self.front

    def registered(self) -> Registration:
        """What the portal knows; raises `NotSeen` where nobody has it."""
        if self.registration is None:
            raise NotSeen(_("Only the portal knows this."))
        return self.registration

    def owns(self, url: str) -> bool:
        """Whether the URL belongs to one of the components: a token may be sent there."""
        return origin(url) in {origin(component.url) for component in self.components}


def origin(url: str) -> str:
    """Scheme, host and port; the URL itself if it cannot be read."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}:{parts.port or 443}"
    except ValueError:
        return url
