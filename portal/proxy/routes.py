"""Which calls may go to the Hub, and what their path may look like. Pure: no Django, no requests.

Decided on the raw request target, byte for byte as the caller wrote it, because servers and client libraries each
decode and normalise on their own: `..%2f` is harmless here and a step up in the next program. Refused, never repaired.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from urllib3.util import parse_url

from portal.lib.names import ASSET_ID

# Characters of RFC 3986 section 3.3 that no program between here and the Hub gives a meaning of its own.
SEGMENT = r"[A-Za-z0-9_.~!$&'()*+,=:@-]"
PATH = re.compile(rf"(?:/{SEGMENT}+)+/?")
QUERY = re.compile(r"(?:[A-Za-z0-9_.~!$&'()*+,=:@/?;-]|%[0-9A-Fa-f]{2})*")
TYPE_ID = r"[A-Za-z0-9_]{1,8}\.[A-Za-z0-9_]{1,128}"


@dataclass(frozen=True)
class Route:
    """One family of calls: the service as the Hub names it, and the paths behind it that may be read."""

    name: str
    service: str
    paths: re.Pattern[str]


ROUTES = (
    Route(
        "assets",
        "assetmanagement",
        re.compile(
            rf"/v3/assets(?:/root|/{ASSET_ID}(?:/aspects|/variables)?)?"
            rf"|/v3/(?:assettypes|aspecttypes)(?:/{TYPE_ID})?"
        ),
    ),
    Route(
        "timeseries",
        "iottimeseries",
        re.compile(rf"/v3/timeseries/{ASSET_ID}/[A-Za-z0-9_]{{1,64}}"),
    ),
)


class TargetRefused(ValueError):
    """The request target is not one that is sent on; the text is a short stable word."""


@dataclass(frozen=True)
class Target:
    """An allowed call: its route, the path behind the service's name, and the raw query string."""

    route: Route
    rest: str
    query: str

    @property
    def question(self) -> str:
        """The query string with its question mark, if there is one."""
        return f"?{self.query}" if self.query else ""

    @property
    def path(self) -> str:
        """The path as the caller wrote it."""
        return f"/api/{self.route.service}{self.rest}"


def match(raw_target: str, longest_query: int) -> Target | None:
    """The allowed call for a raw target such as `/api/assetmanagement/v3/assets?size=2`.

    None when no route allows the path; raises `TargetRefused` when the target is not written plainly.
    """
    path, _, query = raw_target.partition("?")
    segments = path.split("/")
    if not PATH.fullmatch(path) or "." in segments or ".." in segments:
        raise TargetRefused("path")
    if len(query) > longest_query or not QUERY.fullmatch(query):
        raise TargetRefused("query")
    for route in ROUTES:
        prefix = f"/api/{route.service}/"
        if path.startswith(prefix) and route.paths.fullmatch(path[len(prefix) - 1 :]):
            return Target(route, path[len(prefix) - 1 :], query)
    return None


def is_sent_unchanged(target: str) -> bool:
    """Whether urllib3 will ask what was authorised: the same path byte for byte, the same query once decoded."""
    path, _, query = target.partition("?")
    sent_path, _, sent_query = parse_url(f"http://hub{target}").request_uri.partition("?")
    return sent_path == path and unquote_to_bytes(sent_query) == unquote_to_bytes(query)
