"""Is there somebody at the application's address?"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.cockpit.checks import platform
from portal.cockpit.checks.check import Finding, NotSeen, Severity, check, found
from portal.cockpit.checks.seen import Seen
from portal.cockpit.checks.subject import Subject
from portal.lib.fetch.failures import Reason


@check(
    "url-form",
    Severity.BLOCKING,
    title=_("The address is an https URL with a host name"),
    why=_("The Hub's gateway calls the application by this address; a number or another port is not reachable for it."),
    fix=_("Write https://, a host name with a dot, and percent-encode everything that RFC 3986 does not allow."),
)
def url_form(subject: Subject, seen: Seen) -> Iterator[Finding]:
    if not subject.components:
        yield found(gettext_noop("The application has no component, so it has no address."))
    _need_addresses(seen)
    for sight in seen.asked:
        if sight.fetched.reason is Reason.URL:
            yield found(gettext_noop("%(url)s is not an address that can be checked."), url=sight.url)


@check(
    "platform-domain",
    Severity.BLOCKING,
    title=_("The address is not one of the Hub's own"),
    why=_(
        "A component's direct URL is where the gateway finds it. An address of the gateway leads back to the gateway."
    ),
    fix=_("Enter the address of your own server, not the one that people open on the Launchpad."),
)
def platform_domain(subject: Subject, seen: Seen) -> Iterator[Finding]:
    for component in subject.components:
        try:
            host = urlsplit(component.url).hostname or ""
        except ValueError:
            continue
        if platform.is_below(host):
            yield found(gettext_noop("%(host)s belongs to the Hub."), host=host, url=component.url)


@check(
    "public-address",
    Severity.BLOCKING,
    title=_("The host name has a public address"),
    why=_("The Hub is outside your network: it can only call an address that anybody could call."),
    fix=_("Enter the host name in the public DNS, with no private address beside the public one."),
)
def public_address(subject: Subject, seen: Seen) -> Iterator[Finding]:
    _need_addresses(seen)
    for sight in seen.asked:
        if sight.fetched.reason is Reason.NO_PUBLIC_ADDRESS:
            text = gettext_noop("%(url)s: the name is not known, or one of its addresses is not public.")
            yield found(text, url=sight.url)


@check(
    "answers",
    Severity.BLOCKING,
    title=_("The application answers in time"),
    why=_("Nobody can use what does not answer, and the Hub's monitoring reports it as down."),
    fix=_("Start the application, let the Hub through your firewall, and answer within ten seconds in HTTP/1.1."),
)
def answers(subject: Subject, seen: Seen) -> Iterator[Finding]:
    words = {
        Reason.UNREACHABLE: gettext_noop("Nothing answers at %(url)s."),
        Reason.TOO_SLOW: gettext_noop("%(url)s did not answer in time."),
        Reason.NO_HTTP: gettext_noop("What %(url)s sends is no HTTP, or its headers are too long."),
    }
    _need_addresses(seen)
    for sight in seen.named:
        if sight.fetched.reason in words:
            yield found(words[sight.fetched.reason], url=sight.url)


@check(
    "firewall",
    Severity.HINT,
    title=_("The Hub's outgoing addresses are let in"),
    why=_("A firewall in front of the application may let in nobody, or your own people only."),
    fix=_("Let in the Hub's outgoing addresses on the application's port; your operator can name them."),
)
def firewall(subject: Subject, seen: Seen) -> Iterator[Finding]:
    _need_addresses(seen)
    addresses = ", ".join(seen.hub_addresses) or "?"
    for sight in seen.named:
        refused = sight.fetched.response is not None and sight.url == subject.health and sight.response.status == 403
        if sight.fetched.reason is Reason.UNREACHABLE or refused:
            text = gettext_noop("%(url)s lets nobody in. If that is a firewall, the Hub calls from: %(addresses)s.")
            yield found(text, url=sight.url, addresses=addresses)
            return


def _need_addresses(seen: Seen) -> None:
    if not seen.sights:
        raise NotSeen(gettext_noop("Nothing was asked for."))


CHECKS = (url_form, platform_domain, public_address, answers, firewall)
