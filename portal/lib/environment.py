"""Reading settings from environment variables, with one sentence for each mistake."""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from cryptography import x509
from django.core.exceptions import ImproperlyConfigured

from portal.lib.networks import Network, plain_network

LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "::1"}
DATABASES = ("sqlite://", "postgres://", "postgresql://")


def absolute_url(name: str, written: str) -> str:
    """An https URL without a slash at its end; http only on this machine."""
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if not host or parts.scheme not in {"http", "https"} or parts.query or parts.fragment or parts.username:
        raise ImproperlyConfigured(f"{name} is {written!r}, write an absolute URL such as {name}=https://host.example")
    if parts.scheme == "http" and not is_this_machine(host):
        raise ImproperlyConfigured(f"{name} is {written!r}, write https:// (http is for this machine only)")
    return written.rstrip("/")


def is_this_machine(host: str) -> bool:
    """Whether a host name means this machine; all below .localhost do (RFC 6761 section 6.3)."""
    return host in LOOPBACK_HOSTS or host.endswith(".localhost")


def local_address(name: str, written: str) -> str:
    """A path of this site, or an absolute URL."""
    if written.startswith("/") and not written.startswith(("//", "/\\")):
        return written
    return absolute_url(name, written)


def database(written: str) -> dict[str, Any]:
    """Django's database settings for a DATABASE_URL."""
    example = "DATABASE_URL=postgres://user:password@host:5432/bindery or sqlite:////srv/bindery/portal.sqlite3"
    if not written.startswith(DATABASES):
        raise ImproperlyConfigured(f"DATABASE_URL does not start with postgres:// or sqlite://, write {example}")
    try:
        return dict(environ.Env.db_url_config(written))
    except (ValueError, KeyError, ImproperlyConfigured):
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read, write {example}") from None


def networks(name: str, written: list[str]) -> list[Network]:
    """Network addresses such as 10.0.0.7 or 10.0.0.0/24."""
    try:
        return [plain_network(ipaddress.ip_network(network)) for network in written]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}; write addresses such as {name}=10.0.0.7,10.1.0.0/24") from None


def ports(name: str, written: list[str]) -> frozenset[int]:
    """Port numbers such as 8443."""
    if not all(port.isascii() and port.isdigit() and 0 < int(port) < 65536 for port in written):
        raise ImproperlyConfigured(f"{name} is {','.join(written)!r}, write port numbers such as {name}=8443,9443")
    return frozenset(map(int, written))


def ca_file(name: str, written: str) -> str:
    """The path of a file with certificates in PEM; empty for none."""
    if not written:
        return ""
    try:
        found = Path(written).read_text(encoding="ascii")
        certificates = x509.load_pem_x509_certificates(found.encode())
    except (OSError, ValueError):
        certificates = []
    if not certificates:
        raise ImproperlyConfigured(f"{name}: {written!r} has no certificates, write the path of a file in PEM")
    return written


def program(name: str, written: str) -> str:
    """The absolute path of a program that can be started; empty for none."""
    path = Path(written)
    if written and not (path.is_absolute() and path.is_file() and os.access(path, os.X_OK)):
        raise ImproperlyConfigured(f"{name}: {written!r} is no program, write a path such as {name}=/usr/bin/chromium")
    return written


def json_list(name: str, written: str) -> list[dict[str, Any]]:
    """A JSON list of objects."""
    try:
        value = json.loads(written)
    except ValueError:
        value = None
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ImproperlyConfigured(f'{name} is not a JSON list of objects, write {name}=[{{"name": "eu1", …}}]')
    return value


def kept_in_file(path: Path, make: Callable[[], str]) -> str:
    """The content of a file that only this user may read; made once, with `make`, when it is not there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        with suppress(FileExistsError):  # another process was faster: then its value holds
            os.link(draft, path)
        draft.unlink()
        print(f"Made {path}, which only this user can read: keep it with your data.", file=sys.stderr)
    return path.read_text().strip()
