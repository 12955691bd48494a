"""Writing a mail: its three parts from the templates, in the recipient's language.

What users wrote goes in as inert text: one line, escaped in the HTML part, and without anything that a mail program
would turn into a link. The only links are those that the portal makes, on its own address.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.encoding import punycode
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy, pgettext

from portal.errors import Refusal
from portal.permissions import Role

SUBJECT_LIMIT = 100
VALUE_LIMIT = 500
ADDRESS_LIMIT = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
# Joiners that Persian, Hindi and others write words with.
_JOINERS = {"\u200c", "\u200d"}
# Where mail programs see the beginning of a link: the colon of https://host, the dots of www.host.example.
_LINK_SIGNS = re.compile(r"(?<=\S)([.:\u3002\uff0e\uff61])(?=\S)")
_BREAK = "\u200b"
_EMPTY_LINES = re.compile(r"\n{3,}")


class MailAddressInvalid(Refusal):
    code = "mail_address_invalid"
    status = 422
    message = gettext_lazy("This is not an e-mail address to which mails can be sent.")
    advice = gettext_lazy("Write one plain address, such as name@company.example.")


class MailTextRefused(Refusal):
    """Line breaks and control characters could forge a header or a line; `=?` begins an encoded word (RFC 2047)."""

    code = "mail_text_refused"
    status = 422
    message = gettext_lazy("A text for an e-mail holds line breaks, control characters or “=?”, or is too long.")
    advice = gettext_lazy("Write letters, digits, spaces and signs on one line.")


class Link(str):
    """An address of this portal, the only ones that a mail may lead to."""

    __slots__ = ()

    def __new__(cls, url: str) -> Link:
        if not url.startswith(f"{settings.PORTAL_URL}/") or not url.isprintable() or " " in url:
            raise ValueError("A mail leads to addresses on PORTAL_URL only; build them on it, not on the request.")
        return super().__new__(cls, url)


@dataclass(frozen=True)
class Written:
    """The parts of a mail."""

    subject: str
    text: str
    html: str


def checked_address(written: str) -> str:
    """The address as servers take it: ASCII, its domain in punycode. Raises `MailAddressInvalid`."""
    local, at, domain = written.rpartition("@")
    try:
        address = f"{local}{at}{punycode(domain)}"
        validate_email(address)
    except (ValidationError, UnicodeError):
        raise MailAddressInvalid from None
    # Quoted local parts and address literals are valid in theory, and in practice an attempt at something.
    if not address.isascii() or '"' in address or "[" in address or len(address) > ADDRESS_LIMIT:
        raise MailAddressInvalid
    return address


def supported_language(wanted: str) -> str:
    """The portal's language that comes nearest to the wanted one."""
    try:
        return translation.get_supported_language_variant(wanted)
    except LookupError:
        return settings.LANGUAGE_CODE


def write(template: str, language: str, address: str, values: Mapping[str, Any]) -> Written:
    """The mail in this language. `values` are text, `Link`, points in time and lists of roles.

    Raises `MailTextRefused`.
    """
    with translation.override(language):
        plain = {name: _in_words(value) for name, value in values.items()}
        ours = {"address": address, "language": language, "portal_url": settings.PORTAL_URL}
        context = {name: _inert(value) if _is_users(values[name]) else value for name, value in plain.items()} | ours
        subject = _as_text(f"mail/{template}/subject.txt", plain).strip()
        text = _EMPTY_LINES.sub("\n\n", _as_text(f"mail/{template}/body.txt", context)).strip() + "\n"
        html = render_to_string(f"mail/{template}/body.html", context)
    if len(subject) > SUBJECT_LIMIT:
        subject = f"{subject[: SUBJECT_LIMIT - 1].rstrip()}…"
    return Written(subject, text, html)


def _as_text(name: str, values: dict[str, Any]) -> str:
    return Engine.get_default().get_template(name).render(Context(values, autoescape=False))


def _is_users(value: Any) -> bool:
    return not isinstance(value, Link | datetime | list)


def _in_words(value: Any) -> str:
    """The value in the active language; what users wrote is checked."""
    if isinstance(value, Link):
        return value
    if isinstance(value, datetime):
        return f"{date_format(value.astimezone(UTC), pgettext('date format', 'j M Y, H:i'))} UTC"
    if isinstance(value, list):
        return ", ".join(str(Role(role).label) for role in value)
    if len(value) > VALUE_LIMIT or "=?" in value or not all(map(_is_of_one_line, value)):
        raise MailTextRefused
    return "".join(value)  # a new text: nobody has vouched for its HTML


def _is_of_one_line(sign: str) -> bool:
    return sign.isprintable() or sign in _JOINERS or unicodedata.category(sign) == "Zs"


def _inert(value: str) -> str:
    return _LINK_SIGNS.sub(rf"\1{_BREAK}", value)
