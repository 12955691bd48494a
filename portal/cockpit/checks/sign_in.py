"""Whom the application lets in: nobody without a token, nobody with a made-up one, a person with a true one."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.cockpit.checks.check import Finding, NotSeen, Severity, check, found
from portal.cockpit.checks.hub_token import HubToken
from portal.cockpit.checks.seen import Seen
from portal.cockpit.checks.subject import Subject


@check(
    "refuses-without-token",
    Severity.BLOCKING,
    title=_("Without a token nobody gets in"),
    why=_("The application's own address is open to everybody on the Internet, past the gateway and its sign-in."),
    fix=_("Answer 401 to every request without an Authorization header, but for the health endpoint."),
)
def refuses_without_token(subject: Subject, seen: Seen) -> Iterator[Finding]:
    sight = seen.at(subject.protected)
    status = sight.response.status
    if 200 <= status < 300:
        text = gettext_noop("%(url)s answers %(status)s to a request without a token.")
        yield found(text, url=sight.url, status=status)
    elif status >= 500:
        text = gettext_noop("%(url)s fails with %(status)s where it should refuse with 401.")
        yield found(text, url=sight.url, status=status)
    elif status == 404:
        raise NotSeen(gettext_noop("Nothing is at %(url)s: name a page that needs signing in."), url=sight.url)


@check(
    "refuses-forged-token",
    Severity.BLOCKING,
    title=_("A token that the Hub did not sign is refused"),
    why=_("Whoever knows the form of a token can write one; only the Hub's signature makes it true."),
    fix=_("Verify the signature with the issuer's published keys, RS256 only, then issuer, expiry and tenant."),
)
def refuses_forged_token(subject: Subject, seen: Seen) -> Iterator[Finding]:
    sight = seen.at(subject.protected, "forged")
    if 200 <= sight.response.status < 300:
        text = gettext_noop("%(url)s answers %(status)s to a token with a signature that nobody made.")
        yield found(text, url=sight.url, status=sight.response.status)


@check(
    "hub-token",
    Severity.WARNING,
    title=_("The token belongs to the application's tenant"),
    why=_("With another tenant's token, or an ended one, the checks would say nothing about this application."),
    fix=_("Sign in to the Hub as somebody of this tenant and take the token from a request of the gateway."),
)
def hub_token(subject: Subject, seen: Seen) -> Iterator[Finding]:
    yield from unfit(_token(seen), subject, _began(seen))


def unfit(token: HubToken, subject: Subject, at: float) -> Iterator[Finding]:
    """Why the token says nothing about this application; `at` is when it is used, in seconds since 1970."""
    if not token.is_sendable:
        yield found(gettext_noop("What was given is no token."))
        return
    if subject.tenant and token.tenant not in {subject.tenant, subject.tenant_number}:
        text = gettext_noop("The token is for the tenant %(tenant)s, the application is of %(expected)s.")
        yield found(text, tenant=token.tenant or "-", expected=subject.tenant, issuer=token.issuer)
    if token.expires and token.expires < at:
        yield found(gettext_noop("The token has ended."), issuer=token.issuer)


def _began(seen: Seen) -> float:
    return min((sight.at.timestamp() for sight in seen.sights.values()), default=0)


@check(
    "accepts-hub-token",
    Severity.BLOCKING,
    title=_("A person with a token of the Hub gets in"),
    why=_("The gateway sends each person's token; an application that refuses it shows its people nothing."),
    fix=_("Take the issuer from the token, check that it is one of the tenant's, and fetch its keys by /token_keys."),
)
def accepts_hub_token(subject: Subject, seen: Seen) -> Iterator[Finding]:
    token = _token(seen)
    if any(unfit(token, subject, _began(seen))):
        raise NotSeen(gettext_noop("The token that was given does not fit."))
    for url in dict.fromkeys((subject.front, subject.protected)):
        sight = seen.at(url, "person")
        if not 200 <= sight.response.status < 300:
            text = gettext_noop("%(url)s answers %(status)s to a token of %(issuer)s for the tenant %(tenant)s.")
            status = sight.response.status
            yield found(text, url=url, status=status, issuer=token.issuer or "-", tenant=token.tenant or "-")


def _token(seen: Seen) -> HubToken:
    if seen.token is None:
        raise NotSeen(gettext_noop("No token of the Hub was given."))
    return seen.token


CHECKS = (refuses_without_token, refuses_forged_token, hub_token, accepts_hub_token)
