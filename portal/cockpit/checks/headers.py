"""What the application tells browsers: https only, cookies, caches, redirects."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.cockpit.checks import platform
from portal.cockpit.checks.check import Finding, NotSeen, Severity, check, found
from portal.cockpit.checks.seen import Seen, Sight
from portal.cockpit.checks.subject import Subject

# A year, as the lists of browsers want it (seconds).
HSTS_LEAST = 31_536_000


@check(
    "hsts",
    Severity.WARNING,
    title=_("Browsers are told to come by https only"),
    why=_("Without Strict-Transport-Security the first visit can be led to plain http by anybody on the way."),
    fix=_("Send Strict-Transport-Security: max-age=31536000 with every answer."),
)
def hsts(subject: Subject, seen: Seen) -> Iterator[Finding]:
    for sight in _fronts(seen):
        value = sight.fetched.header("strict-transport-security")
        match = re.search(r'max-age\s*=\s*"?([0-9]{1,12})', value, re.IGNORECASE)
        if match is None:
            yield found(gettext_noop("%(url)s sends no Strict-Transport-Security."), url=sight.url, header=value)
        elif int(match[1]) < HSTS_LEAST:
            text = gettext_noop("Strict-Transport-Security of %(url)s holds %(seconds)s seconds, less than a year.")
            yield found(text, url=sight.url, seconds=match[1], header=value)


@check(
    "redirects",
    Severity.WARNING,
    title=_("The front page is where the address says"),
    why=_("The gateway passes a redirect on, and the person lands outside the gateway, without a token."),
    fix=_("Answer under the registered address itself, or register the address that the redirect leads to."),
)
def redirects(subject: Subject, seen: Seen) -> Iterator[Finding]:
    for sight in _fronts(seen):
        status = sight.response.status
        if 300 <= status < 400:
            text = gettext_noop("%(url)s answers %(status)s and leads to %(location)s.")
            yield found(text, url=sight.url, status=status, location=sight.fetched.header("location"))


@check(
    "cookies",
    Severity.WARNING,
    title=_("Cookies are for this site, https and the server only"),
    why=_("A cookie without these words can be read by scripts, sent by other sites or over plain http."),
    fix=_(
        "Set Secure, HttpOnly and SameSite=Lax or Strict; leave SESSION, XSRF-TOKEN and REGION-SESSION to the gateway."
    ),
)
def cookies(subject: Subject, seen: Seen) -> Iterator[Finding]:
    told = set()
    for sight in seen.answered():
        for line in sight.fetched.header_lines("set-cookie"):
            name = line.partition("=")[0].strip()
            for missing in _missing(name, line):
                if (name, missing) not in told:
                    told.add((name, missing))
                    text = gettext_noop("The cookie %(cookie)s of %(url)s: %(missing)s.")
                    yield found(text, cookie=name, url=sight.url, missing=missing)


def _missing(name: str, line: str) -> Iterator[str]:
    words = {word.strip().lower() for word in line.split(";")[1:]}
    if name in platform.COOKIES:
        yield f"{name} = gateway"
    if "secure" not in words:
        yield "Secure"
    # A cookie against forged requests is there for scripts to read.
    if "httponly" not in words and not re.search("[cx]srf", name, re.IGNORECASE):
        yield "HttpOnly"
    if not words & {"samesite=lax", "samesite=strict"}:
        yield "SameSite"


@check(
    "cache-control",
    Severity.WARNING,
    title=_("What a person sees is not kept in caches"),
    why=_("A cache on the way would show one person's page to the next."),
    fix=_("Send Cache-Control: no-store (or private, or no-cache) with pages that need signing in."),
)
def cache_control(subject: Subject, seen: Seen) -> Iterator[Finding]:
    sights = [
        sight for (_url, who), sight in seen.sights.items() if who == "person" and sight.media_type == "text/html"
    ]
    if not sights:
        raise NotSeen(gettext_noop("No page was shown to a signed-in person."))
    for sight in sights:
        value = sight.fetched.header("cache-control")
        words = {word.strip().lower().partition("=")[0] for word in value.split(",")}
        if not words & {"no-store", "no-cache", "private"}:
            text = gettext_noop("%(url)s lets caches keep the page: Cache-Control is %(value)s.")
            yield found(text, url=sight.url, value=value or "-")


def _fronts(seen: Seen) -> list[Sight]:
    """The front pages that answered, as nobody and as a person; raises `NotSeen` if there is none."""
    urls = {sight.url for sight in seen.fronts}
    fronts = [sight for sight in seen.answered() if sight.url in urls and sight.who != "forged"]
    if not fronts:
        raise NotSeen(gettext_noop("Nothing answered."))
    return fronts


CHECKS = (hsts, redirects, cookies, cache_control)
