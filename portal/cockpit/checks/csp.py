"""Does the content security policy let the Hub's bar work, and does it still protect? Source: "How to: CSP"."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.cockpit.checks import platform
from portal.cockpit.checks.check import Finding, NotSeen, Severity, check, found
from portal.cockpit.checks.seen import Seen
from portal.cockpit.checks.subject import Subject

Policy = dict[str, list[str]]
# Sources that allow scripts of anybody.
ANYBODY = {"*", "http:", "https:", "data:", "blob:", "'unsafe-eval'"}


def read(written: str) -> Policy:
    """Directives and their sources; the first of a name holds (CSP 3 section 2.2.1)."""
    policy: Policy = {}
    for directive in written.split(";"):
        name, *sources = directive.split()[:101] or [""]
        if name:
            policy.setdefault(name.lower(), sources)
    return policy


@check(
    "csp-allows-bar",
    Severity.BLOCKING,
    title=_("The content security policy lets the Hub's bar work"),
    why=_("A policy that does not name the bar's host, or forbids its inline styles, leaves the bar white."),
    fix=_("Allow the bar's host in script-src and img-src, 'unsafe-inline' in style-src, and 'self' in connect-src."),
)
def csp_allows_bar(subject: Subject, seen: Seen) -> Iterator[Finding]:
    host = _bar_host(seen)
    for where, policy in _policies(subject, seen):
        for directive, need in _needs(host):
            sources = _sources(policy, directive)
            if sources is not None and not _allows(sources, need):
                text = gettext_noop("%(directive)s of the policy (%(where)s) does not allow %(need)s.")
                yield found(text, directive=directive, where=where, need=need, sources=" ".join(sources))
    yield from _inline_start(subject, seen)


@check(
    "csp-strict",
    Severity.WARNING,
    title=_("The content security policy names who may bring scripts"),
    why=_("A policy that allows scripts of anybody stops nobody who slips one in."),
    fix=_("Name 'self' and the bar's host in script-src; leave out *, whole schemes and 'unsafe-eval'."),
)
def csp_strict(subject: Subject, seen: Seen) -> Iterator[Finding]:
    for where, policy in _policies(subject, seen):
        sources = _sources(policy, "script-src")
        if sources is None:
            text = gettext_noop("The policy (%(where)s) has neither script-src nor default-src.")
            yield found(text, where=where)
            continue
        for source in sources:
            if source.lower() in ANYBODY:
                text = gettext_noop("script-src of the policy (%(where)s) has %(source)s.")
                yield found(text, where=where, source=source)


def _policies(subject: Subject, seen: Seen) -> list[tuple[str, Policy]]:
    """The registered policy and the one that the page sends; raises `NotSeen` if there is neither."""
    written = []
    if subject.registration and subject.registration.content_security_policy:
        written.append(("registration", subject.registration.content_security_policy))
    try:
        written += [(seen.shown.url, line) for line in seen.shown.fetched.header_lines("content-security-policy")]
    except NotSeen:
        if not written:
            raise
    if not written:
        raise NotSeen(
            gettext_noop("The page sends no policy; the one of the registration is known to the portal only.")
        )
    return [(where, read(policy)) for where, policy in written]


def _needs(host: str) -> tuple[tuple[str, str], ...]:
    return (("script-src", host), ("style-src", "'unsafe-inline'"), ("img-src", host), ("connect-src", "'self'"))


def _sources(policy: Policy, directive: str) -> list[str] | None:
    return policy.get(directive, policy.get("default-src"))


def _allows(sources: list[str], need: str) -> bool:
    lowered = [source.lower() for source in sources]
    if need == "'self'":
        return bool({"'self'", "*", "https:"} & set(lowered))
    if need == "'unsafe-inline'":
        # A hash or nonce switches 'unsafe-inline' off (CSP 3 section 6.7.3.2).
        return need in lowered and not any(source.startswith(("'nonce-", "'sha")) for source in lowered)
    return any(_is_for(source, need) for source in lowered)


def _is_for(source: str, host: str) -> bool:
    if source in {"*", "https:"}:
        return True
    name = source.removeprefix("https://").partition("/")[0].partition(":")[0]
    return name == host or (name.startswith("*.") and host.endswith(name[1:]))


def _bar_host(seen: Seen) -> str:
    try:
        scripts = [url for url in seen.page.scripts if platform.BAR_SCRIPT.fullmatch(url)]
    except NotSeen:
        scripts = []
    return (urlsplit(scripts[0]).hostname if scripts else None) or platform.BAR_HOST


def _inline_start(subject: Subject, seen: Seen) -> Iterator[Finding]:
    try:
        inline = seen.page.inline_scripts
    except NotSeen:
        return
    for where, policy in _policies(subject, seen):
        sources = _sources(policy, "script-src")
        if (
            inline
            and sources is not None
            and not any(s.startswith(("'unsafe-inline'", "'nonce-", "'sha")) for s in sources)
        ):
            text = gettext_noop(
                "The page has scripts in itself, which the policy (%(where)s) forbids: put them into a file."
            )
            yield found(text, where=where, scripts=len(inline))


CHECKS = (csp_allows_bar, csp_strict)
