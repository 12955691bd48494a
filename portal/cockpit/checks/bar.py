"""The Hub's bar above each page. Source: "Insights Hub Bar", version 4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.cockpit.checks import platform
from portal.cockpit.checks.check import Finding, NotSeen, Severity, check, found
from portal.cockpit.checks.pages import init_options, makes_element, option
from portal.cockpit.checks.seen import Seen, app_info_url
from portal.cockpit.checks.subject import Subject

LINK_TYPES = {"www", "mail", "phone"}
# Each sign is read once; no address is longer (RFC 5321 section 4.5.3.1.3, without its brackets).
_ADDRESS = re.compile(r"[^\s@]++@[^\s@.]++(?:\.[^\s@.]++)++")
_ADDRESS_LENGTH = 254


@check(
    "bar-script",
    Severity.BLOCKING,
    title=_("The page loads the Hub's bar"),
    why=_("Every application must show the bar; the screenshot of the release has to prove it."),
    fix=_(
        'Add <script src="https://static.eu1.mindsphere.io/osbar/v4/js/main.min.js"></script> with your region\'s host.'
    ),
)
def bar_script(subject: Subject, seen: Seen) -> Iterator[Finding]:
    versions = [version for url in seen.script_urls if (version := seen.bar_version(url)) is not None]
    if not versions:
        seen.shown.need_whole()
        yield found(gettext_noop("%(url)s does not load the bar's script."), url=seen.shown.url)
    elif platform.BAR_VERSION not in versions:
        text = gettext_noop("%(url)s loads the bar in version %(version)s instead of v4.")
        yield found(text, url=seen.shown.url, version=versions[0])


@check(
    "bar-init",
    Severity.BLOCKING,
    title=_("The bar is started"),
    why=_("The script alone shows nothing: _mdsp.init tells it title, content and links."),
    fix=_("Call _mdsp.init({title, appId, appInfoPath, initialize: true}) in a script file of your own."),
)
def bar_init(subject: Subject, seen: Seen) -> Iterator[Finding]:
    options = _options(seen)
    if options is None:
        seen.need_all_scripts()
        yield found(gettext_noop("No script of %(url)s calls _mdsp.init."), url=seen.shown.url)
    elif "title" not in options or "appId" not in options:
        text = gettext_noop("_mdsp.init of %(url)s lacks title or appId.")
        yield found(text, url=seen.shown.url)


@check(
    "bar-content",
    Severity.BLOCKING,
    title=_("The page's content is in the bar's wrapper"),
    why=_("The bar puts itself above the element that appId names; without it, it has no place."),
    fix=_('Wrap the content in <div id="_mdspcontent"> and name that id as appId.'),
)
def bar_content(subject: Subject, seen: Seen) -> Iterator[Finding]:
    wanted = option(_options(seen) or "", "appId") or "_mdspcontent"
    if wanted not in seen.page.ids:
        for where, text in seen.scripts():
            if makes_element(text, wanted):
                raise NotSeen(gettext_noop("%(where)s makes the element %(id)s itself."), where=where, id=wanted)
        seen.need_all_scripts()
        yield found(gettext_noop("%(url)s has no element with the id %(id)s."), url=seen.shown.url, id=wanted)


@check(
    "app-info",
    Severity.WARNING,
    title=_("The bar finds the application's name, version and links"),
    why=_("The bar's information menu shows displayName, appVersion, appCopyright and links of app-info.json."),
    fix=_("Serve app-info.json with these four, and links of the types www, mail or phone under default."),
)
def app_info(subject: Subject, seen: Seen) -> Iterator[Finding]:
    url = app_info_url(seen)
    sight = seen.at(url, "person") if (url, "person") in seen.sights else seen.at(url)
    if sight.response.status != 200:
        yield found(gettext_noop("%(url)s answers %(status)s instead of 200."), url=url, status=sight.response.status)
        return
    said = sight.json()
    if not isinstance(said, dict):
        yield found(gettext_noop("%(url)s does not send a JSON object."), url=url)
        return
    for name in ("displayName", "appVersion", "appCopyright"):
        if not isinstance(said.get(name), str) or not said[name].strip():
            yield found(gettext_noop("%(name)s is missing in %(url)s."), url=url, name=name)
    yield from _link_findings(url, said.get("links"))


def _link_findings(url: str, links: Any) -> Iterator[Finding]:
    if not isinstance(links, dict) or not isinstance(links.get("default"), list):
        yield found(gettext_noop("%(name)s is missing in %(url)s."), url=url, name="links.default")
        return
    listed = [(language, link) for language, links in links.items() if isinstance(links, list) for link in links]
    for language, link in listed:
        if not isinstance(link, dict) or not _is_link(link):
            text = gettext_noop("A link under %(language)s in %(url)s has no name, or a wrong type or value.")
            yield found(text, url=url, language=language)


def _is_link(link: dict[str, Any]) -> bool:
    kind, name, value = (link.get(part) for part in ("type", "name", "value"))
    if not (isinstance(kind, str) and isinstance(name, str) and name and isinstance(value, str)):
        return False
    kind = kind.lower()
    if kind == "www":
        return value.startswith("https://")
    if kind == "mail":
        return len(value) <= _ADDRESS_LENGTH and _ADDRESS.fullmatch(value) is not None
    return kind in LINK_TYPES and bool(value)


def _options(seen: Seen) -> str | None:
    """What the bar is started with, in the first script that does it; None if none does."""
    if not seen.page.scripts and not seen.page.inline_scripts:
        raise NotSeen(gettext_noop("The page has no scripts."))
    return next((options for _where, text in seen.scripts() if (options := init_options(text)) is not None), None)


CHECKS = (bar_script, bar_init, bar_content, app_info)
