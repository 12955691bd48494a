"""Scopes of tokens. `hub.read` stands for all that a key may reach, `<route>.read` for one route of the proxy.

A scope narrows (RFC 6749 section 3.3): a token never reaches what its key may not, nor what was not asked for.
"""

from __future__ import annotations

from collections.abc import Collection

from portal.keys.models import BindingKey
from portal.keys.reach import routes_of
from portal.lib.route_names import ROUTE_NAMES

SCOPE_READ = "hub.read"


def scope_of(route: str) -> str:
    """The scope that reads one route: `assets.read`."""
    return f"{route}.read"


SCOPES = (SCOPE_READ, *map(scope_of, ROUTE_NAMES))


def granted(key: BindingKey, wanted: str) -> str:
    """The scope of the token for this key; empty when it asks for more than the key may reach.

    For a key that is narrowed, `hub.read` becomes the scopes of its routes: a token that is out does not grow when the
    key does.
    """
    if not key.routes:
        return wanted
    own = [scope_of(route) for route in routes_of(key)]
    meant = [each for scope in wanted.split() for each in (own if scope == SCOPE_READ else [scope])]
    return " ".join(dict.fromkeys(meant)) if set(meant) <= set(own) else ""


def satisfying(scope: str) -> frozenset[str]:
    """The scopes of which a token needs one where `scope` is asked for: a part of `hub.read` enters as well."""
    return frozenset(SCOPES if scope == SCOPE_READ else (scope,))


def covers(scopes: Collection[str], route: str) -> bool:
    """Whether a token with these scopes reads this route."""
    return SCOPE_READ in scopes or scope_of(route) in scopes
