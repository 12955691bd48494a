"""``gunicorn --certfile … --keyfile … portal.emulator.example.wsgi``; the Hub is at ``EMULATOR_URL``."""

from __future__ import annotations

import os

from portal.emulator.config import EmulatorConfig
from portal.emulator.example.application import Example
from portal.emulator.tenants import World

_config = EmulatorConfig.from_environment({"EMULATOR_URL": os.environ["EMULATOR_URL"]})
application = Example(_config.addresses.gateway(World.CLASSIC), _config.host_addresses.static)
