"""What a deployment may choose about the emulator, and the refusal of values that cannot work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_URL = "http://localhost:8100"
DEFAULT_PORTAL_URL = "http://localhost:8000"
DEFAULT_SEED = "bindery"


class WrongSetting(ValueError):
    """A setting cannot work; the message says which one and what to write instead."""


@dataclass(frozen=True)
class EmulatorConfig:
    """The emulator's own base URL, the portal's base URL (both without trailing slash) and the seed."""

    url: str = DEFAULT_URL
    seed: str = DEFAULT_SEED
    portal_url: str = DEFAULT_PORTAL_URL

    def __post_init__(self) -> None:
        _require_base_url("EMULATOR_URL", self.url, DEFAULT_URL)
        _require_base_url("EMULATOR_PORTAL_URL", self.portal_url, DEFAULT_PORTAL_URL)
        if not self.seed:
            raise WrongSetting(f"EMULATOR_SEED is empty. Write any word, for example {DEFAULT_SEED}.")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> EmulatorConfig:
        """Read EMULATOR_URL, EMULATOR_SEED and EMULATOR_PORTAL_URL.

        :raises WrongSetting: a value cannot work.
        """
        return cls(
            url=environ.get("EMULATOR_URL", DEFAULT_URL),
            seed=environ.get("EMULATOR_SEED", DEFAULT_SEED),
            portal_url=environ.get("EMULATOR_PORTAL_URL", DEFAULT_PORTAL_URL),
        )

    @property
    def gateway_url(self) -> str:
        """The base of all platform APIs; stands for ``https://gateway.<region>.<domain>/api``."""
        return f"{self.url}/gateway/api"

    @property
    def host_name(self) -> str:
        """The host name of the emulator's own URL, lower-case and without port."""
        return urlsplit(self.url).hostname or ""

    def identity_url(self, host: str) -> str:
        """The base of an identity host; stands for ``https://<host>.piam.<region>.<domain>``."""
        return f"{self.url}/{host}.piam"


def _require_base_url(setting: str, value: str, example: str) -> None:
    parts = urlsplit(value)
    is_base = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
    if not is_base or value.endswith("/"):
        raise WrongSetting(
            f"{setting} is {value!r}. Write the base URL without a trailing slash, for example {example}."
        )
