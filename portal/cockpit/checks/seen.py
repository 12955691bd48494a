"""What was seen of an application: each URL once, and what checks ask about it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext_noop as _

from portal.cockpit.checks import platform
from portal.cockpit.checks.check import NotSeen
from portal.cockpit.checks.hub_token import HubToken
from portal.cockpit.checks.pages import Page, init_options, loads_more, option
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

    def need_whole(self) -> None:
        """Raises `NotSeen` if the body went on after what was read: what is missing may be there."""
        if self.response.cut:
            raise NotSeen(_("%(url)s is too long: only its beginning was read."), url=self.url)

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
        """The body as JSON, None if it is none; raises `NotSeen` if it was not read whole."""
        self.need_whole()
        try:
            return json.loads(self.text())
        except (ValueError, RecursionError):
            return None


@dataclass
class Seen:
    """All that was fetched, the Hub token that came along, and what the deployment knows of its Hub.

    That are the addresses from which the Hub calls, and the script of its bar.
    """

    subject: Subject
    sights: dict[tuple[str, str], Sight] = field(default_factory=dict)
    token: HubToken | None = None
    hub_addresses: tuple[str, ...] = ()
    bar_script: str = ""

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
    def named(self) -> list[Sight]:
        """Fetches of addresses that the developer wrote down: components, health and protected page."""
        fronts = (f"{component.base}/" for component in self.subject.components)
        urls = {*fronts, self.subject.health, self.subject.protected}
        return [sight for sight in self.sights.values() if sight.url in urls]

    @property
    def own(self) -> list[Sight]:
        """Fetches from the application's servers. A page's other hosts are not what is checked."""
        servers = {origin(sight.url) for sight in self.named}
        return [sight for sight in self.sights.values() if origin(sight.url) in servers]

    @property
    def asked(self) -> list[Sight]:
        """One fetch for each server of the application: the first."""
        first: dict[str, Sight] = {}
        for sight in self.own:
            first.setdefault(origin(sight.url), sight)
        return list(first.values())

    def answered(self) -> list[Sight]:
        """All fetches from the application with an answer; raises `NotSeen` if there is none."""
        answered = [sight for sight in self.own if sight.fetched.response]
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

    @cached_property
    def script_urls(self) -> list[str]:
        """Addresses of the front page's scripts, each once; one that cannot be read is as it is written."""
        here = self.shown.url
        return list(dict.fromkeys(self.masked(joined(here, written)) for written in self.page.scripts))

    def masked(self, text: str) -> str:
        """The text without the person's token."""
        return self.token.masked(text) if self.token else text

    def bar_version(self, url: str) -> str | None:
        """The version of the bar whose script this is; None for any other script."""
        return platform.bar_version(url, self.bar_script)

    def scripts(self) -> list[tuple[str, str]]:
        """The scripts of the front page that were read: where each stands, and its text."""
        return self._scripts

    @cached_property
    def _scripts(self) -> list[tuple[str, str]]:
        inline = enumerate(self.page.inline_scripts, 1)
        read = [(f"{self.shown.url} (script {number})", text) for number, text in inline]
        for url in self.script_urls:
            sight = self._script(url)
            if sight and sight.fetched.response and sight.response.status == 200:
                read.append((url, sight.text()))
        return read

    def _script(self, url: str) -> Sight | None:
        return self.sights.get((url, "person")) or self.sights.get((url, "nobody"))

    def need_all_scripts(self) -> None:
        """Raises `NotSeen` unless the page and all its scripts were read whole.

        Only then something may be called missing. The bar's own script is known.
        """
        self.shown.need_whole()
        for url in self.script_urls:
            if self.bar_version(url) is not None:
                continue
            sight = self._script(url)
            if sight is None:
                raise NotSeen(_("%(url)s was not asked for."), url=url)
            if sight.response.status != 200:
                text = _("%(url)s answers %(status)s instead of 200.")
                raise NotSeen(text, url=url, status=sight.response.status)
            sight.need_whole()
        for where, text in self.scripts():
            if loads_more(text):
                raise NotSeen(_("%(where)s loads further scripts, which were not read."), where=where)


def joined(here: str, written: str) -> str:
    """The address that a page at `here` means, without its fragment."""
    try:
        return urljoin(here, written).partition("#")[0]
    except ValueError:
        return written


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
    """Where the bar looks for the application's name and links; raises `NotSeen` if that is not known."""
    for where, script in seen.scripts():
        options = init_options(script)
        if options is not None:
            try:
                return seen.masked(urljoin(seen.shown.url, option(options, "appInfoPath") or APP_INFO))
            except ValueError:
                raise NotSeen(_("%(where)s has an appInfoPath that is no address."), where=where) from None
    seen.need_all_scripts()
    return urljoin(seen.shown.url, APP_INFO)
