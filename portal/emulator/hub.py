"""The state of the emulated Hub: one object that owns everything a handler may need."""

from __future__ import annotations

from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.seed import seed_inventory
from portal.emulator.clock import Clock
from portal.emulator.config import EmulatorConfig
from portal.emulator.faults import FaultPlan
from portal.emulator.identity.accounts import Directory
from portal.emulator.identity.clients import ClientRegistry
from portal.emulator.identity.sign_ins import SignIns
from portal.emulator.identity.signing import SigningKey
from portal.emulator.identity.tokens import TokenIssuer
from portal.emulator.journal import Journal


class Hub:
    """Identity, assets, clock, faults and journal of one emulated region."""

    def __init__(self, config: EmulatorConfig) -> None:
        self.config = config
        self.clock = Clock()
        self.faults = FaultPlan()
        self.requests = Journal()
        self.directory = Directory(config.seed)
        self.clients = ClientRegistry(config)
        self.signing_key = SigningKey()
        self.tokens = TokenIssuer(config, self.clock, self.signing_key)
        self.sign_ins = SignIns(self.clock)
        self.inventory: Inventory = seed_inventory(config.seed)
