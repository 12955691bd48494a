"""What the Developer Cockpit takes as names, versions, addresses, endpoints, scopes and roles of an application.

Pure functions: each returns the value as it is kept, or raises `RuleBroken` with a sentence that says what to write
instead. Sources: Developer Cockpit, "create application" and "roles and scopes"; requirement 002.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.visible import is_visible

INTERNAL_NAME_LENGTH = 20
INTERNAL_NAME = re.compile(rf"[a-z][a-z0-9]{{0,{INTERNAL_NAME_LENGTH - 1}}}")
DISPLAY_NAME = re.compile(r"[^\W_](?:[^\W_]|[ .-]){0,49}")
FIRST_VERSION = "v1.0.0"
VERSION = re.compile(r"[a-z0-9#$.;+_@-]{1,30}")
# Taken by the cockpit, but it is told to break provisioning.
RISKY_IN_VERSION = re.compile(r"[^a-z0-9.@]")
COMPONENT_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
# A DNS name of at least two parts; the last one begins with a letter, so that no IP address is one.
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
PLATFORM_DOMAINS = ("mindsphere.io", "mindsphere-in.cn", "siemens.app", "sws.siemens.com")
# First parts of paths that the gateway keeps for itself ("Gateway URL schemas").
RESERVED = ("api", "login")
# A path of RFC 3986 with the wildcards of an Ant pattern.
ENDPOINT = re.compile(r"/(?:[A-Za-z0-9._~!$&'()+,;=:@?*/-]|%[0-9A-Fa-f]{2}){0,199}")
PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()+,;=:@*/-]|%[0-9A-Fa-f]{2}){0,199}")
SCOPE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
ROLE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
HEADER = re.compile(r"[ -~]*")
DIRECTIVE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")

MOST_COMPONENTS, MOST_ENDPOINTS, MOST_SCOPES, MOST_ROLES = 20, 20, 20, 5
URL_LENGTH, POLICY_LENGTH, CACHE_LENGTH = 200, 4000, 200

# What each role of the platform opens to people who have the application's role.
CORE_ROLES: dict[str, str | Promise] = {
    "mdsp:core:assetmanagement.standarduser": gettext_lazy("Assets and their types: read"),
    "mdsp:core:assetmanagement.admin": gettext_lazy("Assets and their types: read and change"),
    "mdsp:core:iot.timUser": gettext_lazy("Time series: read"),
    "mdsp:core:iot.timAdmin": gettext_lazy("Time series: read, write and delete"),
    "mdsp:core:iot.tsaUser": gettext_lazy("Aggregates: read"),
    "mdsp:core:iot.filUser": gettext_lazy("Files: read"),
    "mdsp:core:iot.filAdmin": gettext_lazy("Files: read, write and delete"),
    "mdsp:core:em.eventviewer": gettext_lazy("Events: read"),
    "mdsp:core:em.eventcreator": gettext_lazy("Events: create"),
    "mdsp:core:em.eventmanager": gettext_lazy("Events: manage"),
    "mdsp:core:mindconnect.readonly": gettext_lazy("Agents: read"),
    "mdsp:core:mindconnect.fullaccess": gettext_lazy("Agents: read and write"),
    "mdsp:core:tm.tenantUser": gettext_lazy("Name of the tenant, which the Hub bar shows"),
}


class RuleBroken(ValueError):
    """A value that the Hub would not take; the text says what to write instead."""


def internal_name_from(display_name: str) -> str:
    """What the cockpit proposes: `Pump Advisor` → `pumpadvisor`; empty when nothing of it can be used."""
    plain = unicodedata.normalize("NFKD", display_name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain).lstrip("0123456789")[:INTERNAL_NAME_LENGTH]


def display_name(written: str) -> str:
    """At most 50 letters, digits, blanks, dots and dashes, of any language."""
    if not DISPLAY_NAME.fullmatch(written) or not is_visible(written):
        raise RuleBroken(_("Write at most 50 letters, digits, blanks, dots or dashes; a letter or digit first."))
    return written


def internal_name(written: str) -> str:
    """At most 20 lower-case letters and digits, a letter first."""
    if not INTERNAL_NAME.fullmatch(written):
        raise RuleBroken(_("Write at most 20 lower-case letters and digits, a letter first, for example pumpadvisor."))
    return written


def version(written: str) -> str:
    """At most 30 characters without blanks and capitals."""
    if not VERSION.fullmatch(written):
        raise RuleBroken(_("Write at most 30 characters without blanks and capital letters, for example v1.0.0."))
    return written


def is_risky_version(written: str) -> bool:
    """Whether the cockpit takes it, but it may break provisioning later."""
    return VERSION.fullmatch(written) is not None and RISKY_IN_VERSION.search(written) is not None


def component_name(written: str) -> str:
    """At most 20 lower-case letters, digits and dashes, a letter first."""
    if not COMPONENT_NAME.fullmatch(written):
        raise RuleBroken(_("Write at most 20 lower-case letters, digits and dashes, a letter first, for example web."))
    return written


def external_url(written: str) -> str:
    """Where a self-hosted component answers: https and a DNS name that is not one of the platform's."""
    example = "https://app.acme.example/"
    try:
        parts = urlsplit(written)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise RuleBroken(_("This is no address. Write one such as %(example)s.") % {"example": example}) from None
    if parts.scheme != "https":
        raise RuleBroken(_("Insights Hub calls it by https only. Write %(example)s.") % {"example": example})
    if not HOST.fullmatch(host):
        raise RuleBroken(_("Write a DNS name of the public internet: %(example)s.") % {"example": example})
    if parts.username is not None or parts.query or parts.fragment or "?" in written or "#" in written:
        raise RuleBroken(_("Write the address without a name, a ? and a #: %(example)s.") % {"example": example})
    if len(written) > URL_LENGTH or (parts.path and not PATH.fullmatch(parts.path)) or "//" in parts.path:
        raise RuleBroken(_("Write at most 200 characters of an address, such as %(example)s.") % {"example": example})
    if any(host == domain or host.endswith(f".{domain}") for domain in PLATFORM_DOMAINS):
        raise RuleBroken(_("This host belongs to the platform. A self-hosted component has an address of your own."))
    port = f":{parts.port}" if parts.port is not None and parts.port != 443 else ""
    return f"https://{host}{port}{parts.path or '/'}"


