"""The model lock: a tenant may forbid itself to change its types.

Source: the vendor's SDK. The lock restricts updates and deletions of asset types and aspect types; new types and
assets are not concerned.
"""

from __future__ import annotations

from portal.emulator.assets.endpoint import Answer, AssetCall, asset_endpoint, asset_writer
from portal.emulator.gateway.bodies import InvalidBody, MissingProperty, json_object
from portal.emulator.gateway.errors import GatewayError
from portal.emulator.gateway.parameters import flag


@asset_endpoint
def model_lock(call: AssetCall) -> Answer:
    """Whether the tenant's types are locked."""
    return {"enabled": call.tenant in call.hub.locked_models}


@asset_writer
def change_model_lock(call: AssetCall) -> Answer:
    """Lock or unlock the tenant's types: ``?enabled=true``, as the SDK sends it, or ``{"enabled": true}``."""
    enabled = _wanted(call)
    if enabled:
        call.hub.locked_models.add(call.tenant)
    else:
        call.hub.locked_models.discard(call.tenant)
    return {"enabled": enabled}


def require_unlocked(call: AssetCall) -> None:
    """Refuse to change or delete a type of a tenant that has locked its model.

    :raises GatewayError: 409; no public text has the status.
    """
    if call.tenant in call.hub.locked_models:
        raise GatewayError(
            409, "conflict", 'The asset model is locked. Unlock it with PUT /model/lock and {"enabled": false}.'
        )


def _wanted(call: AssetCall) -> bool:
    if "enabled" in call.request.args:
        return flag(call.request, "enabled")
    body = json_object(call.request)
    if "enabled" not in body:
        raise MissingProperty("enabled")
    if not isinstance(body["enabled"], bool):
        raise InvalidBody("enabled has to be true or false.")
    return body["enabled"]
