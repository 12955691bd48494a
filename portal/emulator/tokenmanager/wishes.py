"""What is asked of the Technical Token Manager, and whether the credential may have it."""

from __future__ import annotations

from dataclasses import dataclass

from portal.emulator.gateway.errors import GatewayError
from portal.emulator.identity.bodies import Body, UnusableBody
from portal.emulator.identity.clients import CLIENT_CREDENTIALS
from portal.emulator.tenants import TENANTS, World
from portal.emulator.tokenmanager.credentials import AppCredential, Application
from portal.emulator.web import EmulatorRequest

APP_NAME = r"[a-z][a-z0-9-]{0,19}"
APP_VERSION = r"[a-z0-9#$.;+_@-]{1,30}"
"""What the cockpit takes: at most 20 and 30 characters, no capitals, no blanks."""
TENANT_NAME = r"[a-z][a-z0-9]{0,7}"
EMAIL = r"[^\s@]{1,64}@[^\s@]{1,190}"


@dataclass(frozen=True)
class Wish:
    """The application that asks, the tenants whose data it wants, and the person it wants to act for, if any."""

    application: Application
    user_tenants: tuple[str, ...]
    email: str | None


def read_application(body: Body) -> Application:
    """``hostTenant``, ``appName`` and ``appVersion``.

    :raises UnusableBody: one of them is missing or of another form.
    """
    return Application(
        host_tenant=body.text("hostTenant", TENANT_NAME, "acme"),
        name=body.text("appName", APP_NAME, "demoapp"),
        version=body.text("appVersion", APP_VERSION, "1.0.0"),
    )


def read_wish(request: EmulatorRequest, several: bool) -> Wish:
    """The wish for one token, or for those of several user tenants.

    :raises GatewayError: 415 for another content type, 400 for a body that is not usable.
    """
    if request.mimetype != "application/json":
        raise GatewayError(415, "unsupportedMediaType", "Content-Type has to be application/json.")
    try:
        body = Body(request)
        if "grant_type" in body:
            body.one_of("grant_type", CLIENT_CREDENTIALS)
        return Wish(read_application(body), _user_tenants(body, several), _email(body))
    except UnusableBody as error:
        raise GatewayError(400, "invalidParameter", str(error)) from error


def require_provisioned(wish: Wish, credential: AppCredential, world: World) -> None:
    """Refuse another application, and a user tenant that this credential was not provisioned for.

    :raises GatewayError: 403.
    """
    if wish.application != credential.application:
        raise GatewayError(403, "forbidden", "The credential belongs to another application or version.")
    for tenant in wish.user_tenants:
        if tenant not in credential.user_tenants:
            raise GatewayError(403, "forbidden", f"The application is not provisioned for the tenant {tenant}.")
        if TENANTS[tenant].world is not world:
            raise GatewayError(403, "forbidden", f"The tenant {tenant} is served at the other gateway.")
    if wish.email is not None and world is World.XCELERATOR:
        raise GatewayError(403, "forbidden", "Acting for a person by e-mail is not supported with Xcelerator IAM.")


def _user_tenants(body: Body, several: bool) -> tuple[str, ...]:
    if not several:
        return (body.text("userTenant", TENANT_NAME, "acme"),)
    tenants = body.texts("userTenants", TENANT_NAME, "acme")
    if not tenants:
        raise UnusableBody('userTenants is missing or empty. Write a list, for example ["acme"].')
    return tenants


def _email(body: Body) -> str | None:
    if "caller_context_type" not in body and "caller_context" not in body:
        return None
    body.one_of("caller_context_type", "email")
    return body.text("caller_context", EMAIL, "alice@acme.example")
