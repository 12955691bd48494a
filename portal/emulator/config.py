"""What a deployment may choose about the emulator, and the refusal of values that cannot work."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from portal.emulator.addresses import HostAddresses, PathAddresses
from portal.emulator.appgateway.applications import Application, read_applications
from portal.emulator.appgateway.parts import WrongApplication
from portal.emulator.control.switches import Switches, UnknownSwitch

DEFAULT_URL = "http://localhost:8100"
DEFAULT_PORTAL_URL = "http://localhost:8000"
DEFAULT_SEED = "bindery"
DEFAULT_DOMAIN = "localhost"
REGION = "eu1"
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


class WrongSetting(ValueError):
    """A setting cannot work; the message says which one and what to write instead."""


@dataclass(frozen=True)
class EmulatorConfig:
    """The emulator's own base URL, the portal's base URL (both without trailing slash), the seed, and the domain
    below which each part of the Hub also has a host name of its own; switches and applications as at the start; a file
    with the authorities that certificates of applications may be of, besides the system's."""

    url: str = DEFAULT_URL
    seed: str = DEFAULT_SEED
    portal_url: str = DEFAULT_PORTAL_URL
    domain: str = DEFAULT_DOMAIN
    switches: Switches = field(default_factory=Switches)
    applications: tuple[Application, ...] = ()
    upstream_ca: str = ""

    def __post_init__(self) -> None:
        _require_base_url("EMULATOR_URL", self.url, DEFAULT_URL)
        _require_base_url("EMULATOR_PORTAL_URL", self.portal_url, DEFAULT_PORTAL_URL)
        if not self.seed:
            raise WrongSetting(f"EMULATOR_SEED is empty. Write any word, for example {DEFAULT_SEED}.")
        if DOMAIN.fullmatch(self.domain) is None:
            raise WrongSetting(f"EMULATOR_DOMAIN is {self.domain!r}. Write a host name, for example {DEFAULT_DOMAIN}.")
        if self.upstream_ca:
            _require_certificates(self.upstream_ca)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> EmulatorConfig:
        """Read EMULATOR_URL, _SEED, _PORTAL_URL, _DOMAIN, _SWITCHES, _APPLICATIONS and _UPSTREAM_CA.

        :raises WrongSetting: a value cannot work.
        """
        try:
            switches = Switches.read(environ.get("EMULATOR_SWITCHES", ""))
        except UnknownSwitch as error:
            raise WrongSetting(f"EMULATOR_SWITCHES: {error}") from error
        try:
            applications = read_applications(environ.get("EMULATOR_APPLICATIONS", ""))
        except WrongApplication as error:
            raise WrongSetting(f"EMULATOR_APPLICATIONS: {error}") from error
        return cls(
            applications=applications,
            domain=environ.get("EMULATOR_DOMAIN", DEFAULT_DOMAIN),
            switches=switches,
            url=environ.get("EMULATOR_URL", DEFAULT_URL),
            seed=environ.get("EMULATOR_SEED", DEFAULT_SEED),
            portal_url=environ.get("EMULATOR_PORTAL_URL", DEFAULT_PORTAL_URL),
            upstream_ca=environ.get("EMULATOR_UPSTREAM_CA", ""),
        )

    @property
    def addresses(self) -> PathAddresses:
        """Everything below the emulator's own URL."""
        return PathAddresses(self.url)

    @property
    def host_addresses(self) -> HostAddresses:
        """A host name for each part, below the domain and on the port of the emulator's own URL."""
        parts = urlsplit(self.url)
        return HostAddresses(parts.scheme, REGION, self.domain, str(parts.port or ""))

    @property
    def host_name(self) -> str:
        """The host name of the emulator's own URL, lower-case and without port."""
        return urlsplit(self.url).hostname or ""


def _require_base_url(setting: str, value: str, example: str) -> None:
    parts = urlsplit(value)
    is_base = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
    if not is_base or value.endswith("/"):
        raise WrongSetting(
            f"{setting} is {value!r}. Write the base URL without a trailing slash, for example {example}."
        )


def _require_certificates(file: str) -> None:
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:
        raise WrongSetting(
            f"EMULATOR_UPSTREAM_CA is {file!r}, which cannot be used ({error.strerror or error}). Write the path of a"
            " file with certificates in PEM form."
        ) from error
