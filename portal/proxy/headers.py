"""Which headers cross the proxy: allow-lists in both directions, everything else stays behind. Pure.

Hop-by-hop headers (RFC 9110 section 7.6.1), cookies, the caller's own token and the Hub's security headers are not on
the lists, so they need no rule of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

TO_THE_HUB = ("Accept-Language", "If-None-Match", "If-Modified-Since", "Accept-Encoding")
FROM_THE_HUB = ("Content-Type", "Content-Encoding", "Content-Language", "ETag", "Last-Modified", "Retry-After")
LONGEST = 1000
# Types that a browser would run in the portal's origin.
ACTIVE_TYPES = ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml")


def to_the_hub(given: Mapping[str, str]) -> dict[str, str]:
    """The headers of the call to the Hub, all but its token.

    `Accept` is always `*/*`: Asset Management answers 500 to `application/json`, and serves one form anyway.
    """
    sent = {name: given[name] for name in TO_THE_HUB if name in given and _is_plain(given[name])}
    sent.setdefault("Accept-Encoding", "identity")
    return sent | {"Accept": "*/*", "User-Agent": "Bindery"}


def from_the_hub(given: Mapping[str, str], hub_service: str, own_service: str) -> dict[str, str]:
    """The headers of the answer to the caller; `Link` points to the next page on this portal, not at the Hub.

    The two services are the addresses of the called service there and here, each with a slash at its end.
    """
    kept = {name: given[name] for name in FROM_THE_HUB if name in given and _is_plain(given[name])}
    link = given.get("Link", "")
    if link.startswith(f"<{hub_service}") and _is_plain(link):
        kept["Link"] = link.replace(f"<{hub_service}", f"<{own_service}")
    kept["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if kept.get("Content-Type", "").partition(";")[0].strip().lower() in ACTIVE_TYPES:
        kept["Content-Disposition"] = "attachment"
    return kept


def _is_plain(value: str) -> bool:
    return len(value) <= LONGEST and value.isascii() and value.isprintable()
