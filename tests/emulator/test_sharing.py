"""Assets that one tenant shares with another: what a row of the contract cannot say."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests

from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.sharing import Sharing, end_sharing, share, sharings
from portal.emulator.gateway.errors import GatewayError, NoMatch
from portal.emulator.testing import RunningEmulator

from .flows import Api


@pytest.fixture
def inventory(emulator: RunningEmulator) -> Inventory:
    emulator.hub.reset()
    return emulator.hub.inventory


def id_of(inventory: Inventory, name: str, tenant: str = "acme") -> str:
    return next(asset.asset_id for asset in inventory.assets(tenant) if asset.name == name)


def test_one_turbine_is_shared_at_the_start(inventory: Inventory) -> None:
    assert sharings(inventory) == [Sharing(id_of(inventory, "Turbine T-302"), "acme", "globex")]


def test_time_series_of_a_received_asset_are_those_of_the_original(inventory: Inventory) -> None:
    turbine, pump = id_of(inventory, "Turbine T-302"), id_of(inventory, "Pump P-101")
    original = inventory.origin("globex", turbine)
    assert original is not None and original.tenant_id == "acme"
    assert inventory.origin("acme", turbine) == original
    assert inventory.origin("globex", pump) is None
    assert inventory.origin("initech", turbine) is None


def test_without_the_original_there_are_no_time_series(emulator: RunningEmulator, inventory: Inventory) -> None:
    turbine = id_of(inventory, "Turbine T-302")
    original = inventory.asset("acme", turbine)
    assert original is not None
    inventory.put_asset(replace(original, deleted=emulator.clock.now_datetime()))
    assert inventory.origin("globex", turbine) is None
    assert inventory.asset("globex", turbine, include_shared=True) is not None
    end_sharing(inventory, turbine, "globex")
    assert inventory.asset("globex", turbine, include_shared=True) is None


def test_a_copy_takes_neither_files_nor_locks_nor_inherited_data_along(inventory: Inventory) -> None:
    area = inventory.asset("acme", id_of(inventory, "Pump Station"))
    assert area is not None
    inventory.put_asset(replace(area, file_assignments={"photo": "a" * 32}))
    share(inventory, area.asset_id, "globex")
    copy = inventory.asset("globex", area.asset_id, include_shared=True)
    assert copy is not None
    assert (dict(copy.file_assignments), copy.location, copy.shared_with) == ({}, None, ())
    assert inventory.located(copy) is None
    assert [above.name for above in inventory.ancestors(copy)] == ["globex"]


def test_types_are_visible_as_long_as_an_asset_of_them_is_received(inventory: Inventory) -> None:
    def visible() -> set[str]:
        return {kind.id for kind in inventory.asset_types("globex", include_shared=True) if kind.tenant_id == "acme"}

    assert visible() == {"acme.LPGTurbine", "acme.CNGTurbine"}
    assert inventory.aspect_type("globex", "acme.PowerConsumption", include_shared=True) is not None
    assert inventory.aspect_type("globex", "acme.Hydraulics", include_shared=True) is None
    assert {kind.id for kind in inventory.aspect_types("globex", include_shared=True)} >= {"acme.Vibration"}
    end_sharing(inventory, id_of(inventory, "Turbine T-302"), "globex")
    assert visible() == set()


def test_what_was_received_cannot_be_shared_on(inventory: Inventory) -> None:
    """The id names the original, whoever asks; its owner has shared it with globex already."""
    with pytest.raises(GatewayError) as refused:
        share(inventory, id_of(inventory, "Turbine T-302"), "globex")
    assert refused.value.status == 409


def test_an_own_asset_is_no_sharing_to_end(inventory: Inventory) -> None:
    with pytest.raises(NoMatch):
        end_sharing(inventory, id_of(inventory, "Turbine T-302"), "acme")
    assert inventory.asset("acme", id_of(inventory, "Turbine T-302")) is not None


def test_of_many_equal_offers_one_is_accepted(emulator: RunningEmulator, inventory: Inventory) -> None:
    body = {"assetId": id_of(inventory, "Pump P-101"), "receiver": "globex"}

    def offer(_: int) -> int:
        return requests.post(f"{emulator.url}/_emulator/sharings", json=body, timeout=10).status_code

    with ThreadPoolExecutor(6) as pool:
        assert Counter(pool.map(offer, range(6))) == {201: 1, 409: 5}


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_only_the_own_machine_shares(emulator: RunningEmulator, method: str) -> None:
    headers = {"Host": "evil.example"}
    answer = requests.request(method, f"{emulator.url}/_emulator/sharings", json={}, headers=headers, timeout=10)
    assert answer.status_code == 403


@pytest.mark.parametrize("body", [[], {"assetId": 1, "receiver": "globex"}, {"receiver": "globex"}, {"assetId": "x"}])
def test_a_wrong_offer_is_400(emulator: RunningEmulator, body: object) -> None:
    answer = requests.post(f"{emulator.url}/_emulator/sharings", json=body, timeout=10)
    assert answer.status_code == 400, answer.text


def test_types_are_shared_along_with_assets(emulator: RunningEmulator, inventory: Inventory) -> None:
    """The turbine's type, the one above it and their aspect types; core types are everybody's anyway."""
    assert modes_of_types(emulator, "acme-hub-admin", "acme") == {
        "acme.LPGTurbine": ["SHARER"],
        "acme.CNGTurbine": ["SHARER"],
        "acme.CentrifugalPump": [],
        "core.basicdevice": [],
        "aspect acme.Vibration": ["SHARER"],
        "aspect acme.PowerConsumption": ["SHARER"],
        "aspect acme.Motor": [],
        "aspect core.assetstatus": [],
    }
    received = modes_of_types(emulator, "globex-hub-admin", "globex")
    assert received["acme.LPGTurbine"] == received["aspect acme.Vibration"] == ["RECEIVER"]
    assert received["globex.WindTurbine"] == received["core.basicdevice"] == []
    end_sharing(inventory, id_of(inventory, "Turbine T-302"), "globex")
    assert set(map(tuple, modes_of_types(emulator, "acme-hub-admin", "acme").values())) == {()}


def modes_of_types(emulator: RunningEmulator, client_id: str, host: str) -> dict[str, list[str]]:
    """How the types of a tenant are shared, aspect types in their list and in asset types alike."""
    client = emulator.hub.clients.by_id(client_id)
    api = Api(emulator, emulator.hub.tokens.for_technical_user(client, host, client.scope).value)
    asked = {"size": 100, "includeShared": "true"}
    kinds = api.get("/assetmanagement/v3/assettypes", **asked).json()["_embedded"]["assetTypes"]
    aspects = api.get("/assetmanagement/v3/aspecttypes", **asked).json()["_embedded"]["aspectTypes"]
    found = {kind["id"]: kind["sharing"]["modes"] for kind in kinds}
    found |= {f"aspect {kind['id']}": kind["sharing"]["modes"] for kind in aspects}
    for kind in kinds:
        for aspect in kind["aspects"]:
            shown = aspect["aspectType"]
            assert shown["sharing"]["modes"] == found[f"aspect {shown['id']}"]
    wanted = ("LPG", "CNG", "Centrifugal", "WindT", "basicdevice", "Vibration", "PowerC", "acme.Motor", "assetstatus")
    return {name: modes for name, modes in found.items() if any(word in name for word in wanted)}
