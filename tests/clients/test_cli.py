"""The vendor's command line tool `mdsp`, with credentials in its own store."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.emulator.testing import RunningEmulator

from .conftest import INSTALLED, Run

PASSKEY = "a-passkey-for-the-test"


@pytest.fixture(scope="module")
def mdsp(emulator: RunningEmulator, node: Run) -> Run:
    """Runs a command of the tool as acme's technical user; fails if the tool does."""
    client = emulator.hub.clients.by_id("acme-hub-admin")
    node("store_credentials.js", CLIENT_ID=client.client_id, CLIENT_SECRET=client.secret, MDSP_PASSKEY=PASSKEY)

    def run(*arguments: str, **variables: str) -> object:
        return node(str(INSTALLED / "bin" / "mc"), *arguments, "--passkey", PASSKEY, **variables)

    return run  # type: ignore[return-value]


def pump(emulator: RunningEmulator) -> str:
    return next(asset.asset_id for asset in emulator.hub.inventory.assets("acme") if asset.name == "Pump P-101")


def test_lists_assets(mdsp: Run) -> None:
    assert "Pump P-101" in mdsp("assets", "--mode", "list").stdout


def test_lists_types_and_aspects(mdsp: Run) -> None:
    assert "acme.CentrifugalPump" in mdsp("asset-types", "--mode", "list").stdout
    assert "acme.Vibration" in mdsp("aspects", "--mode", "list").stdout


def test_creates_types_from_its_own_templates(mdsp: Run, home: Path) -> None:
    """The tool knows what the Hub takes: its template has every data type, all of them searchable."""
    template = home / "template.json"
    mdsp("aspects", "--mode", "template", "--aspect", "Gauge", "--file", str(template))
    assert "acme.Gauge" in mdsp("aspects", "--mode", "create", "--aspect", "Gauge", "--file", str(template)).stdout
    assert "BIG_STRING" in mdsp("aspects", "--mode", "info", "--aspect", "Gauge").stdout
    mdsp("aspects", "--mode", "delete", "--aspect", "Gauge")
    assert "acme.Gauge" not in mdsp("aspects", "--mode", "list").stdout


def test_reads_time_series_and_aggregates(mdsp: Run, emulator: RunningEmulator) -> None:
    asset = ("--assetid", pump(emulator), "--aspectname", "Vibration")
    assert "velocity" in mdsp("timeseries", *asset).stdout
    shown = mdsp("aggregates", *asset, "--intervalunit", "hour", "--intervalvalue", "1").stdout
    assert "velocity" in shown


def test_lists_people_and_groups(mdsp: Run) -> None:
    assert "alice@acme.example" in mdsp("iam", "--mode", "list", "--user").stdout
    assert "TenantAdmin" in mdsp("iam", "--mode", "list", "--role").stdout


def test_locks_the_model(mdsp: Run) -> None:
    mdsp("asset-lock", "--mode", "lock")
    assert "locked" in mdsp("asset-lock", "--mode", "info").stdout.lower()
    mdsp("asset-lock", "--mode", "unlock")


def test_shows_the_tenant(mdsp: Run) -> None:
    assert "Acme Pumps GmbH" in mdsp("tenant", "--mode", "info").stdout


def test_shows_a_token(mdsp: Run) -> None:
    assert "ey" in mdsp("service-token").stdout
