"""The emulator's own paths around applications: register, list and remove them, and open a session for a script."""

from __future__ import annotations

from typing import Any

from werkzeug import Response
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from portal.emulator.appgateway import cookies
from portal.emulator.appgateway.applications import Application
from portal.emulator.appgateway.parts import WrongApplication
from portal.emulator.appgateway.registry import ApplicationExists
from portal.emulator.appgateway.sign_in import open_session
from portal.emulator.control.guards import json_object, local_only
from portal.emulator.hub import Hub
from portal.emulator.web import EmulatorRequest, json_response, never_stored

FIELDS = frozenset(
    {"name", "tenant", "upstream", "provider", "display_name", "version", "scopes", "content_security_policy"}
)
REQUIRED = ("name", "tenant", "upstream")


@local_only
def list_applications(hub: Hub, request: EmulatorRequest) -> Response:
    """All applications."""
    return json_response([hub.applications.description(application) for application in hub.applications])


@local_only
def add_application(hub: Hub, request: EmulatorRequest) -> Response:
    """Register an application; the JSON object has the fields of ``Application`` but ``port``.

    Only on this machine: what a program may register at any time must not make the gateway call elsewhere.
    """
    try:
        application = _application(json_object(request))
        if not application.is_on_this_machine:
            raise WrongApplication(
                "upstream has to be on this machine, for example http://127.0.0.1:5000. Another machine can be named"
                " in EMULATOR_APPLICATIONS at the start."
            )
        with hub.lock:
            hub.applications.add(application)
    except ApplicationExists as error:
        raise Conflict(str(error)) from error
    except WrongApplication as error:
        raise BadRequest(str(error)) from error
    return json_response(hub.applications.description(application), 201)


@local_only
def remove_application(hub: Hub, request: EmulatorRequest) -> Response:
    """Remove the application ``?label=acme-demoapp-acme`` and end its sessions."""
    label = request.args.get("label", "")
    with hub.lock:
        application = hub.applications.get(label)
        if application is None:
            raise NotFound(f"There is no application {label!r}. GET /_emulator/applications lists them.")
        hub.applications.remove(label)
    hub.application_sessions.end_all(application.label)
    return Response(status=204)


@local_only
def add_session(hub: Hub, request: EmulatorRequest) -> Response:
    """Open a session without the sign-in page: ``{"label": …, "email": …}``; answers with the three cookies."""
    wanted = json_object(request)
    label, email = wanted.get("label"), wanted.get("email")
    application = hub.applications.get(label) if isinstance(label, str) else None
    if application is None:
        raise BadRequest("label: write the label of an application. GET /_emulator/applications lists them.")
    account = next((account for account in hub.directory if account.email == email), None)
    if account is None or account.tenant != application.tenant:
        raise BadRequest(f"email: write the address of a person of {application.tenant}.")
    session = open_session(hub, application, account, hub.config.addresses)
    answer = {
        cookies.SESSION: session.session_id,
        cookies.REGION_SESSION: session.region_session,
        cookies.XSRF_TOKEN: session.xsrf_token,
    }
    return never_stored(json_response(answer, 201))


def _application(wanted: dict[str, Any]) -> Application:
    unknown = sorted(wanted.keys() - FIELDS)
    if unknown:
        raise WrongApplication(f"There is no field {unknown[0]!r}. Write some of {', '.join(sorted(FIELDS))}.")
    missing = [name for name in REQUIRED if name not in wanted]
    if missing:
        raise WrongApplication(f"{missing[0]} is missing.")
    scopes = wanted.pop("scopes", [])
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise WrongApplication("scopes: write a list of texts.")
    for name, value in wanted.items():
        if not isinstance(value, str):
            raise WrongApplication(f"{name}: write a text.")
    return Application(**wanted, scopes=tuple(scopes))
