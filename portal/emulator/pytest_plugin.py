"""The emulator as a pytest fixture for any project: ``pytest_plugins = ["portal.emulator.pytest_plugin"]``.

.. code-block:: python

    def test_pumps_are_listed(hub_emulator):
        hub_emulator.faults.add("/gateway/*", status=503, times=1)
        client = MyClient(hub_emulator.url, token=hub_emulator.user_token("alice@acme.example"))
        assert client.pumps()

A project chooses seed, switches and applications with a session fixture of its own named ``hub_emulator_config``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.emulator.config import EmulatorConfig
from portal.emulator.serving import bind_server
from portal.emulator.testing import RunningEmulator


@pytest.fixture(scope="session")
def hub_emulator_config() -> EmulatorConfig:
    """How the emulator starts; strict and with the usual seed unless a project says otherwise."""
    return EmulatorConfig()


@pytest.fixture(scope="session")
def running_hub_emulator(hub_emulator_config: EmulatorConfig) -> Iterator[RunningEmulator]:
    """One emulator for all tests, on a free port."""
    with RunningEmulator(*bind_server(0, hub_emulator_config)) as emulator:
        yield emulator


@pytest.fixture
def hub_emulator(running_hub_emulator: RunningEmulator, hub_emulator_config: EmulatorConfig) -> RunningEmulator:
    """The emulator as at its start: data, clock, faults, switches and journal are anew for each test."""
    running_hub_emulator.reset(hub_emulator_config.seed)
    return running_hub_emulator
