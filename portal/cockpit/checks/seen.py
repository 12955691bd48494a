"""What was seen of an application: each URL once, and what checks ask about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext_noop as _

from portal.cockpit.checks.check import NotSeen
from portal.cockpit.checks.hub_token import HubToken
from portal.cockpit.checks.pages import Page, init_options, option
from portal.cockpit.checks.subject import Subject, origin
from portal.lib.fetch.exchange import Response
from portal.lib.fetch.fetcher import Fetched

# Where the bar looks if it is not told.
APP_INFO = "/app-info.json"
HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Sight:
    """One fetch: who asked ("nobody", "forged" or "person"), when (UTC), and what came of it."""

    url: str
    who: str
    at: datetime
    fetched: Fetched

    @property
    def response(self) -> Response:
        """The answer; raises `NotSeen` if there was none."""
        if self.fetched.response is None:
            raise NotSeen(_("%(url)s did not answer."), url=self.url)
        return self.fetched.response

    @property
    def media_type(self) -> str:
        """For example `text/html`."""
        return self.fetched.header("content-type").partition(";")[0].strip().lower()

    def text(self) -> str:
        """The body as text; raises `NotSeen` for a body that was compressed although nobody asked for it."""
        body = self.response.body
        encoding = self.fetched.header("content-encoding")
        if encoding not in {"", "identity"}:
            raise NotSeen(
                _("%(url)s is sent compressed although nobody asked for it."), url=self.url, encoding=encoding
            )
        return body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON, None if it is none."""
        try:
            return json.loads(self.text())
        except (ValueError, RecursionError):
            return None


@dataclass
class Seen:
    """All that was fetched, the Hub token that came along, and the addresses from which the Hub calls."""

    subject: Subject
    sights: dict[tuple[str, str], Sight] = field(default_factory=dict)
    token: HubToken | None = None
    hub_addresses: tuple[str, ...] = ()

    def at(self, url: str, who: str = "nobody") -> Sight:
        """The fetch of a URL; raises `NotSeen` if it was not made."""
        sight = self.sights.get((url, who))
        if sight is None:
            raise NotSeen(_("%(url)s was not asked for."), url=url)
        return sight

    @property
    def fronts(self) -> list[Sight]:
        """The front pages of all components, asked for by nobody."""
        urls = (f"{component.base}/" for component in self.subject.components)
        return [self.sights[url, "nobody"] for url in urls if (url, "nobody") in self.sights]

    @property
    def asked(self) -> list[Sight]:
        """One fetch for each server: the first."""
        first: dict[str, Sight] = {}
        for sight in self.sights.values():
            first.setdefault(origin(sight.url), sight)
        return list(first.values())

    def answered(self) -> list[Sight]:
        """All fetches with an answer; raises `NotSeen` if there is none."""
        answered = [sight for sight in self.sights.values() if sight.fetched.response]
        if not answered:
            raise NotSeen(_("Nothing answered."))
        return answered

    @cached_property
    def shown(self) -> Sight:
        """The front page as a person sees it; raises `NotSeen` if it was not shown."""
        for who in ("person", "nobody"):
            sight = self.sights.get((self.subject.front, who))
            response = sight.fetched.response if sight else None
            if sight and response and response.status == 200 and sight.media_type in HTML:
                return sight
        if all(sight.fetched.response is None for sight in self.sights.values()):
            raise NotSeen(_("Nothing answered."))
        if self.token is None:
            raise NotSeen(_("The page is shown to signed-in people only: run the checks with a token of the Hub."))
        raise NotSeen(_("%(url)s shows no HTML page."), url=self.subject.front)

    @cached_property
    def page(self) -> Page:
        """The front page, read; raises `NotSeen` if it was not shown."""
        return Page.read(self.shown.text())

    def scripts(self) -> Iterator[tuple[str, str]]:
        """The scripts of the front page that are its own: where each stands, and its text."""
        for number, text in enumerate(self.page.inline_scripts, 1):
            yield f"{self.shown.url} (script {number})", text
        for (url, _who), sight in self.sights.items():
            if "script" in sight.media_type and sight.fetched.response and sight.fetched.response.status == 200:
                yield url, sight.text()


def path_of(url: str) -> str:
    """The path of a URL; the URL itself if it cannot be read."""
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return url


def now() -> datetime:
    """The time of a sight."""
    return datetime.now(UTC)


def app_info_url(seen: Seen) -> str:
    """Where the bar looks for the application's name and links; raises `NotSeen` if the page was not shown."""
    here = seen.shown.url
    for _where, script in seen.scripts():
        options = init_options(script)
        if options is not None:
            path = option(options, "appInfoPath") or APP_INFO
            return urljoin(here, path)
    return urljoin(here, APP_INFO)
