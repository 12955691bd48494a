"""Deployment constants: environment variables that override what the database says of a key.

`BINDING_KEY_<TENANT>__<NAME>_TOKEN_URL`, `…_CLIENT_ID`, `…_CLIENT_SECRET` and `…_ENABLE_REVERSE_PROXY`, each also as
`…_FILE` with the path of a file. The tenant is part of the name: two tenants may both have a key called "hub", and
neither may get the other's. `constants_rows` tells what is in force.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal
from portal.keys.models import BindingKey

PREFIX = "BINDING_KEY_"
PARTS = ("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET")
REVERSE_PROXY = "ENABLE_REVERSE_PROXY"
# How an app knows them: as constants of the authenticator module.
CONSTANTS = {
    "TOKEN_URL": "TokenURL",
    "CLIENT_ID": "ClientID",
    "CLIENT_SECRET": "ClientSecret",
    REVERSE_PROXY: "EnableMindSphereApiReverseProxy",
}


class ValueSource(TextChoices):
    """Where the value in use comes from."""

    DATABASE = "database", _("Database")
    ENVIRONMENT = "environment", _("Environment variable")
    FILE = "file", _("File named by the environment")
    DEFAULT = "default", _("Default of Bindery")


class ConstantUnreadable(Refusal):
    """A constant is no text, its file cannot be read, or a switch is neither true nor false."""

    code = "constant_unreadable"
    status = 503
    message = _("The deployment sets a constant of this credential, but the portal cannot read it.")
    advice = _("The operator runs “manage.py constants --check”: it names the variable.")


class ProxySwitchedOff(Refusal):
    """The deployment says EnableMindSphereApiReverseProxy=false for the key that calls, or for its tenant."""

    code = "proxy_switched_off"
    status = 403
    message = _("The reverse proxy is switched off here by the deployment (EnableMindSphereApiReverseProxy is false).")
    advice = _("Ask the operator of this portal.")


@dataclass(frozen=True)
class Override:
    """The deployment's word for one part of a key."""

    value: str
    source: ValueSource
    variable: str


def variable_name(tenant_name: str, key: BindingKey, part: str) -> str:
    """`BINDING_KEY_ACME__HUB_CLIENT_SECRET` for the key "hub" of tenant acme."""
    return f"{PREFIX}{tenant_name.upper()}__{key.constant_name}_{part}"


def takes_effect(key: BindingKey, part: str) -> bool:
    """Whether anybody asks for this override.

    The portal itself verifies the credentials of keys made here: their own values count, whatever the environment says.
    """
    return key.is_upstream or part == REVERSE_PROXY


def override(tenant_name: str, key: BindingKey, part: str, environ: Mapping[str, str] = os.environ) -> Override | None:
    """What the deployment says for this part, or None; raises `ConstantUnreadable`."""
    name = variable_name(tenant_name, key, part)
    if environ.get(name):
        if not _is_text(environ[name]):
            raise ConstantUnreadable
        return Override(environ[name], ValueSource.ENVIRONMENT, name)
    path = environ.get(f"{name}_FILE")
    if not path:
        return None
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ConstantUnreadable from error
    if not value:
        raise ConstantUnreadable
    return Override(value, ValueSource.FILE, f"{name}_FILE")


def _is_text(value: str) -> bool:
    """Whether the environment holds UTF-8 here; Python reads other bytes as lone surrogates, which nobody can send."""
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def proxy_is_enabled(tenant_name: str, key: BindingKey, environ: Mapping[str, str] = os.environ) -> bool:
    """What `…_ENABLE_REVERSE_PROXY` says; without it, yes. Raises `ConstantUnreadable` for another word."""
    said = override(tenant_name, key, REVERSE_PROXY, environ)
    if said is None:
        return True
    word = said.value.strip().lower()
    if word not in {"true", "false"}:
        raise ConstantUnreadable
    return word == "true"


def switches_proxies(tenant_name: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether any variable speaks about the proxy of this tenant: asked at each call, so that most cost no query."""
    prefix = f"{PREFIX}{tenant_name.upper()}__"
    return any(name.startswith(prefix) and REVERSE_PROXY in name for name in environ)


def is_ambiguous(variable: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the constant is set twice, as value and as file: which one is meant, nobody can know."""
    return bool(environ.get(variable)) and bool(environ.get(f"{variable}_FILE"))


def ambiguous(environ: Mapping[str, str] = os.environ) -> list[str]:
    """All constants that are set twice."""
    return sorted(name for name in environ if name.startswith(PREFIX) and is_ambiguous(name, environ))


def names_of(tenant_name: str, key: BindingKey) -> set[str]:
    """Every variable that can speak about this key."""
    plain = {variable_name(tenant_name, key, part) for part in CONSTANTS}
    return plain | {f"{name}_FILE" for name in plain}


def unknown_names(known: Iterable[str], environ: Mapping[str, str] = os.environ, tenant_name: str = "") -> list[str]:
    """Variables that look like constants but name no key of ours: misspelt, or left over from a key now revoked.

    With a tenant's name, only those that are meant for it, as far as can be told.
    """
    ours, prefix = set(known), PREFIX + (f"{tenant_name.upper()}_" if tenant_name else "")
    return sorted(
        name for name, value in environ.items() if value and name.upper().startswith(prefix) and name not in ours
    )
