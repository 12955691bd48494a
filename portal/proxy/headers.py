"""Which headers cross the proxy: allow-lists in both directions, everything else stays behind. Pure.

Hop-by-hop headers (RFC 9110 section 7.6.1), cookies, the caller's own token and the Hub's security headers are not on
the lists, so they need no rule of their own; what `Connection` declares to be hop-by-hop stays behind as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

TO_THE_HUB = ("Accept-Language", "If-None-Match", "If-Modified-Since", "Accept-Encoding")
FROM_THE_HUB = ("Content-Type", "Content-Encoding", "Content-Language", "ETag", "Last-Modified", "Retry-After")
LONGEST = 1000
LONGEST_LINK = 10_000
# Anything else might be run by a browser that looks at it on the portal's address.
DATA_TYPE = re.compile(r"application/(?:[a-z0-9.-]+\+)?json(?:;[^,]*)?", re.IGNORECASE)
UNKNOWN_TYPE = "application/octet-stream"
# One target and one relation, as the Hub writes it.
ONE_LINK = re.compile(r'<([^<>\s]+)>; ?rel="([a-z]+)"')


def to_the_hub(given: Mapping[str, str]) -> dict[str, str]:
    """The headers of the call to the Hub, all but its token.

    `Accept` is always `*/*`: Asset Management answers 500 to `application/json`, and serves one form anyway.
    """
    hop_by_hop = {name.strip().lower() for name in given.get("Connection", "").split(",")}
    crossing = [name for name in TO_THE_HUB if name in given and name.lower() not in hop_by_hop]
    sent = {name: given[name] for name in crossing if _is_plain(given[name])}
    sent.setdefault("Accept-Encoding", "identity")
    return sent | {"Accept": "*/*", "User-Agent": "Bindery"}


def from_the_hub(given: Mapping[str, str], hub_service: str, own_service: str) -> dict[str, str]:
    """The headers of the answer to the caller; `Link` points to the next page on this portal, not at the Hub.

    The two services are the addresses of the called service there and here, each with a slash at its end.
    """
    kept = {name: given[name] for name in FROM_THE_HUB if name in given and _is_plain(given[name])}
    kept.setdefault("Content-Type", UNKNOWN_TYPE)
    if not DATA_TYPE.fullmatch(kept["Content-Type"]):
        kept["Content-Disposition"] = "attachment"
    link = ONE_LINK.fullmatch(given.get("Link", ""))
    if link and link[1].startswith(hub_service) and _is_plain(link[0], LONGEST_LINK):
        kept["Link"] = f'<{own_service}{link[1].removeprefix(hub_service)}>; rel="{link[2]}"'
    return kept | {"Content-Security-Policy": "default-src 'none'; sandbox"}


def _is_plain(value: str, longest: int = LONGEST) -> bool:
    return len(value) <= longest and value.isascii() and value.isprintable()
