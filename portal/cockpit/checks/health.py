"""The health endpoint, as the Hub's monitoring asks for it. Source: "Self-Hosted Application", health endpoint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal import constants
from portal.cockpit.checks.check import Finding, NotSeen, Severity, check, found
from portal.cockpit.checks.seen import Seen, path_of
from portal.cockpit.checks.subject import Subject, origin

COLOURS = ("green", "yellow", "red")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


@check(
    "health-url",
    Severity.BLOCKING,
    title=_("The health URL belongs to a component"),
    why=_("In the release plan the health URL is chosen as a component's address and a path."),
    fix=_("Serve the health endpoint below the address of one of the components."),
)
def health_url(subject: Subject, seen: Seen) -> Iterator[Finding]:
    for component in subject.components:
        below = path_of(subject.health).startswith(f"{path_of(component.base).rstrip('/')}/")
        if origin(component.url) == origin(subject.health) and below:
            return
    if subject.components:
        yield found(gettext_noop("%(url)s is below the address of no component."), url=subject.health)


@check(
    "health-answers",
    Severity.BLOCKING,
    title=_("The health endpoint answers 200 to everybody"),
    why=_("The Hub asks it without a person and without a token; anything but 200 stops the release."),
    fix=_("Answer GET with 200 under exactly this address: no token, no redirect, no other status."),
)
def health_answers(subject: Subject, seen: Seen) -> Iterator[Finding]:
    sight = seen.at(subject.health)
    if sight.response.status != 200:
        text = gettext_noop("%(url)s answers %(status)s instead of 200.")
        yield found(text, url=sight.url, status=sight.response.status, location=sight.fetched.header("location"))


@check(
    "health-body",
    Severity.BLOCKING,
    title=_("The health endpoint says its colour in JSON"),
    why=_("The Hub reads healthStatus, which is green, yellow or red."),
    fix=_('Send Content-Type: application/json and {"healthStatus": "green", "time": "2023-12-11T10:00:00.000Z"}.'),
)
def health_body(subject: Subject, seen: Seen) -> Iterator[Finding]:
    sight, said = seen.at(subject.health), _said(subject, seen)
    if sight.media_type != "application/json":
        yield found(gettext_noop("Content-Type of %(url)s is %(type)s."), url=sight.url, type=sight.media_type or "-")
    if not isinstance(said, dict):
        yield found(gettext_noop("%(url)s does not send a JSON object."), url=sight.url)
    elif said.get("healthStatus") not in COLOURS:
        text = gettext_noop("healthStatus of %(url)s is not green, yellow or red.")
        yield found(text, url=sight.url, present="healthStatus" in said)


@check(
    "health-status",
    Severity.BLOCKING,
    title=_("The application does not call itself red"),
    why=_("Red says that it does not work. The Hub's monitoring would report it from its first day on."),
    fix=_("Mend what the application complains about, or correct what it reports."),
)
def health_status(subject: Subject, seen: Seen) -> Iterator[Finding]:
    return _calls_itself("red", subject, seen)


@check(
    "health-yellow",
    Severity.WARNING,
    title=_("The application says that it is well"),
    why=_("A release of an application that calls itself yellow is looked at twice."),
    fix=_("Mend what the application complains about, or correct what it reports."),
)
def health_yellow(subject: Subject, seen: Seen) -> Iterator[Finding]:
    return _calls_itself("yellow", subject, seen)


def _calls_itself(colour: str, subject: Subject, seen: Seen) -> Iterator[Finding]:
    if _object(subject, seen).get("healthStatus") == colour:
        yield found(gettext_noop("%(url)s says %(colour)s."), url=subject.health, colour=colour)


@check(
    "health-time",
    Severity.WARNING,
    title=_("The time in the health answer has the Hub's form"),
    why=_("The Hub's documentation fixes the form: YYYY-MM-DDTHH:mm:ss.sssZ, in UTC, with milliseconds."),
    fix=_("Write the time like 2023-12-11T10:00:00.000Z."),
)
def health_time(subject: Subject, seen: Seen) -> Iterator[Finding]:
    if _time(_object(subject, seen)) is None:
        text = gettext_noop("The time of %(url)s is missing, or not written like 2023-12-11T10:00:00.000Z.")
        yield found(text, url=subject.health)


@check(
    "clock",
    Severity.WARNING,
    title=_("The application's clock is right"),
    why=_("Tokens have a beginning and an end: with a wrong clock good ones are refused and ended ones accepted."),
    fix=_("Let the server set its clock by NTP, and read the time when the request comes."),
)
def clock(subject: Subject, seen: Seen) -> Iterator[Finding]:
    said = _time(_object(subject, seen))
    if said is None:
        raise NotSeen(gettext_noop("%(url)s says no time."), url=subject.health)
    sight = seen.at(subject.health)
    seconds = (said - sight.at).total_seconds()
    if abs(seconds) > constants.READINESS_CLOCK_SKEW + sight.fetched.steps.total:
        text = gettext_noop("The time of %(url)s differs by %(seconds)s seconds.")
        yield found(text, url=subject.health, seconds=round(seconds))


def _said(subject: Subject, seen: Seen) -> Any:
    sight = seen.at(subject.health)
    if sight.response.status != 200:
        raise NotSeen(gettext_noop("%(url)s does not answer 200."), url=subject.health)
    return sight.json()


def _object(subject: Subject, seen: Seen) -> dict[str, Any]:
    said = _said(subject, seen)
    if not isinstance(said, dict):
        raise NotSeen(gettext_noop("%(url)s does not send a JSON object."), url=subject.health)
    return said


def _time(said: dict[str, Any]) -> datetime | None:
    written = said.get("time")
    if not isinstance(written, str) or not TIME.fullmatch(written):
        return None
    try:
        return datetime.strptime(written, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


CHECKS = (health_url, health_answers, health_body, health_status, health_yellow, health_time, clock)
