"""Identity providers as the settings describe them: where people sign in, and as which client.

The `OIDC_…` variables are the first one; `OIDC_PROVIDERS` is a JSON list of further ones. A secret never stands in that
list, only the name of the variable that holds it: the list may be shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from portal.lib.environment import absolute_url
from portal.lib.secret import Secret

NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
# The addresses below the identity host, with the path that the platform usually has.
PATHS = {
    "issuer": "/oauth/token",
    "authorization_url": "/oauth/authorize",
    "token_url": "/oauth/token",
    "userinfo_url": "/userinfo",
    "keys_url": "/token_keys",
    "logout_url": "/logout.do",
}
NEEDED = ("name", "label", "environment", "identity_url", "client_id", "client_secret_variable")


@dataclass(frozen=True)
class Provider:
    """One identity host where people sign in, for one environment of the Hub."""

    name: str
    # What its button says; empty for the first one, which needs no word.
    label: str
    environment: str
    client_id: str
    client_secret: Secret
    issuer: str
    authorization_url: str
    token_url: str
    userinfo_url: str
    keys_url: str
    logout_url: str


def read(
    written: list[dict[str, Any]], secret_of: Callable[[str], str], *, names: Sequence[str], issuers: Sequence[str]
) -> list[Provider]:
    """The providers of `OIDC_PROVIDERS`; `secret_of` reads a variable, `names` and `issuers` are taken already.

    No two have the same issuer: the issuer of an answer must tell at which of them a sign-in was started.
    """
    taken_names, taken_issuers = [*names], [*issuers]
    providers = [_read(entry, secret_of) for entry in written]
    for provider in providers:
        if provider.name in taken_names:
            raise _wrong(provider.name, "name", "another one, this one is taken")
        if provider.issuer in taken_issuers:
            raise _wrong(provider.name, "issuer", "another one, it is that of another provider")
        taken_names.append(provider.name)
        taken_issuers.append(provider.issuer)
    return providers


def of_the_emulator(hub_url: str, client_id: str) -> dict[str, str]:
    """The entry for the emulator's Xcelerator world, where the portal is the same client as in the classic one."""
    return {
        "name": "xcelerator",
        "label": "Xcelerator",
        "environment": "emulatorx",
        "identity_url": f"{hub_url}/1000001700.sws",
        "client_id": client_id,
        "client_secret_variable": "OIDC_CLIENT_SECRET",
    }


def _read(entry: dict[str, Any], secret_of: Callable[[str], str]) -> Provider:
    # No sentence shows a value of the entry before it is known to be no secret that stands in the wrong place.
    name, known = entry.get("name"), {*NEEDED, *PATHS}
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ImproperlyConfigured(
            "OIDC_PROVIDERS has an entry without a good name, write 1 to 20 lower-case letters, digits and hyphens."
        )
    if not entry.keys() <= known or not all(isinstance(value, str) for value in entry.values()):
        raise ImproperlyConfigured(
            f"OIDC_PROVIDERS cannot read {name!r}, write an object with text for {', '.join(sorted(known))}."
        )
    for needed in NEEDED:
        if not entry.get(needed):
            raise _wrong(name, needed, f"a text for it; needed are {', '.join(NEEDED)}")
    if not VARIABLE.fullmatch(entry["client_secret_variable"]):
        raise _wrong(name, "client_secret_variable", "the name of an environment variable, not the secret")
    base = _address(name, "identity_url", entry["identity_url"])
    return Provider(
        **{part: entry[part] for part in ("name", "label", "environment", "client_id")},
        client_secret=Secret(secret_of(entry["client_secret_variable"])),
        **{part: _address(name, part, entry.get(part) or base + path) for part, path in PATHS.items()},
    )


def _address(name: str, part: str, written: str) -> str:
    try:
        return absolute_url(part, written)
    except ImproperlyConfigured:
        raise _wrong(name, part, "an absolute URL with https:// (http:// is for this machine only)") from None


def _wrong(name: str, part: str, write: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"OIDC_PROVIDERS: {part} of {name!r} cannot be used, write {write}.")
