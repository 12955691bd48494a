"""Reading the mail settings from environment variables, with one sentence for each mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from portal.lib.environment import is_this_machine

# How each kind of server is spoken to: its usual port, and whether TLS comes by STARTTLS or from the first byte.
SCHEMES = {"smtp": (25, False, False), "smtp+tls": (587, True, False), "smtp+ssl": (465, False, True)}

SENDER = re.compile(r"""[^<>@,;:"\\]+ <(?P<named>[^<> ]+)>|(?P<bare>[^<> ]+)""")


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed over."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    tls: bool = False

    @property
    def is_set(self) -> bool:
        return bool(self.host)


def mail_server(name: str, written: str) -> MailServer:
    """The server of `smtp+tls://user:password@host:587`; none for an empty value."""
    if not written:
        return MailServer()
    # The value may hold a password, so no sentence repeats it.
    write = f"write {name}=smtp+tls://user:password@mail.example.com:587 (or smtp+ssl://, or smtp:// without TLS)"
    try:
        parts = urlsplit(written)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} cannot be read, {write}") from None
    if not host or parts.scheme not in SCHEMES or parts.path.strip("/") or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} is no address of a mail server, {write}")
    if bool(parts.username) != bool(parts.password):
        raise ImproperlyConfigured(f"{name} has a user without a password or the other way round, {write}")
    usual_port, starttls, tls = SCHEMES[parts.scheme]
    if parts.password and not (starttls or tls or is_this_machine(host)):
        raise ImproperlyConfigured(f"{name} would send a password without TLS, write smtp+tls:// or smtp+ssl://")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(host, port or usual_port, user, password, starttls, tls)


def mail_sender(name: str, written: str) -> str:
    """A sender such as `Bindery <bindery@example.com>`."""
    parts = SENDER.fullmatch(written)
    if parts is None or not written.isprintable() or not _is_address(parts["named"] or parts["bare"]):
        raise ImproperlyConfigured(f"{name} is {written!r}, write {name}='Bindery <bindery@example.com>'")
    return written


def mail_address(name: str, written: str) -> str:
    """One address, or nothing."""
    if written and not _is_address(written):
        raise ImproperlyConfigured(f"{name} is {written!r}, write one address such as {name}=help@example.com")
    return written


def _is_address(written: str) -> bool:
    try:
        validate_email(written)
    except ValidationError:
        return False
    return written.isascii()
