"""Numbered pages of short lists. Long ones (the audit log) page by key instead, see `portal.audit.queries`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from portal import constants


@dataclass(frozen=True)
class Pages:
    """Which rows of how many are shown, and the addresses of the neighbours."""

    start: int
    end: int
    total: int
    previous_url: str | None
    next_url: str | None


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> tuple[list[Any], Pages]:
    """The page that `?page=` asks for; a number that is none, or too high, gives the nearest page."""
    page = Paginator(rows, constants.PAGE_SIZE).get_page(request.GET.get("page"))
    previous = page.previous_page_number() if page.has_previous() else None
    following = page.next_page_number() if page.has_next() else None
    pages = Pages(
        page.start_index(),
        page.end_index(),
        page.paginator.count,
        page_url(request, previous),
        page_url(request, following),
    )
    return list(page), pages


def page_url(request: HttpRequest, number: int | None) -> str | None:
    """The present address with another page number; None without a number."""
    return None if number is None else with_query(request, "page", number)


def with_query(request: HttpRequest, name: str, value: int | str | None) -> str:
    """The present address with one parameter changed, or taken away by None."""
    query = request.GET.copy()
    if value is None:
        query.pop(name, None)
    else:
        query[name] = str(value)
    return f"{request.path}?{query.urlencode()}"
