"""The Launchpad: a tile for each application that the person may open."""

from __future__ import annotations

from markupsafe import Markup
from werkzeug import Response
from werkzeug.exceptions import NotFound

from portal.emulator.appgateway.applications import Application
from portal.emulator.appgateway.health import Colour
from portal.emulator.hub import Hub
from portal.emulator.hubpages.html import page
from portal.emulator.hubpages.sessions import Visitor
from portal.emulator.identity.groups import TENANT_ADMIN
from portal.emulator.moments import EPOCH, MICROSECOND, microseconds, time_text
from portal.emulator.web import EmulatorRequest, never_stored

# Name and health together are what the link is called.
TILE = Markup(
    '<li class="tile">{icon}<a class="tile__link" id="app-{label}" aria-labelledby="app-{label} health-{label}"'
    ' href="{url}">{name}</a> <span class="tile__version">{version}</span>'
    ' <span class="tile__health tile__health--{colour}" id="health-{label}">{sign}<span>{word}</span></span></li>'
)
# Each colour has a shape and words of its own.
SIGN = Markup(
    '<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor"'
    ' stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"><path d="{path}"/></svg>'
)
CIRCLE = "M14.5 8a6.5 6.5 0 1 1-13 0a6.5 6.5 0 1 1 13 0"
SHAPES = {
    Colour.GREEN: f"{CIRCLE}M5 8.2l2.2 2.2L11 6",
    Colour.YELLOW: "M8 1.8l6.7 12H1.3zM8 6.3v3.4M8 11.7v.1",
    Colour.RED: "M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
    Colour.UNKNOWN: f"{CIRCLE}M6.2 6.2a1.9 1.9 0 1 1 2.6 1.9Q8 8.5 8 9.3M8 11.6v.1",
}
WORDS = {
    Colour.GREEN: Markup("healthy, seen {time}"),
    Colour.YELLOW: Markup("needs a look, seen {time}"),
    Colour.RED: Markup("not well, seen {time}"),
    Colour.UNKNOWN: Markup("health unknown since {time}"),
}
NEVER_TOLD = Markup("health unknown")
TIME = Markup('<time datetime="{iso}">{text}</time>')
ICON = Markup('<img class="tile__icon" src="{launchpad}icons/{name}" alt="" width="48" height="48">')
INITIALS = Markup('<span class="tile__icon" aria-hidden="true">{letters}</span>')
LEAD = Markup('<p class="lead">{text}</p>')
LINK = Markup('<a href="{url}">{text}</a>')
TILES = Markup('<ul class="tiles" role="list">{tiles}</ul>')
ACTIONS = Markup('<p class="actions links">{links}</p>')

NOTHING_HERE = (
    "There are no applications yet. Start the emulator with EMULATOR_APPLICATIONS or send one to"
    " /_emulator/applications."
)
NOTHING_FOR_YOU = (
    "There is no application for you yet. An admin of the tenant gives you a role in Settings; then sign out and in"
    " again."
)


def launchpad_page(hub: Hub, request: EmulatorRequest, tenant: str, visitor: Visitor | None) -> Response:
    """The tiles; who is not signed in sees only the applications that are open to everybody of the tenant."""
    own = request.addresses.launchpad(tenant)
    scope = visitor.scope if visitor else ()
    tiles = [
        _tile(hub, request, application, own)
        for application in hub.applications
        if application.tenant == tenant and application.lets_in(scope)
    ]
    body = Markup("")
    if visitor is not None:
        body += LEAD.format(text=f"You are signed in as {visitor.account.name}.")
    if tiles:
        body += TILES.format(tiles=Markup("").join(tiles))
    else:
        body += LEAD.format(text=NOTHING_FOR_YOU if visitor else NOTHING_HERE)
    body += ACTIONS.format(links=Markup(" ").join(_links(own, visitor)))
    return page(hub, "Launchpad", f"Applications of {hub.tenants.get(tenant).display_name}", body)


def icon(hub: Hub, request: EmulatorRequest, tenant: str, visitor: Visitor | None, name: str) -> Response:
    """The icon of an application, for those who see its tile."""
    application = hub.applications.get(f"{tenant}-{name}-{tenant}")
    scope = visitor.scope if visitor else ()
    if application is None or not application.icon or not application.lets_in(scope):
        raise NotFound()
    response = Response(application.icon, content_type="image/png")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return never_stored(response)


def _links(own: str, visitor: Visitor | None) -> list[Markup]:
    if visitor is None:
        return [LINK.format(url=f"{own}sign-in", text="Sign in")]
    links = [LINK.format(url=f"{own}sign-out", text="Sign out")]
    if TENANT_ADMIN in visitor.scope:
        links.insert(0, LINK.format(url=f"{own}settings/", text="Settings"))
    return links


def _tile(hub: Hub, request: EmulatorRequest, application: Application, own: str) -> Markup:
    words = application.display_name.split()
    picture = ICON if application.icon else INITIALS
    colour, word = _health(application, microseconds(hub.clock.now_datetime()))
    return TILE.format(
        label=application.label,
        colour=colour,
        sign=SIGN.format(path=SHAPES[colour]),
        word=word,
        icon=picture.format(
            launchpad=own, name=application.name, letters="".join(word[0] for word in words[:2]).upper()
        ),
        url=f"{_address(hub, request, hub.applications.bases(application))}/",
        name=application.display_name,
        version=application.version,
    )


def _health(application: Application, now: int) -> tuple[Colour, Markup]:
    """What is known of its health, and the words for it."""
    told = application.health
    if told is None:
        return Colour.UNKNOWN, NEVER_TOLD
    at = EPOCH + told.observed_at * MICROSECOND
    time = TIME.format(iso=time_text(told.observed_at), text=f"{at.day} {at:%b %Y, %H:%M} UTC")
    return told.at(now), WORDS[told.at(now)].format(time=time)


def _address(hub: Hub, request: EmulatorRequest, bases: tuple[str, ...]) -> str:
    """The address in the caller's form: by host name, or the own port at localhost if there is one."""
    by_port = [base for base in bases if base.startswith(f"{hub.config.host_addresses.scheme}://localhost:")]
    return by_port[0] if by_port and request.addresses == hub.config.addresses else bases[0]
