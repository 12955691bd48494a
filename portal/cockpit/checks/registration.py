"""What the developer wrote down. Source: "Creating an application", Developer Cockpit."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.cockpit.checks.check import Finding, Severity, check, found
from portal.cockpit.checks.seen import Seen, path_of
from portal.cockpit.checks.subject import Picture, Subject
from portal.cockpit.rules import (
    COMPONENT_NAME,
    DISPLAY_NAME,
    INTERNAL_NAME,
    MOST_ROLES,
    SCOPE,
    VERSION,
    is_reserved,
    is_risky_version,
)

SHORTEST_DESCRIPTION = 20
PICTURES = ("image/png", "image/jpeg")
ICON_LEAST, SCREENSHOT_LEAST = 64, (1024, 576)


@check(
    "display-name",
    Severity.BLOCKING,
    title=_("The name fits on the Launchpad"),
    why=_("The Hub takes 50 characters and no special ones."),
    fix=_("Use letters, digits, blanks, dots and hyphens, 50 at most."),
    portal_only=True,
)
def display_name(subject: Subject, seen: Seen) -> Iterator[Finding]:
    name = subject.registered().name
    if not DISPLAY_NAME.fullmatch(name):
        yield found(gettext_noop("The name “%(name)s” is too long or has special characters."), name=name)


@check(
    "internal-name",
    Severity.BLOCKING,
    title=_("The internal name can be part of an address"),
    why=_("It becomes part of the application's URL and can never be changed."),
    fix=_("Begin with a letter; use lower-case letters and digits, 20 at most."),
    portal_only=True,
)
def internal_name(subject: Subject, seen: Seen) -> Iterator[Finding]:
    name = subject.registered().internal_name
    if not INTERNAL_NAME.fullmatch(name):
        yield found(gettext_noop("The internal name “%(name)s” has another form."), name=name)


@check(
    "version",
    Severity.BLOCKING,
    title=_("The version has a form that the Hub takes"),
    why=_("The Hub refuses other versions, and the version cannot be changed later."),
    fix=_("Write 30 characters at most, without blanks and capital letters, such as v1.0.0."),
    portal_only=True,
)
def version(subject: Subject, seen: Seen) -> Iterator[Finding]:
    written = subject.registered().version
    if not VERSION.fullmatch(written):
        yield found(gettext_noop("The version “%(version)s” is too long or has other signs."), version=written)


@check(
    "version-signs",
    Severity.WARNING,
    title=_("The version can be provisioned"),
    why=_("The Hub takes more signs than its provisioning bears, and the version cannot be changed later."),
    fix=_("Write major.minor.patch, such as v1.0.0; lower-case letters, digits, “.” and “@”, 30 characters at most."),
    portal_only=True,
)
def version_signs(subject: Subject, seen: Seen) -> Iterator[Finding]:
    written = subject.registered().version
    if is_risky_version(written):
        yield found(gettext_noop("The version “%(version)s” has signs that break provisioning."), version=written)


@check(
    "description",
    Severity.WARNING,
    title=_("A sentence says what the application is for"),
    why=_("People decide by it whether to open the application, and reviewers whether to let it pass."),
    fix=_("Say in a sentence or two who does what with it."),
    portal_only=True,
)
def description(subject: Subject, seen: Seen) -> Iterator[Finding]:
    registration = subject.registered()
    written = registration.description.strip()
    if len(written) < SHORTEST_DESCRIPTION or written.lower() == registration.name.strip().lower():
        yield found(gettext_noop("The description is missing, too short or the name again."), characters=len(written))


@check(
    "components",
    Severity.BLOCKING,
    title=_("Each component has a name and an endpoint"),
    why=_("The gateway sends requests to a component by its endpoints; without one it gets none."),
    fix=_("Name each component in lower case, once, and give it an endpoint such as /**."),
)
def components(subject: Subject, seen: Seen) -> Iterator[Finding]:
    names = [component.name for component in subject.components]
    for component in subject.components:
        if not component.endpoints or not all(endpoint.startswith("/") for endpoint in component.endpoints):
            yield found(gettext_noop("The component at %(url)s has no endpoint that begins with /."), url=component.url)
        if subject.registration and (not COMPONENT_NAME.fullmatch(component.name) or names.count(component.name) > 1):
            text = gettext_noop("The component “%(name)s” needs a name of its own in lower case.")
            yield found(text, name=component.name, url=component.url)


@check(
    "reserved-paths",
    Severity.BLOCKING,
    title=_("Endpoints stay away from /api and /login"),
    why=_("On the application's address these paths belong to the gateway: requests there never arrive."),
    fix=_("Move your own paths, for example to /app-api."),
)
def reserved_paths(subject: Subject, seen: Seen) -> Iterator[Finding]:
    paths = [endpoint for component in subject.components for endpoint in component.endpoints]
    paths += [path_of(url) for url in (subject.health_url, subject.protected_url) if url]
    for path in dict.fromkeys(paths):
        if is_reserved(path):
            yield found(gettext_noop("%(path)s belongs to the gateway."), path=path)


@check(
    "roles-and-scopes",
    Severity.BLOCKING,
    title=_("The application has its own roles and scopes"),
    why=_("Registering wants at least one scope and one role; the Hub takes five roles at most."),
    fix=_("Name scopes <internal name>.<scope>, and join them in one to five roles."),
    portal_only=True,
)
def roles_and_scopes(subject: Subject, seen: Seen) -> Iterator[Finding]:
    registration = subject.registered()
    if not 1 <= len(registration.roles) <= MOST_ROLES:
        text = gettext_noop("The application has %(number)s roles of its own instead of one to five.")
        yield found(text, number=len(registration.roles))
    if not registration.scopes:
        yield found(gettext_noop("The application has no scope."))
    for scope in registration.scopes:
        application, _dot, name = scope.partition(".")
        if application != registration.internal_name or not SCOPE.fullmatch(name):
            text = gettext_noop("The scope “%(scope)s” does not begin with the internal name and a dot.")
            yield found(text, scope=scope)


@check(
    "icon",
    Severity.HINT,
    title=_("The application has an icon of its own"),
    why=_("On the Launchpad it is found by its icon; the Hub's default says nothing."),
    fix=_("Upload a square PNG or JPEG of at least 64 pixels. The Hub names no rule; this one looks well everywhere."),
    portal_only=True,
)
def icon(subject: Subject, seen: Seen) -> Iterator[Finding]:
    picture = subject.registered().icon
    if picture is None:
        yield found(gettext_noop("There is no icon."))
    elif picture.media_type not in PICTURES or picture.width != picture.height or picture.width < ICON_LEAST:
        yield found(gettext_noop("The icon is not a square PNG or JPEG of at least 64 pixels."), **_facts(picture))


@check(
    "screenshot",
    Severity.WARNING,
    title=_("A screenshot shows the application below the bar"),
    why=_("The release needs one; it proves that the bar is there."),
    fix=_("Upload a PNG or JPEG of at least 1024 × 576 pixels, taken through the gateway, with the bar on it."),
    portal_only=True,
)
def screenshot(subject: Subject, seen: Seen) -> Iterator[Finding]:
    picture = subject.registered().screenshot
    if picture is None:
        yield found(gettext_noop("There is no screenshot."))
        return
    small = picture.width < SCREENSHOT_LEAST[0] or picture.height < SCREENSHOT_LEAST[1]
    if picture.media_type not in PICTURES or small:
        text = gettext_noop("The screenshot is not a PNG or JPEG of at least 1024 × 576 pixels.")
        yield found(text, **_facts(picture))
    if picture.blank:
        yield found(gettext_noop("The screenshot has one colour only."), **_facts(picture))


def _facts(picture: Picture) -> dict[str, object]:
    return {"type": picture.media_type, "width": picture.width, "height": picture.height, "bytes": picture.size}


CHECKS = (
    display_name,
    internal_name,
    version,
    version_signs,
    description,
    components,
    reserved_paths,
    roles_and_scopes,
    icon,
    screenshot,
)
