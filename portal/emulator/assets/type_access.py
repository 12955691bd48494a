"""Who may read and who may change which types, and which ids a new type may have."""

from __future__ import annotations

import re

from portal.emulator.assets.endpoint import ADMIN, USER, AssetCall
from portal.emulator.assets.model import CORE_TENANT, AspectType, AssetType
from portal.emulator.assets.model_lock import require_unlocked
from portal.emulator.gateway.conditions import require_creation, require_match, require_none
from portal.emulator.gateway.errors import GatewayError, InvalidParameter, NoMatch
from portal.emulator.gateway.parameters import flag

TYPE_ID = re.compile(r"[A-Za-z0-9_]{1,8}\.[A-Za-z0-9_]+")
MAX_TYPE_ID = 128
ASSET_MANAGEMENT_ROLES = frozenset({ADMIN, USER})


def require_type_reader(call: AssetCall) -> bool:
    """Refuse types to a technical user without a role of Asset Management, if the switch says so.

    :returns: whether the caller wants received types, too (``includeShared``).
    :raises GatewayError: 403; a third party's technical users could read assets, but no types.
    """
    include_shared = flag(call.request, "includeShared")
    is_technical = call.caller.user_id is None
    allowed = call.hub.switches.technical_users_read_types or call.caller.has_any(ASSET_MANAGEMENT_ROLES)
    if is_technical and not allowed:
        raise GatewayError(403, "forbidden", "Access Denied")
    return include_shared


def present_aspect_type(call: AssetCall, type_id: str, include_shared: bool = False) -> AspectType:
    """The aspect type with this id.

    :raises NoMatch: there is none for this tenant.
    """
    kind = call.inventory.aspect_type(call.tenant, type_id, include_shared)
    if kind is None:
        raise NoMatch(f"Aspect type with id {type_id} does not exist.")
    return kind


def present_asset_type(call: AssetCall, type_id: str, include_shared: bool = False) -> AssetType:
    """The asset type with this id.

    :raises NoMatch: there is none for this tenant.
    """
    kind = call.inventory.asset_type(call.tenant, type_id, include_shared)
    if kind is None:
        raise NoMatch(f"Asset type with id {type_id} does not exist.")
    return kind


def require_creatable(call: AssetCall, type_id: str) -> None:
    """Refuse to create a type with an id that the tenant cannot give, or for a caller that wants an update.

    :raises GatewayError: 403 for a core type, 400 for another id, 412 for an update.
    """
    prefix, _, _ = type_id.partition(".")
    if prefix == CORE_TENANT:
        raise _core_type(type_id)
    if TYPE_ID.fullmatch(type_id) is None or len(type_id) > MAX_TYPE_ID or prefix != call.tenant:
        raise InvalidParameter(
            f"The id of a type is {call.tenant}, a dot, and letters, digits or _; at most {MAX_TYPE_ID} characters."
        )
    require_creation(call.request, call.hub.switches)


def require_changeable(call: AssetCall, kind: AspectType | AssetType) -> None:
    """Refuse to change or delete a type that is not the tenant's own, is locked, or has another etag than expected.

    :raises GatewayError: 403, 409 or the statuses of the switches.
    """
    if kind.tenant_id != call.tenant:
        raise _core_type(kind.id)
    require_none(call.request, call.hub.switches, exists=True)
    require_match(call.request, call.hub.switches, kind.etag)
    require_unlocked(call)


def _core_type(type_id: str) -> GatewayError:
    return GatewayError(403, "forbidden", f"{type_id} is a type of the platform. Nobody can change it.")
