"""The handlers of the Hub's own pages: which tenant, who, then the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from werkzeug import Response
from werkzeug.exceptions import NotFound

from portal.emulator.control.guards import own_form
from portal.emulator.hub import Hub
from portal.emulator.hubpages import launchpad as launchpad_pages
from portal.emulator.hubpages import sessions, settings
from portal.emulator.hubpages.html import PageProblem, problem
from portal.emulator.tenants import TENANTS
from portal.emulator.web import EmulatorRequest


def hub_page(answer: Callable[..., Response]) -> Callable[..., Response]:
    """Turn a function into a handler that knows the tenant and tells people what did not work."""

    @wraps(answer)
    def handler(hub: Hub, request: EmulatorRequest, tenant: str, **arguments: str) -> Response:
        if tenant not in TENANTS:
            raise NotFound()
        try:
            return answer(hub, request, tenant, **arguments)
        except PageProblem as error:
            request.reason = error.message
            return problem(hub, error, request.addresses.launchpad(tenant))

    return handler


def admin_page(answer: Callable[..., Response]) -> Callable[..., Response]:
    """Like :func:`hub_page`, for admins only; who is not signed in is sent to do so."""

    @wraps(answer)
    def guarded(hub: Hub, request: EmulatorRequest, tenant: str, **arguments: str) -> Response:
        visitor = sessions.visitor_of(hub, request, tenant)
        if visitor is None:
            return sessions.start(hub, request, tenant, "settings/")
        settings.require_admin(visitor)
        return answer(hub, request, tenant, **arguments)

    return hub_page(guarded)


@hub_page
def launchpad(hub: Hub, request: EmulatorRequest, tenant: str) -> Response:
    """The applications that the person can open."""
    return launchpad_pages.launchpad_page(hub, request, tenant, sessions.visitor_of(hub, request, tenant))


@hub_page
def icon(hub: Hub, request: EmulatorRequest, tenant: str, name: str) -> Response:
    """The icon of a tile."""
    return launchpad_pages.icon(hub, request, tenant, sessions.visitor_of(hub, request, tenant), name)


@hub_page
def sign_in(hub: Hub, request: EmulatorRequest, tenant: str) -> Response:
    """Begin to sign in; the Launchpad follows."""
    return sessions.start(hub, request, tenant, "")


@hub_page
def signed_in(hub: Hub, request: EmulatorRequest, tenant: str) -> Response:
    """Come back from the identity host."""
    return sessions.finish(hub, request, tenant)


@hub_page
def sign_out(hub: Hub, request: EmulatorRequest, tenant: str) -> Response:
    """End the session."""
    return sessions.end(hub, request, tenant)


@admin_page
def users(hub: Hub, request: EmulatorRequest, tenant: str) -> Response:
    """Look for a person."""
    return settings.people_page(hub, request, tenant)


@admin_page
def roles(hub: Hub, request: EmulatorRequest, tenant: str, user_id: str) -> Response:
    """The role assignment of a person."""
    return settings.roles_page(hub, request, tenant, user_id)


@own_form
@admin_page
def save_roles(hub: Hub, request: EmulatorRequest, tenant: str, user_id: str) -> Response:
    """Change it."""
    return settings.save_roles(hub, request, tenant, user_id)