def endpoint(written: str) -> str:
    """An Ant pattern of paths: `?` is one character, `*` a part of a path, `**` any number of parts."""
    if not ENDPOINT.fullmatch(written) or "//" in written:
        words = _("%(line)s is no path pattern. Write one such as /**, /data/* or /page?.html on each line.")
        raise RuleBroken(words % {"line": written[:50]})
    parts = written.split("/")
    if any("**" in part and part != "**" for part in parts) or {".", ".."} & set(parts):
        words = _("%(line)s: write ** between slashes only, and no part that is . or ..")
        raise RuleBroken(words % {"line": written[:50]})
    if is_reserved(written):
        words = _("%(line)s: /api and /login are reserved for Insights Hub. Choose another path.")
        raise RuleBroken(words % {"line": written[:50]})
    return written


def is_reserved(pattern: str) -> bool:
    """Whether a path or Ant pattern reaches for what belongs to the gateway: its first part stands for one of those.

    A pattern of wildcards alone, such as /**, takes what the gateway leaves.
    """
    parts = pattern.split("/")[1:]
    if not parts or parts[0] == "**" or set(pattern) <= {"/", "*"}:
        return False
    first = re.escape(re.sub(r"\*+", "*", parts[0].lower())).replace(r"\*", ".*").replace(r"\?", ".")
    return any(re.fullmatch(first, reserved) for reserved in RESERVED)


def path(written: str) -> str:
    """A path without wildcards, such as that of the health endpoint."""
    if not PATH.fullmatch(written) or "*" in written or "//" in written or {".", ".."} & set(written.split("/")):
        raise RuleBroken(_("Write a path that begins with a slash, for example /health."))
    return written


def scope(written: str) -> str:
    """A scope without the application's name in front."""
    if not SCOPE.fullmatch(written):
        words = _("%(line)s is no scope. Write at most 64 letters, digits, dots, dashes or _ on each line.")
        raise RuleBroken(words % {"line": written[:50]})
    return written


def role(written: str) -> str:
    """A role without tenant and application in front."""
    if not ROLE.fullmatch(written):
        words = _("%(line)s is no role. Write at most 40 lower-case letters, digits, dashes or _, a letter first.")
        raise RuleBroken(words % {"line": written[:50]})
    return written


def content_security_policy(written: str) -> str:
    """A policy on one line; empty for the default one of the platform."""
    directives = [part.split() for part in written.split(";")]
    names = [words[0] for words in directives if words]
    if not HEADER.fullmatch(written) or not all(DIRECTIVE.fullmatch(name) for name in names):
        raise RuleBroken(
            _("Write directives with a semicolon between them, for example: default-src 'self'; img-src *")
        )
    return written


def cache_control(written: str) -> str:
    """A value of the header Cache-Control; empty for that of the application."""
    if not HEADER.fullmatch(written):
        raise RuleBroken(_("Write one line, for example: no-store, or max-age=600, private"))
    return written
