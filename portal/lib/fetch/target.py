"""Which URLs are fetched: https, a DNS name with a dot, a port that the deployment allows.

One pattern instead of a parser that forgives: what two parsers may read differently is refused.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

import idna

from portal.lib.fetch.failures import FetchFailed, Reason

HTTPS_PORT = 443
LONGEST = 2000
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter, so no form of a number or of an IPv4 address is a name (WHATWG URL, "ends in a
# number"); an IPv6 literal has brackets, which no label has.
_NAME = re.compile(rf"(?=.{{4,253}}\Z)(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")
_PATH_SIGN = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_URL = re.compile(
    r"(?ai:https)://(?P<host>[^/?#:@\[\]\\%\s\x00-\x20\x7f]+)(?::(?P<port>[1-9][0-9]{0,4}))?"
    rf"(?P<path>(?:/{_PATH_SIGN}*)*)(?P<query>\?(?:{_PATH_SIGN}|[/?])*)?"
)


@dataclass(frozen=True)
class Target:
    """A URL taken apart: ASCII name in lower case, port, and path with query as they are sent."""

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host, and the port where it is not the usual one: the `Host` header."""
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL in the one form that is fetched."""
        return f"https://{self.authority}{self.path}"


def parse(written: str, ports: Container[int]) -> Target:
    """What the URL leads to. Raises `FetchFailed` with `Reason.URL` for every URL that is not fetched.

    Source of the allowed signs: RFC 3986 sections 3.3 and 3.4; of names: RFC 1123 section 2.1, RFC 5891.
    """
    match = _URL.fullmatch(written) if len(written) <= LONGEST else None
    if match is None:
        raise FetchFailed(Reason.URL, "no https URL in the form of RFC 3986")
    host = _ascii_name(match["host"])
    port = int(match["port"] or HTTPS_PORT)
    if port not in ports:
        raise FetchFailed(Reason.URL, f"port {port} is not allowed")
    return Target(host, port, (match["path"] or "/") + (match["query"] or ""))


def _ascii_name(host: str) -> str:
    """The name as the DNS has it. Strict IDNA: no look-alike of a dot or a digit is mapped to one."""
    try:
        name = host.lower() if host.isascii() else idna.encode(host.lower(), strict=True).decode()
        if "xn--" in name:
            idna.decode(name, strict=True)
    except UnicodeError as error:  # idna.IDNAError is one
        raise FetchFailed(Reason.URL, f"no IDNA name: {error}") from None
    if not _NAME.fullmatch(name):
        raise FetchFailed(Reason.URL, "no DNS name with a dot")
    return name
