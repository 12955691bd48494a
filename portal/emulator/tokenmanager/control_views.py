"""Creating and revoking app credentials, in place of the cockpits: only from this machine."""

from __future__ import annotations

from typing import Any

from werkzeug import Response
from werkzeug.exceptions import BadRequest, NotFound

from portal.emulator.control.clock import utc_text
from portal.emulator.control.guards import local_only, require_json
from portal.emulator.hub import Hub
from portal.emulator.identity.bodies import Body, UnusableBody
from portal.emulator.identity.clients import SCOPE
from portal.emulator.tenants import TENANTS
from portal.emulator.tokenmanager.credentials import AccessLevel, AppCredential
from portal.emulator.tokenmanager.wishes import TENANT_NAME, read_application
from portal.emulator.web import EmulatorRequest, json_response, never_stored


@local_only
def create(hub: Hub, request: EmulatorRequest) -> Response:
    """Create a credential: ``{"hostTenant", "appName", "appVersion", "accessLevel"?, "scopes"?, "userTenants"?}``.

    The answer shows the secret for the only time. ``scopes`` belong to the access level ``Custom``.
    """
    require_json(request)
    try:
        body = Body(request)
        level = AccessLevel.READ_AND_WRITE
        if "accessLevel" in body:
            level = AccessLevel(body.one_of("accessLevel", *AccessLevel))
        application = read_application(body)
        _require_known(application.host_tenant)
        credential, secret = hub.app_credentials.issue(application, level, _scopes(body, level), _customers(body))
    except UnusableBody as error:
        raise BadRequest(str(error)) from error
    return never_stored(json_response({**described(credential), "clientSecret": secret}, 201))


@local_only
def show(hub: Hub, request: EmulatorRequest) -> Response:
    """All credentials, without their secrets."""
    return json_response([described(credential) for credential in hub.app_credentials])


@local_only
def revoke(hub: Hub, request: EmulatorRequest) -> Response:
    """Revoke the credential named by ``?client_id=``; it gets no further tokens."""
    try:
        hub.app_credentials.revoke(request.args.get("client_id", ""))
    except KeyError as error:
        raise NotFound("There is no app credential with this client_id.") from error
    return Response(status=204)


def described(credential: AppCredential) -> dict[str, Any]:
    """A credential without its secret; the time is UTC."""
    return {
        "clientId": credential.client_id,
        "hostTenant": credential.application.host_tenant,
        "appName": credential.application.name,
        "appVersion": credential.application.version,
        "accessLevel": credential.access_level,
        "scopes": list(credential.scope),
        "userTenants": list(credential.user_tenants),
        "expiresAt": utc_text(credential.expires_at, "seconds"),
    }


def _scopes(body: Body, level: AccessLevel) -> tuple[str, ...]:
    scopes = body.texts("scopes", SCOPE, "iot.tim.r")
    if bool(scopes) != (level is AccessLevel.CUSTOM):
        raise UnusableBody(f'scopes belong to the access level {AccessLevel.CUSTOM}. Write for example ["iot.tim.r"].')
    return scopes


def _customers(body: Body) -> tuple[str, ...]:
    customers = body.texts("userTenants", TENANT_NAME, "globex")
    for tenant in customers:
        _require_known(tenant)
    return customers


def _require_known(tenant: str) -> None:
    if tenant not in TENANTS:
        raise UnusableBody(f"There is no tenant {tenant}. Write one of: {', '.join(TENANTS)}.")
