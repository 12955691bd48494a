"""What the page and its scripts ask of the gateway, as far as their text shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.cockpit.checks import pages, platform
from portal.cockpit.checks.check import Finding, NotSeen, Severity, check, found
from portal.cockpit.checks.seen import Seen
from portal.cockpit.checks.subject import Subject

# Signs that no part of a URL may have unencoded (RFC 3986 section 2); brackets belong to addresses in numbers only.
# Letters beyond ASCII are not among them: every browser encodes those by itself.
NOT_ALLOWED = re.compile(r"""[\[\]{}"<>\\^`|\s]|%(?![0-9A-Fa-f]{2})""")
MOST = 10


@check(
    "xsrf-header",
    Severity.BLOCKING,
    title=_("Writing calls carry x-xsrf-token"),
    why=_("The gateway refuses every call but GET without the value of the cookie XSRF-TOKEN in this header."),
    fix=_("Send x-xsrf-token with POST, PUT, PATCH and DELETE, from forms by a script as well."),
)
def xsrf_header(subject: Subject, seen: Seen) -> Iterator[Finding]:
    scripts = seen.scripts()
    if any(pages.sends_xsrf(text) for _where, text in scripts):
        return
    seen.need_all_scripts()
    for where, text in scripts:
        if pages.writes(text):
            yield found(gettext_noop("%(where)s writes without x-xsrf-token."), where=where)
    if seen.page.posting_forms:
        text = gettext_noop("%(url)s has %(forms)s forms that are sent by POST, and no script that knows x-xsrf-token.")
        yield found(text, url=seen.shown.url, forms=seen.page.posting_forms)


@check(
    "rfc3986-links",
    Severity.WARNING,
    title=_("Links are written as RFC 3986 has them"),
    why=_("The gateway refuses addresses with [, ], {, }, quotes or blanks that are not percent-encoded."),
    fix=_("Encode the parts of addresses, in scripts with encodeURIComponent."),
)
def rfc3986_links(subject: Subject, seen: Seen) -> Iterator[Finding]:
    links, page = list(subject.registration.links) if subject.registration else [], None
    try:
        links += [link.url for link in seen.page.links]
        links += [url for _where, text in seen.scripts() for url in pages.api_urls(text)]
        page = seen.shown
    except NotSeen:
        if not links:
            raise
    wrong = [link for link in dict.fromkeys(links) if not link.startswith("data:") and NOT_ALLOWED.search(link)]
    for link in wrong[:MOST]:
        yield found(gettext_noop("%(link)s has signs that must be percent-encoded."), link=link)
    if page:
        page.need_whole()


@check(
    "mixed-content",
    Severity.WARNING,
    title=_("Nothing is loaded over plain http"),
    why=_("Browsers block scripts and styles that come over http into an https page."),
    fix=_("Load everything by https or by a path."),
)
def mixed_content(subject: Subject, seen: Seen) -> Iterator[Finding]:
    plain = [link for link in seen.page.links if link.fetched and link.url.lower().startswith("http://")]
    for link in plain[:MOST]:
        yield found(gettext_noop("<%(tag)s> loads %(link)s."), tag=link.tag, link=link.url)
    seen.shown.need_whole()


@check(
    "core-roles",
    Severity.WARNING,
    title=_("The application asks for the roles that its calls need"),
    why=_("Without the Hub's own role a call is refused with 403, and the person sees an empty page."),
    fix=_("Add one of the roles named here to the application's core roles."),
    portal_only=True,
)
def core_roles(subject: Subject, seen: Seen) -> Iterator[Finding]:
    asked = _asked(subject)
    for service in sorted(_called(seen)):
        roles = platform.SERVICE_ROLES.get(service)
        if roles and not asked & set(roles):
            text = gettext_noop("The page calls %(service)s, which needs one of %(roles)s.")
            yield found(text, service=service, roles=", ".join(platform.CORE + role for role in roles))


@check(
    "core-roles-unused",
    Severity.HINT,
    title=_("The application asks for no more roles than it uses"),
    why=_("Each role lets the application do more in its people's name than it needs."),
    fix=_("Take the role out, unless your server makes these calls: checks see the page's scripts only."),
    portal_only=True,
)
def core_roles_unused(subject: Subject, seen: Seen) -> Iterator[Finding]:
    called = _called(seen)
    seen.need_all_scripts()
    for role in sorted(_asked(subject)):
        services = {service for service, roles in platform.SERVICE_ROLES.items() if role in roles}
        # The bar itself asks Tenant Management.
        if services and not services & (called | {"tenantmanagement"}):
            text = gettext_noop("%(role)s is asked for, and no script calls %(services)s.")
            yield found(text, role=platform.CORE + role, services=", ".join(sorted(services)))


def _asked(subject: Subject) -> set[str]:
    return {role.removeprefix(platform.CORE) for role in subject.registered().core_roles}


def _called(seen: Seen) -> set[str]:
    return {service for _where, text in seen.scripts() for service in pages.services(text)}


CHECKS = (xsrf_header, rfc3986_links, mixed_content, core_roles, core_roles_unused)
