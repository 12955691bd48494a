"""Creating and deleting technical users, in place of the Settings app: only from this machine."""

from __future__ import annotations

from werkzeug import Response
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from portal.emulator.control.guards import local_only, require_json
from portal.emulator.hub import Hub
from portal.emulator.identity.bodies import Body, UnusableBody
from portal.emulator.identity.clients import (
    CLIENT_CREDENTIALS,
    READER_SCOPE,
    SCOPE,
    Client,
    ClientRefused,
    new_secret,
)
from portal.emulator.tenants import TENANTS
from portal.emulator.web import EmulatorRequest, json_response, never_stored

NAME = r"[a-z][a-z0-9-]{0,31}"


@local_only
def create(hub: Hub, request: EmulatorRequest) -> Response:
    """Create a technical user: ``{"tenant", "name", "scope"?}``; the answer shows its secret for the only time."""
    require_json(request)
    try:
        body = Body(request)
        tenant = TENANTS[body.one_of("tenant", *TENANTS)]
        client = Client(
            client_id=f"{tenant.name}-{body.text('name', NAME, 'line-reader')}",
            secret=new_secret(),
            grant_types=(CLIENT_CREDENTIALS,),
            tenant=tenant.name,
            scope=body.texts("scope", SCOPE, "iot.tim.r") or READER_SCOPE,
        )
    except UnusableBody as error:
        raise BadRequest(str(error)) from error
    try:
        hub.clients.add(client)
    except ClientRefused as error:
        raise Conflict(str(error)) from error
    shown = {
        "client_id": client.client_id,
        "client_secret": client.secret,
        "tenant": tenant.name,
        "scope": list(client.scope),
        "token_url": hub.tokens.issuer(tenant.identity_host),
    }
    return never_stored(json_response(shown, 201))


@local_only
def delete(hub: Hub, request: EmulatorRequest) -> Response:
    """Delete the technical user named by ``?client_id=``; it gets no further tokens."""
    client = hub.clients.get(request.args.get("client_id", ""))
    if client is None or not client.is_technical_user:
        raise NotFound("There is no technical user with this client_id.")
    try:
        hub.clients.remove(client.client_id)
    except KeyError as error:
        raise NotFound("The technical user was deleted by somebody else.") from error
    return Response(status=204)
