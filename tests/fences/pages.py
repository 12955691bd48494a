"""All views of the portal, taken from the URL conf itself: a new page is in every fence by existing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.access import Access
from portal.errors import PROGRAM_PATHS


@dataclass(frozen=True)
class Page:
    """One URL pattern: its address, its name with namespace, its view and the names of its parameters."""

    address: str
    name: str
    view: Any
    parameters: frozenset[str]

    @property
    def access(self) -> Access | None:
        return getattr(self.view, "access", None)

    @property
    def is_for_programs(self) -> bool:
        return self.address.startswith(PROGRAM_PATHS)

    def url(self, **values: Any) -> str:
        return reverse(self.name, kwargs={name: values[name] for name in self.parameters})

    def __str__(self) -> str:
        return self.name


def all_pages() -> list[Page]:
    """Every view that an address leads to."""
    return list(_walk(get_resolver().url_patterns, "/", "", frozenset()))


def pages_for(kind: str) -> list[Page]:
    return [page for page in all_pages() if page.access and page.access.kind == kind]


def _walk(
    patterns: list[URLPattern | URLResolver], above: str, namespace: str, outer: frozenset[str]
) -> Iterator[Page]:
    for pattern in patterns:
        address = f"{above}{pattern.pattern}"
        parameters = outer | set(pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, address, inner, parameters)
        else:
            yield Page(address, f"{namespace}{pattern.name}", pattern.callback, parameters)
