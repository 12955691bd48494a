"""Tokens for applications, and the tenants that an application is provisioned for."""

from __future__ import annotations

from typing import Any

from werkzeug import Response

from portal.emulator.gateway.errors import GatewayError, InvalidParameter
from portal.emulator.gateway.parameters import whole_number
from portal.emulator.hub import Hub
from portal.emulator.identity.tokens import IssuedToken
from portal.emulator.tenants import SHARED_HOSTS
from portal.emulator.tokenmanager.credentials import AppCredential
from portal.emulator.tokenmanager.endpoint import token_manager_endpoint
from portal.emulator.tokenmanager.wishes import Wish, read_wish, require_provisioned
from portal.emulator.web import EmulatorRequest, json_response

LARGEST_PAGE = 500


@token_manager_endpoint
def token(hub: Hub, request: EmulatorRequest, credential: AppCredential) -> Response:
    """A token for the data of one user tenant, or of one of its people."""
    wish = read_wish(request, several=False)
    require_provisioned(wish, credential, request.world)
    request.tenant = wish.user_tenants[0]
    answer = json_response(_token(hub, request, credential, wish, wish.user_tenants[0]))
    request.reason = f"allowed: a token of {credential.client_id}"
    return answer


@token_manager_endpoint
def tokens(hub: Hub, request: EmulatorRequest, credential: AppCredential) -> Response:
    """A token for each of several user tenants, or none at all."""
    wish = read_wish(request, several=True)
    require_provisioned(wish, credential, request.world)
    answer = [{"userTenant": tenant, **_token(hub, request, credential, wish, tenant)} for tenant in wish.user_tenants]
    request.reason = f"allowed: tokens of {credential.client_id}"
    return json_response(answer)


@token_manager_endpoint
def user_tenants(hub: Hub, request: EmulatorRequest, credential: AppCredential) -> Response:
    """The provisioned tenants that are served at this gateway, in pages of at most 500."""
    page = whole_number(request, "page", 0)
    size = whole_number(request, "size", LARGEST_PAGE)
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidParameter(f"size has to be 1 to {LARGEST_PAGE}.")
    tenants = credential.user_tenants_in(request.world)
    request.reason = f"allowed: the user tenants of {credential.client_id}"
    return json_response(
        {
            "userTenants": tenants[page * size : (page + 1) * size],
            "page": {
                "size": size,
                "totalElements": len(tenants),
                "totalPages": -(-len(tenants) // size),
                "number": page,
            },
        }
    )


def _token(hub: Hub, request: EmulatorRequest, credential: AppCredential, wish: Wish, tenant: str) -> dict[str, Any]:
    """The answer of the token endpoint with the moment, in milliseconds, as this service adds it."""
    issued = _issued(hub, request, credential, wish, tenant)
    return {**issued.response(), "timestamp": int(hub.clock.now() * 1000)}


def _issued(hub: Hub, request: EmulatorRequest, credential: AppCredential, wish: Wish, tenant: str) -> IssuedToken:
    host = SHARED_HOSTS[request.world]
    if wish.email is None:
        return hub.tokens.for_application(credential.client_id, tenant, host, credential.scope, request.addresses)
    for account in hub.directory.at_host(host):
        if account.tenant == tenant and account.email.lower() == wish.email.lower():
            return hub.tokens.for_person(account, credential.client_id, host, addresses=request.addresses)
    raise GatewayError(403, "forbidden", f"The tenant {tenant} has no user with the e-mail in caller_context.")
