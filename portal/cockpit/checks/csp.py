"""Does the content security policy let the Hub's bar work, and does it still protect? Source: "How to: CSP"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.cockpit.checks import platform
from portal.cockpit.checks.check import Finding, NotSeen, Severity, check, found
from portal.cockpit.checks.seen import Seen, joined
from portal.cockpit.checks.subject import Subject

Policy = dict[str, list[str]]
# Whether sources allow what the bar needs.
Allows = Callable[[list[str]], bool]
UNSAFE_INLINE = "'unsafe-inline'"
# Sources that allow scripts of anybody.
ANYBODY = {"*", "http:", "https:", "data:", "blob:", "'unsafe-eval'"}


# Where a browser looks for what a directive does not say (CSP 3 section 6.8.3).
FALLBACKS = {
    "script-src": ("script-src", "default-src"),
    "script-src-elem": ("script-src-elem", "script-src", "default-src"),
    "style-src-elem": ("style-src-elem", "style-src", "default-src"),
    "style-src-attr": ("style-src-attr", "style-src", "default-src"),
}
# No more policies of one header are looked at: a browser obeys each of them.
MOST_POLICIES = 20


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
    url, nonce = _bar(seen)
    host = urlsplit(url).netloc
    for where, policy in _policies(subject, seen):
        needs: list[tuple[str, str, Allows]] = [
            ("script-src-elem", host, partial(_allows_script, url=url, nonce=nonce)),
            ("style-src-elem", UNSAFE_INLINE, _allows_inline_styles),
            ("style-src-attr", UNSAFE_INLINE, _allows_inline_styles),
            ("img-src", host, partial(_allows_host, url=url)),
            ("connect-src", "'self'", partial(_allows_gateway, url=url, tenant=subject.tenant)),
        ]
        for directive, need, allows in needs:
            sources = _sources(policy, directive)
            if sources is not None and not allows(sources):
                text = gettext_noop("%(directive)s of the policy (%(where)s) does not allow %(need)s.")
                name = _name(policy, directive)
                yield found(text, directive=name, where=where, need=need, sources=" ".join(sources))
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
        # Elements may have a list of their own; eval is ruled by the general one.
        listed = [_sources(policy, name) for name in ("script-src-elem", "script-src")]
        if None in listed:
            text = gettext_noop("The policy (%(where)s) has neither script-src nor default-src.")
            yield found(text, where=where)
            continue
        sources = list(dict.fromkeys(source for some in listed for source in some or ()))
        # Browsers that know 'strict-dynamic' take no notice of hosts and schemes; those are for older ones.
        if "'strict-dynamic'" in sources:
            sources = [source for source in sources if source.startswith("'")]
        for source in sources:
            if source in ANYBODY:
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
    parts = [(where, part) for where, line in written for part in line.split(",")[:MOST_POLICIES] if part.strip()]
    if not parts:
        raise NotSeen(
            gettext_noop("The page sends no policy; the one of the registration is known to the portal only.")
        )
    return [(where, read(part)) for where, part in parts]


def _name(policy: Policy, directive: str) -> str:
    """The directive that decides: the one of the policy, or what to write where only default-src decides."""
    given = next((name for name in FALLBACKS.get(directive, (directive,)) if name in policy), "")
    return given if given not in {"", "default-src"} else directive.removesuffix("-elem").removesuffix("-attr")


def _sources(policy: Policy, directive: str) -> list[str] | None:
    """What the policy allows there; None if it says nothing, and so allows all. In lower case but for nonces."""
    for name in FALLBACKS.get(directive, (directive, "default-src")):
        if name in policy:
            return [_lower(source) for source in policy[name]]
    return None


def _lower(source: str) -> str:
    return f"'nonce-{source[7:]}" if source.lower().startswith("'nonce-") else source.lower()


def _allows_script(sources: list[str], url: str, nonce: str | None) -> bool:
    """Whether a page's `<script src>` is run: by its nonce, or by its host where hosts count (section 6.7.1.1)."""
    if nonce and f"'nonce-{nonce}'" in sources:
        return True
    if "'strict-dynamic'" in sources:
        # Without the page nobody knows the nonce; a script with a nonce may bring the bar along.
        return nonce is None
    return _allows_host(sources, url)


def _allows_inline_styles(sources: list[str]) -> bool:
    """A hash or nonce switches 'unsafe-inline' off (section 6.7.3.2)."""
    return UNSAFE_INLINE in sources and not any(source.startswith(("'nonce-", "'sha")) for source in sources)


def _allows_host(sources: list[str], url: str) -> bool:
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].partition(":")[0]
    return any(source in {"*", f"{scheme}:"} or _is_for(_host(source), host) for source in sources)


def _allows_gateway(sources: list[str], url: str, tenant: str) -> bool:
    """Whether the bar may ask the gateway for the person and the tenant: at the application's address in the region."""
    scheme, _, rest = url.partition("://")
    region = rest.partition("/")[0].partition(".")[2]
    if {"'self'", "*", f"{scheme}:"} & set(sources):
        return True
    hosts = [_host(source) for source in sources]
    own = [host for host in hosts if tenant and host.startswith(f"{tenant}-") and host.endswith(f".{region}")]
    return bool(own) or any(host.startswith("*.") and _is_for(host, f"x.{region}") for host in hosts)


def _host(source: str) -> str:
    """The host of a source, without scheme, port and path."""
    return source.partition("://")[2].partition("/")[0].partition(":")[0] or source.partition("/")[0].partition(":")[0]


def _is_for(name: str, host: str) -> bool:
    return name == host or (name.startswith("*.") and host.endswith(name[1:]))


def _bar(seen: Seen) -> tuple[str, str | None]:
    """The address of the bar's script, and its nonce in the page; None where the page does not show it."""
    try:
        for written in seen.page.scripts:
            url = joined(seen.shown.url, written)
            if seen.bar_version(url) is not None:
                return url.lower(), seen.page.nonces.get(written, "")
    except NotSeen:
        pass
    return f"https://{platform.BAR_HOST}/", None


def _inline_start(subject: Subject, seen: Seen) -> Iterator[Finding]:
    try:
        inline = seen.page.inline_scripts
    except NotSeen:
        return
    for where, policy in _policies(subject, seen):
        sources = _sources(policy, "script-src-elem")
        if inline and sources is not None and not _may_allow_inline(sources):
            text = gettext_noop(
                "The page has scripts in itself, which the policy (%(where)s) forbids: put them into a file."
            )
            yield found(text, where=where, scripts=len(inline))


def _may_allow_inline(sources: list[str]) -> bool:
    """Whether scripts in the page itself can be allowed; nonces and hashes are not compared."""
    return any(source.startswith((UNSAFE_INLINE, "'nonce-", "'sha")) for source in sources)


CHECKS = (csp_allows_bar, csp_strict)
