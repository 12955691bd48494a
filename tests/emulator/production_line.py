"""A production line of acme that is not of the seed: a performance twin, and a simulation twin of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from portal.emulator.assets.model import Aspect, AspectType, Asset, AssetType, Category, DataType, Variable
from portal.emulator.testing import RunningEmulator

from .conftest import NOON
from .flows import Api

EVERYTHING = AspectType(
    "acme.Everything",
    "acme",
    "Everything",
    Category.DYNAMIC,
    (
        *(Variable(kind.value.lower(), kind, quality_code=kind is DataType.INT) for kind in DataType),
        Variable("short", DataType.STRING, length=3),
    ),
)
LINE = AssetType("acme.Line", "acme", "Line", "core.basicdevice", aspects=(Aspect("Everything", EVERYTHING.id),))
PERFORMANCE, SIMULATION = "a" * 32, "b" * 32
START = datetime(2026, 11, 20, 10, tzinfo=UTC)
ALL = {"from": "2026-11-20T09:00:00Z", "to": "2026-11-20T12:00:00Z"}


def line_of(emulator: RunningEmulator) -> Api:
    """The API as acme's admin sees it at noon, with everything else as at the start."""
    emulator.hub.reset()
    emulator.clock.freeze(NOON)
    inventory = emulator.hub.inventory
    inventory.put_aspect_type(EVERYTHING)
    inventory.put_asset_type(LINE)
    machine = Asset(PERFORMANCE, "acme", "Line 1", LINE.id, inventory.root("acme").asset_id)
    inventory.put_asset(machine)
    inventory.put_asset(replace(machine, asset_id=SIMULATION, name="Line 1, simulated", twin_type="simulation"))
    return admin_of(emulator, "acme")


def admin_of(emulator: RunningEmulator, tenant: str) -> Api:
    """The API as the tenant's second technical user sees it, who may do everything."""
    client = emulator.hub.clients.by_id(f"{tenant}-hub-admin")
    return Api(emulator, emulator.hub.tokens.for_technical_user(client, tenant, client.scope).value)


def path(asset: str = PERFORMANCE, aspect: str = "Everything") -> str:
    return f"/iottimeseries/v3/timeseries/{asset}/{aspect}"


def write(api: Api, body: Any, asset: str = PERFORMANCE, aspect: str = "Everything") -> requests.Response:
    return api.session.put(api.base + path(asset, aspect), json=body, timeout=10)


def send(api: Api, body: bytes) -> requests.Response:
    headers = {"Content-Type": "application/json"}
    return api.session.put(api.base + path(), data=body, headers=headers, timeout=30)


def delete(api: Api, asset: str = PERFORMANCE, aspect: str = "Everything", **params: str) -> requests.Response:
    return api.session.delete(api.base + path(asset, aspect), params=params, timeout=10)


def records(api: Api, asset: str = PERFORMANCE, aspect: str = "Everything", **params: str) -> Any:
    answer = api.get(path(asset, aspect), **{**ALL, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def moment(microseconds: int) -> str:
    return (START + timedelta(microseconds=microseconds)).isoformat()
