"""Offering and ending sharings: ``/_emulator/sharings``.

Invented: the Hub has these only in Asset Manager and Settings, without a public API.
"""

from __future__ import annotations

from functools import wraps

from werkzeug import Response

from portal.emulator.assets.properties import Properties, TextRule
from portal.emulator.assets.sharing import Sharing, end_sharing, share, sharings
from portal.emulator.control.guards import ControlHandler, local_only
from portal.emulator.gateway.bodies import json_object
from portal.emulator.gateway.errors import GatewayError, refusal
from portal.emulator.hub import Hub
from portal.emulator.web import EmulatorRequest, json_response

ID = TextRule(32, 32)
TENANT = TextRule(10, 1)


def _refusing(handler: ControlHandler) -> ControlHandler:
    """Answer refusals with the common error body."""

    @wraps(handler)
    def guarded(hub: Hub, request: EmulatorRequest) -> Response:
        try:
            return handler(hub, request)
        except GatewayError as error:
            return refusal(error)

    return guarded


@local_only
def list_sharings(hub: Hub, request: EmulatorRequest) -> Response:
    """All sharings: ``{"sharings": [{"assetId", "sharer", "receiver"}]}``."""
    return json_response({"sharings": [_json(sharing) for sharing in sharings(hub.inventory)]})


@local_only
@_refusing
def add_sharing(hub: Hub, request: EmulatorRequest) -> Response:
    """Share an asset: ``{"assetId", "receiver"}``, the receiver being the name of a tenant."""
    asset_id, receiver = _named(request)
    with hub.lock:
        return json_response(_json(share(hub.inventory, asset_id, receiver)), 201)


@local_only
@_refusing
def remove_sharing(hub: Hub, request: EmulatorRequest) -> Response:
    """End a sharing: ``{"assetId", "receiver"}``."""
    asset_id, receiver = _named(request)
    with hub.lock:
        end_sharing(hub.inventory, asset_id, receiver)
    return Response(status=204)


def _named(request: EmulatorRequest) -> tuple[str, str]:
    # A body of another type than JSON is refused. That matters: a page of another origin can post a form or plain
    # text here without asking the browser's permission, but not JSON.
    properties = Properties(json_object(request))
    return properties.text("assetId", ID), properties.text("receiver", TENANT)


def _json(sharing: Sharing) -> dict[str, str]:
    return {"assetId": sharing.asset_id, "sharer": sharing.sharer, "receiver": sharing.receiver}
