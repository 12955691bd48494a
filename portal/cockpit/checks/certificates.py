"""Is the server who it says it is? Its certificate is the evidence, whether it is trusted or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal import constants
from portal.cockpit.checks.check import Finding, NotSeen, Severity, check, found
from portal.cockpit.checks.seen import Seen, Sight
from portal.cockpit.checks.subject import Subject
from portal.lib.fetch.certificate import Certificate
from portal.lib.fetch.failures import Reason


@check(
    "tls",
    Severity.BLOCKING,
    title=_("The server speaks TLS 1.2 or newer"),
    why=_("People's tokens travel to the application; older protocols do not protect them."),
    fix=_("Serve https on this port, with TLS 1.2 and 1.3 and nothing older."),
)
def tls(subject: Subject, seen: Seen) -> Iterator[Finding]:
    for sight in _with_connection(seen):
        if sight.fetched.reason is Reason.NO_TLS:
            yield found(gettext_noop("%(url)s does not speak TLS 1.2 or newer."), url=sight.url)


@check(
    "certificate-trusted",
    Severity.BLOCKING,
    title=_("The certificate comes from a public authority"),
    why=_("The Hub's gateway refuses self-signed certificates and authorities that only your company knows."),
    fix=_("Get a certificate from a public authority, and let the server send the authority's own certificates along."),
)
def certificate_trusted(subject: Subject, seen: Seen) -> Iterator[Finding]:
    words = {
        Reason.SELF_SIGNED: gettext_noop("The certificate of %(url)s is signed by itself."),
        Reason.UNTRUSTED: gettext_noop(
            "No public authority vouches for the certificate of %(url)s, or the chain to it is incomplete or too long."
        ),
    }
    for sight, certificate in _certificates(seen):
        fault = next((fault for fault in sight.fetched.faults if fault in words), None)
        if fault:
            yield found(words[fault], url=sight.url, **_evidence(certificate))


@check(
    "certificate-name",
    Severity.BLOCKING,
    title=_("The certificate is for this host name"),
    why=_("A certificate for another name says nothing about who answers here."),
    fix=_("Get a certificate whose subject alternative names have this host name; the common name does not count."),
)
def certificate_name(subject: Subject, seen: Seen) -> Iterator[Finding]:
    for sight, certificate in _certificates(seen):
        if Reason.WRONG_NAME in sight.fetched.faults:
            text = gettext_noop("The certificate of %(url)s is for other names: %(names)s.")
            yield found(text, url=sight.url, **_evidence(certificate))


@check(
    "certificate-dates",
    Severity.BLOCKING,
    title=_("The certificate is valid today"),
    why=_("Nobody believes a certificate before its time or after it."),
    fix=_("Renew the certificate, and let a program renew it from now on. Certificates above it have dates as well."),
)
def certificate_dates(subject: Subject, seen: Seen) -> Iterator[Finding]:
    for sight, certificate in _certificates(seen):
        evidence = _evidence(certificate)
        if Reason.EXPIRED in sight.fetched.faults:
            text = gettext_noop(
                "The certificate of %(url)s, or one above it, has expired. Its own end is %(not_after)s."
            )
            yield found(text, url=sight.url, **evidence)
        if Reason.NOT_YET_VALID in sight.fetched.faults:
            text = gettext_noop("The certificate of %(url)s, or one above it, is not valid yet.")
            yield found(text, url=sight.url, **evidence)


@check(
    "certificate-expires-soon",
    Severity.WARNING,
    title=_("The certificate lives for some weeks more"),
    why=_("A release takes days, and afterwards nobody looks at the date until the application is down."),
    fix=_("Renew the certificate, and let a program renew it from now on."),
)
def certificate_expires_soon(subject: Subject, seen: Seen) -> Iterator[Finding]:
    soon = timedelta(days=constants.READINESS_CERTIFICATE_DAYS)
    for sight, certificate in _certificates(seen):
        ends = certificate.not_after
        if ends and sight.at <= ends < sight.at + soon:
            text = gettext_noop("The certificate of %(url)s ends in %(days)s days, on %(not_after)s.")
            yield found(text, url=sight.url, days=(ends - sight.at).days, **_evidence(certificate))


def _with_connection(seen: Seen) -> list[Sight]:
    """Servers that somebody was connected to; raises `NotSeen` if there is none."""
    before = {Reason.URL, Reason.NO_PUBLIC_ADDRESS, Reason.UNREACHABLE}
    connected = [sight for sight in seen.asked if sight.fetched.reason not in before]
    if not connected:
        raise NotSeen(gettext_noop("Nothing answered."))
    return connected


def _certificates(seen: Seen) -> list[tuple[Sight, Certificate]]:
    shown = [(sight, sight.fetched.certificate) for sight in seen.asked]
    certificates = [(sight, certificate) for sight, certificate in shown if certificate]
    if not certificates:
        raise NotSeen(gettext_noop("No server showed a certificate."))
    return certificates


def _evidence(certificate: Certificate) -> dict[str, str]:
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "names": ", ".join(certificate.names) or "-",
        "not_before": _written(certificate.not_before),
        "not_after": _written(certificate.not_after),
        "sha256": certificate.sha256,
    }


def _written(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else "-"


CHECKS = (tls, certificate_trusted, certificate_name, certificate_dates, certificate_expires_soon)
