"""What the Hub bar asks for on an application's host, besides the tenant information of Tenant Management.

The paths below the services' names and the fields are assumed: the bar's calls are documented by service only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug import Response

from portal.emulator.appgateway.applications import Application
from portal.emulator.appgateway.routing import ApplicationRequest
from portal.emulator.appgateway.sessions import GatewaySession
from portal.emulator.control.clock import utc_text
from portal.emulator.gateway.errors import GatewayError
from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.hub import Hub
from portal.emulator.web import json_response

WARN_BEFORE_END = 3600
"""Seconds before the end of a session from which the bar's bell tells of it."""

BarApi = Callable[[Hub, ApplicationRequest, Application, GatewaySession], dict[str, Any]]


def answer_bar(
    hub: Hub, request: ApplicationRequest, application: Application, session: GatewaySession, path: str
) -> Response | None:
    """The answer to a call of the bar; nothing for any other path.

    :raises GatewayError: 405, the path can only be read.
    """
    api = BAR_APIS.get(path)
    if api is None:
        return None
    if request.method not in ("GET", "HEAD"):
        raise GatewayError(405, "exception", f"{path} can only be read.")
    request.client, request.tenant = application.label, application.tenant
    request.reason = "asked by the Hub bar"
    return with_gateway_headers(json_response(api(hub, request, application, session)))


def person(hub: Hub, request: ApplicationRequest, application: Application, session: GatewaySession) -> dict[str, Any]:
    """Who is signed in, in the shape of Identity Management's users."""
    account = session.account
    return {
        "schemas": ["urn:scim:schemas:core:1.0"],
        "id": account.user_id,
        "userName": account.email,
        "name": {"givenName": account.given_name, "familyName": account.family_name},
        "emails": [{"value": account.email}],
        "active": True,
    }


def profile(hub: Hub, request: ApplicationRequest, application: Application, session: GatewaySession) -> dict[str, Any]:
    """The person's settings that concern all applications."""
    owner = application.owner
    return {"userId": session.account.user_id, "displayName": session.account.name, "timezone": owner.timezone}


def notifications(
    hub: Hub, request: ApplicationRequest, application: Application, session: GatewaySession
) -> dict[str, Any]:
    """What the bell counts: that the session ends within the hour, as even a busy one does after 12 hours."""
    told = []
    if session.ends - hub.clock.now() <= WARN_BEFORE_END:
        ends = utc_text(session.ends, "seconds")
        told.append({"id": f"session-end-{ends}", "type": "sessionEnds", "time": ends, "read": False})
    return {"notifications": told, "unread": len(told)}


def customer(
    hub: Hub, request: ApplicationRequest, application: Application, session: GatewaySession
) -> dict[str, Any]:
    """The tenant as a customer, who provides the application, and where the tenant's Launchpad is."""
    owner = hub.tenants.get(application.tenant)
    return {
        "tenant": owner.name,
        "displayName": owner.display_name,
        "companyName": owner.company_name,
        "country": owner.country,
        "region": application.owner.region,
        "provider": application.provider,
        "launchpad": request.entry.addresses.launchpad(owner.name),
    }


BAR_APIS: dict[str, BarApi] = {
    "/api/im/v3/Users/me": person,
    "/api/userprofilemanagement/v3/profiles/me": profile,
    "/api/pushnotification/v3/notifications": notifications,
    "/api/customers/v3/customers/me": customer,
}
