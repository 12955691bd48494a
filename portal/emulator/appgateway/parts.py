"""What an application consists of: components, which the gateway calls, and roles, which let people in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from portal.emulator.identity.groups import CORE_PREFIX
from portal.emulator.identity.people import GROUPS

COMPONENT_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
ROLE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
SCOPE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
ENDPOINT = re.compile(r"/[!-~]{0,199}")
URL = re.compile(r"https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*/?")
LONGEST_URL = 300
MOST_COMPONENTS, MOST_ENDPOINTS, MOST_SCOPES, MOST_ROLES = 20, 20, 20, 5
CORE_ROLES = tuple(name for name in GROUPS if name.startswith(CORE_PREFIX) and "." in name)
"""Roles of the platform that a role of an application may bring along: those of its services, none that administers."""


class WrongApplication(ValueError):
    """An application cannot be registered like this; the message says what to write instead."""


@dataclass(frozen=True)
class Component:
    """A part of an application: its base URL, and Ant patterns of the paths that the gateway passes on to it.

    :raises WrongApplication: a field breaks a rule of the cockpit.
    """

    name: str
    url: str
    endpoints: tuple[str, ...]

    def __post_init__(self) -> None:
        if COMPONENT_NAME.fullmatch(self.name) is None:
            raise WrongApplication(
                f"component {self.name!a}: write a letter, then at most 19 lower-case letters, digits or -."
            )
        if (
            not is_base(self.url)
            or len(self.url) > LONGEST_URL
            or URL.fullmatch(self.url) is None
            or is_dotted(self.url.partition("://")[2])
        ):
            raise WrongApplication(
                f"url {self.url!a}: write https, a host and a path, as in https://app.acme.example/."
            )
        if not 1 <= len(self.endpoints) <= MOST_ENDPOINTS:
            raise WrongApplication(f"component {self.name}: write 1 to {MOST_ENDPOINTS} endpoints, for example /**.")
        for endpoint in self.endpoints:
            if ENDPOINT.fullmatch(endpoint) is None or is_dotted(endpoint):
                raise WrongApplication(f"endpoint {endpoint!a}: write a path pattern such as /**.")
            if endpoint.split("/")[1].lower() == "api":
                raise WrongApplication(f"endpoint {endpoint!a}: /api is reserved for the platform.")

    @property
    def base(self) -> str:
        """The URL without a slash at its end."""
        return self.url.rstrip("/")

    def serves(self, path: str) -> bool:
        """Whether one of the endpoints matches a path."""
        return not is_dotted(path) and any(matches(endpoint, path) for endpoint in self.endpoints)


@dataclass(frozen=True)
class Role:
    """A role of an application: which of its scopes it gives, by their full names, and which roles of the platform.

    :raises WrongApplication: a field breaks a rule of the cockpit.
    """

    name: str
    scopes: tuple[str, ...]
    core_roles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if ROLE_NAME.fullmatch(self.name) is None:
            raise WrongApplication(f"role {self.name!a}: write a letter, then lower-case letters, digits, - or _.")
        for wanted in self.core_roles:
            if wanted not in CORE_ROLES:
                raise WrongApplication(f"core role {wanted!a} cannot be given. Write some of {', '.join(CORE_ROLES)}.")

    @property
    def gives(self) -> tuple[str, ...]:
        """What stands in the token of whoever has it, besides its own name."""
        return (*self.scopes, *self.core_roles)


def is_base(url: str) -> bool:
    """Whether a URL has a host, and a port that is one."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_local(url: str) -> bool:
    """Whether a URL leads to this machine: a loopback address, localhost, or a name below it (RFC 6761)."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_dotted(path: str) -> bool:
    """Whether a path has a part that leads up or nowhere: whoever receives it might read it as another path."""
    return any(part in (".", "..") for part in path.replace("\\", "/").split("/"))


def matches(pattern: str, path: str) -> bool:
    """Whether an Ant pattern matches a whole path: ``?`` is one character, ``*`` a part, ``**`` any number of parts."""
    parts, wanted = path.strip("/").split("/"), pattern.strip("/").split("/")
    return _fits(parts, wanted, "**", lambda part, word: _fits(part, word, "*", lambda a, b: b in (a, "?")))


def _fits(text: Sequence[str], pattern: Sequence[str], any_number: str, one: Callable[[str, str], bool]) -> bool:
    """Wildcard matching that goes back to the last wildcard only: its time is the product of both lengths."""
    at = start = 0
    star = -1
    wanted = 0
    while at < len(text):
        if wanted < len(pattern) and pattern[wanted] == any_number:
            star, start = wanted, at
            wanted += 1
        elif wanted < len(pattern) and one(text[at], pattern[wanted]):
            at += 1
            wanted += 1
        elif star >= 0:
            start += 1
            at, wanted = start, star + 1
        else:
            return False
    return all(word == any_number for word in pattern[wanted:])
