"""The state of the emulated Hub: one object that owns everything a handler may need."""

from __future__ import annotations

from threading import RLock

from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.seed import seed_inventory
from portal.emulator.config import EmulatorConfig
from portal.emulator.control.clock import Clock
from portal.emulator.control.faults import FaultPlan
from portal.emulator.control.journal import Journal
from portal.emulator.identity.accounts import Directory
from portal.emulator.identity.clients import ClientRegistry
from portal.emulator.identity.sign_ins import SignIns
from portal.emulator.identity.signing import SigningKey
from portal.emulator.identity.tokens import TokenIssuer


class Hub:
    """Identity, assets, clock, faults and journal of one emulated region.

    Handlers run in several threads. Whoever writes holds ``lock``; whoever reads takes a list first.
    """

    def __init__(self, config: EmulatorConfig) -> None:
        self.config = config
        self.lock = RLock()
        self.clock = Clock()
        self.faults = FaultPlan()
        self.requests = Journal()
        self.signing_key = SigningKey()
        self.tokens = TokenIssuer(config, self.clock, self.signing_key)
        self.reset()

    def reset(self) -> None:
        """Everything as at the start; the signing key stays, so tokens stay valid."""
        with self.lock:
            self.clock.reset()
            self.faults.clear()
            self.requests.clear()
            self.switches = self.config.switches
            self.directory = Directory(self.config.seed)
            self.clients = ClientRegistry(self.config)
            self.sign_ins = SignIns(self.clock)
            self.inventory: Inventory = seed_inventory(self.config.seed)
