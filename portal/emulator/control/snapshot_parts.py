"""The parts of a snapshot: how each store of the Hub is written into it and filled from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.emulator.appgateway.applications import Application
from portal.emulator.appgateway.parts import WrongApplication
from portal.emulator.assets.files import FileRecord, Files
from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.model import CORE_TENANT, AspectType, Asset, AssetType
from portal.emulator.control.records import WrongRecord, list_from_json, list_to_json
from portal.emulator.identity.clients import PORTAL_CLIENT_ID, Client
from portal.emulator.tenants import TENANTS
from portal.emulator.tokenmanager.credentials import AppCredential

if TYPE_CHECKING:
    from portal.emulator.hub import Hub


@dataclass(frozen=True)
class Part:
    """A store in a snapshot. ``load`` fills a Hub that nobody uses yet; any error means that the content is wrong."""

    dump: Callable[[Hub], Any]
    load: Callable[[Hub, Any], None]


def _dump_inventory(hub: Hub) -> dict[str, Any]:
    inventory = hub.inventory
    return {
        "aspectTypes": list_to_json(inventory.all_aspect_types()),
        "assetTypes": list_to_json(inventory.all_asset_types()),
        "assets": list_to_json(inventory.all_assets()),
    }


def _load_inventory(hub: Hub, content: Any) -> None:
    aspect_types = list_from_json(content["aspectTypes"], AspectType)
    asset_types = list_from_json(content["assetTypes"], AssetType)
    assets = list_from_json(content["assets"], Asset)
    _require_unique("aspect type", (kind.id for kind in aspect_types))
    _require_unique("asset type", (kind.id for kind in asset_types))
    _require_unique("asset", (f"{asset.tenant_id} {asset.asset_id}" for asset in assets))
    _check_types(aspect_types, asset_types)
    _check_assets({kind.id for kind in asset_types}, assets)
    hub.inventory = Inventory(aspect_types, asset_types, assets)


def _check_types(aspect_types: list[AspectType], asset_types: list[AssetType]) -> None:
    owners = {f"aspect type {kind.id}": kind.tenant_id for kind in aspect_types}
    owners |= {f"asset type {kind.id}": kind.tenant_id for kind in asset_types}
    for name, tenant in owners.items():
        _require(tenant in (*TENANTS, CORE_TENANT), f"{name} is of an unknown tenant")
    for aspect_type in aspect_types:
        _require(bool(aspect_type.variables), f"aspect type {aspect_type.id} has no variables")
    known = {kind.id for kind in aspect_types}
    for kind in asset_types:
        for aspect in kind.aspects:
            _require(aspect.aspect_type_id in known, f"asset type {kind.id} has an unknown aspect type")
    _check_parents("asset type", {kind.id: kind.parent_type_id for kind in asset_types})


def _check_assets(types: set[str], assets: list[Asset]) -> None:
    for asset in assets:
        _require(asset.tenant_id in TENANTS, f"asset {asset.asset_id} is of an unknown tenant")
        _require(asset.type_id in types, f"asset {asset.asset_id} is of an unknown type")
        for other in (*asset.shared_with, *filter(None, [asset.received_from])):
            _require(other in TENANTS, f"asset {asset.asset_id} is shared with an unknown tenant")
    for tenant in TENANTS:
        owned = [asset for asset in assets if asset.tenant_id == tenant]
        parents = {asset.asset_id: asset.parent_id or None for asset in owned}
        roots = sum(not asset.parent_id and asset.deleted is None and not asset.received_from for asset in owned)
        _require(roots == 1, f"{tenant} needs one root asset, there are {roots}")
        _check_parents("asset", parents)


def _check_parents(kind: str, parents: dict[str, str | None]) -> None:
    """The way up from everywhere has to end at something without a parent. Each step is gone once."""
    good: set[str | None] = {None}
    for start in parents:
        way: set[str | None] = set()
        following: str | None = start
        while following not in good:
            _require(following in parents and following not in way, f"the parents of {kind} {start} lead nowhere")
            way.add(following)
            following = parents[following or ""]
        good |= way


def _load_files(hub: Hub, content: Any) -> None:
    records = list_from_json(content, FileRecord)
    _require_unique("file", (record.file_id for record in records))
    hub.files = Files()
    for record in records:
        _require(record.tenant_id in TENANTS, f"file {record.file_id} is of an unknown tenant")
        hub.files.put(record)


def _load_locked_models(hub: Hub, content: Any) -> None:
    names = list_from_json(content, str)
    _require(set(names) <= TENANTS.keys(), "there is no such tenant")
    hub.locked_models = set(names)


def _registered_clients(hub: Hub) -> list[Client]:
    """The clients that do not follow from how the emulator was started."""
    others = {PORTAL_CLIENT_ID, *(application.label for application in hub.applications)}
    return [client for client in hub.clients if client.client_id not in others]


def _load_clients(hub: Hub, content: Any) -> None:
    for client in _registered_clients(hub):
        hub.clients.remove(client.client_id)
    for client in list_from_json(content, Client):
        _require(client.tenant is None or client.tenant in TENANTS, f"{client.client_id} is of an unknown tenant")
        hub.clients.add(client)


def _registered_applications(hub: Hub) -> list[Application]:
    return [application for application in hub.applications if application not in hub.config.applications]


def _load_applications(hub: Hub, content: Any) -> None:
    for application in list_from_json(content, Application):
        # As for an application that is registered over HTTP: nothing makes the gateway call another machine.
        # What a component's URL leads to, the gateway looks at before each call.
        is_local = bool(application.components) or application.is_on_this_machine
        if not is_local or application.port is not None:
            raise WrongApplication("the upstream has to be on this machine, and a port can only be had at the start")
        hub.applications.add(application)


def _load_credentials(hub: Hub, content: Any) -> None:
    credentials = list_from_json(content, AppCredential)
    _require_unique("app credential", (credential.client_id for credential in credentials))
    for credential in credentials:
        for tenant in (credential.application.host_tenant, *credential.user_tenants):
            _require(tenant in TENANTS, f"{credential.client_id} is for an unknown tenant")
    hub.app_credentials.replace_all(credentials)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise WrongRecord(otherwise)


def _require_unique(kind: str, names: Iterable[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    _require(not twice, f"there are two of the {kind} {twice[0] if twice else ''}")


PARTS: dict[str, Part] = {
    "inventory": Part(_dump_inventory, _load_inventory),
    "files": Part(lambda hub: list_to_json(hub.files), _load_files),
    "lockedModels": Part(lambda hub: sorted(hub.locked_models), _load_locked_models),
    "directory": Part(lambda hub: hub.directory.dump(), lambda hub, content: hub.directory.load(content)),
    "tenants": Part(lambda hub: hub.tenants.dump(), lambda hub, content: hub.tenants.load(content)),
    "clients": Part(lambda hub: list_to_json(_registered_clients(hub)), _load_clients),
    "applications": Part(lambda hub: list_to_json(_registered_applications(hub)), _load_applications),
    "appCredentials": Part(lambda hub: list_to_json(hub.app_credentials), _load_credentials),
    "timeSeries": Part(lambda hub: hub.series.dump(), lambda hub, content: hub.series.load(content)),
}
"""In the order in which they are filled: the clients of applications are there before the registered ones."""
