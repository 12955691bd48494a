"""Each row of the contract table against a running emulator, reset before each."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from copy import copy
from typing import Any

import pytest
import requests
from dirty_equals import DirtyEquals

from portal.emulator.addresses import service_url
from portal.emulator.tenants import TENANTS, World
from portal.emulator.testing import RunningEmulator, start_emulator
from tests.emulator import contract
from tests.emulator.conftest import NOON

from .rows import SOURCES, Row, Send


def all_rows() -> list[Row]:
    """The rows of all modules of this package, in the order of their names."""
    names = [module.name for module in pkgutil.iter_modules(contract.__path__) if not module.name.startswith("test_")]
    modules = [importlib.import_module(f"{contract.__name__}.{name}") for name in names]
    return [row for module in modules for row in getattr(module, "ROWS", ())]


ROWS = all_rows()


@pytest.fixture(scope="module")
def running() -> Iterator[RunningEmulator]:
    with start_emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: RunningEmulator) -> RunningEmulator:
    running.hub.reset()
    running.clock.freeze(NOON)
    return running


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_the_answer_is_the_one_of_the_table(emulator: RunningEmulator, row: Row) -> None:
    sender = Sender(emulator)
    for step in row.before:
        answer = sender.send(step)
        assert answer.status_code < 400, f"before: {step.method} {step.path}: {answer.status_code} {answer.text}"
    answer = sender.send(row.send)
    assert answer.status_code == row.status, answer.text
    for name, value in row.headers.items():
        assert answer.headers.get(name) == sender.filled(value), name
    if row.body is not None:
        assert answer.json() == sender.filled(row.body)
    if row.text is not None:
        assert answer.text == sender.filled(row.text)


def test_ids_are_unique_and_sources_are_known() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    assert {row.source for row in ROWS} <= SOURCES.keys()


def test_every_row_can_fail(emulator: RunningEmulator) -> None:
    """A row that would accept any answer is no rule."""
    assert [
        row.id for row in ROWS if row.status == 200 and row.body is None and row.text is None and not row.headers
    ] == []


class Sender:
    """Sends the requests of one row and remembers what later ones need."""

    def __init__(self, emulator: RunningEmulator) -> None:
        self.emulator = emulator
        inventory = emulator.hub.inventory
        by_name = {asset.name: asset.asset_id for tenant in TENANTS for asset in inventory.assets(tenant)}
        self.names = {
            "url": emulator.url,
            "base": f"{emulator.url}/gateway/api",
            "pump": by_name["Pump P-101"],
            "pump2": by_name["Pump P-102"],
            "turbine": by_name["Turbine T-302"],
            "site": by_name["Augsburg Works"],
            "area": by_name["Pump Station"],
            "root": by_name["acme"],
            "foreign": by_name["Wind Turbine W-1"],
            "drive": by_name["Drive D-1"],
            "alice": emulator.hub.directory.by_email("alice@acme.example").user_id,
        }

    def send(self, step: Send) -> requests.Response:
        headers = {"Accept": "*/*", **self._authorization(step.as_), **self.filled(dict(step.headers))}
        answer = requests.request(
            step.method,
            self._address(self.filled(step.path), step.as_, own_host="Host" in step.headers),
            params=self.filled(dict(step.params)),
            headers=headers,
            json=self.filled(step.json),
            data=self.filled(step.data),
            allow_redirects=False,
            timeout=10,
        )
        for name, keys in step.keep.items():
            value = answer.json()
            for key in keys.split("."):
                value = value[int(key) if key.isdigit() else key]
            self.names[name] = str(value)
        return answer

    def filled(self, value: Any) -> Any:
        """The value with `{names}` replaced, in all texts of it, also in those that dirty-equals compares with."""
        if isinstance(value, str):
            for name, meant in self.names.items():
                value = value.replace("{" + name + "}", meant)
            return value
        if isinstance(value, dict):
            return {self.filled(key): self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.filled(inner) for inner in value)
        if isinstance(value, DirtyEquals):
            known = copy(value)
            vars(known).update({name: self.filled(inner) for name, inner in vars(value).items()})
            return known
        return value

    def _authorization(self, caller: str) -> dict[str, str]:
        if not caller:
            return {}
        hub = self.emulator.hub
        if "@" in caller:
            account = hub.directory.by_email(caller)
            token = hub.tokens.for_person(account, "bindery", TENANTS[account.tenant].identity_host).value
        else:
            client = hub.clients.by_id(caller)
            token = hub.tokens.for_technical_user(
                client, TENANTS[client.tenant or ""].identity_host, client.scope
            ).value
        return {"Authorization": f"Bearer {token}"}

    def _address(self, path: str, caller: str, own_host: bool) -> str:
        """A path below `/api/` at the gateway of the caller's world; any other one, or at a named host, as it is."""
        if own_host or not path.startswith("/api/"):
            return self.emulator.url + path
        tenant = caller.partition("@")[2].partition(".")[0] if "@" in caller else caller.partition("-")[0]
        world = TENANTS[tenant].world if tenant in TENANTS else World.CLASSIC
        service, _, rest = path.removeprefix("/api/").partition("/")
        return f"{service_url(self.emulator.hub.config.addresses, world, service)}/{rest}"
