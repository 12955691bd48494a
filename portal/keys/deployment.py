"""Deployment constants: environment variables that override what the database says of an imported key.

`BINDING_KEY_<TENANT>__<NAME>_TOKEN_URL`, `…_CLIENT_ID`, `…_CLIENT_SECRET`, each also as `…_FILE` with the path of a
file. The tenant is part of the name: two tenants may both have a key called "hub", and neither may get the other's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal
from portal.keys.models import BindingKey

PREFIX = "BINDING_KEY_"
PARTS = ("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET")


class ValueSource(TextChoices):
    """Where the value in use comes from."""

    DATABASE = "database", _("Database")
    ENVIRONMENT = "environment", _("Environment variable")
    FILE = "file", _("File named by the environment")


class ConstantUnreadable(Refusal):
    """The deployment names a file for a constant, and it cannot be read."""

    code = "constant_unreadable"
    status = 503
    message = _("The deployment names a file for this credential, but the portal cannot read it.")
    advice = _("The operator checks the variable that ends in _FILE, the file and its rights.")


@dataclass(frozen=True)
class Override:
    """The deployment's word for one part of a key."""

    value: str
    source: ValueSource
    variable: str


def variable_name(tenant_name: str, key: BindingKey, part: str) -> str:
    """`BINDING_KEY_ACME__HUB_CLIENT_SECRET` for the key "hub" of tenant acme."""
    return f"{PREFIX}{tenant_name.upper()}__{key.constant_name}_{part}"


def override(tenant_name: str, key: BindingKey, part: str, environ: Mapping[str, str] = os.environ) -> Override | None:
    """What the deployment says for this part, or None; raises `ConstantUnreadable`."""
    name = variable_name(tenant_name, key, part)
    if environ.get(name):
        return Override(environ[name], ValueSource.ENVIRONMENT, name)
    path = environ.get(f"{name}_FILE")
    if not path:
        return None
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConstantUnreadable from error
    if not value:
        raise ConstantUnreadable
    return Override(value, ValueSource.FILE, f"{name}_FILE")


def ambiguous(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Constants that are set twice, as value and as file: which one is meant, nobody can know."""
    ours = {name for name, value in environ.items() if name.startswith(PREFIX) and value}
    return sorted(name for name in ours if f"{name}_FILE" in ours)
