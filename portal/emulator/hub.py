"""The state of the emulated Hub: one object that owns everything a handler may need."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from threading import RLock

from portal.emulator.aggregates.partials import HourlyPartials
from portal.emulator.appgateway.registry import ApplicationRegistry
from portal.emulator.appgateway.sessions import GatewaySessions
from portal.emulator.assets.files import Files
from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.seed import seed_inventory
from portal.emulator.config import EmulatorConfig
from portal.emulator.control.clock import Clock
from portal.emulator.control.faults import FaultPlan
from portal.emulator.control.journal import Journal
from portal.emulator.gateway.rates import Rates
from portal.emulator.identity.accounts import Directory
from portal.emulator.identity.clients import ClientRegistry
from portal.emulator.identity.sign_ins import SignIns
from portal.emulator.identity.signing import SigningKey
from portal.emulator.identity.tokens import TokenIssuer
from portal.emulator.tenantmanagement.registry import TenantRegistry
from portal.emulator.timeseries.store import SeriesStore
from portal.emulator.tokenmanager.credentials import AppCredentials


class Hub:
    """Identity, assets, clock, faults and journal of one emulated region.

    Handlers run in several threads. Whoever writes holds ``lock``; whoever reads takes a list first.
    """

    def __init__(self, config: EmulatorConfig) -> None:
        self.config = config
        self.lock = RLock()
        self.clock = Clock()
        self.faults = FaultPlan(config.seed)
        self.requests = Journal()
        self.signing_key = SigningKey()
        self.tokens = TokenIssuer(config, self.clock, self.signing_key)
        self.reset()

    def reset(self, seed: str | None = None) -> None:
        """Everything as at the start, or as another seed has it; the signing key stays, so tokens stay valid.

        :raises WrongSetting: the seed is empty.
        """
        with self.lock:
            if seed is not None:
                self.config = replace(self.config, seed=seed)
            self.clock.reset()
            self.faults.clear(self.config.seed)
            self.requests.clear()
            self._start()

    def started_anew(self, seed: str) -> Hub:
        """A copy with clock, faults, journal and keys of this one, and everything else as at the start."""
        fresh = copy(self)
        fresh.config = replace(self.config, seed=seed)
        fresh._start()
        return fresh

    def become(self, other: Hub) -> None:
        """Take over everything of a copy that :meth:`started_anew` made, at once."""
        with self.lock:
            vars(self).update(vars(other))

    def _start(self) -> None:
        """All that follows from the configuration; nothing here may touch what copies share."""
        self.rates = Rates()
        self.switches = self.config.switches
        self.directory = Directory(self.config.seed)
        self.tenants = TenantRegistry()
        self.clients = ClientRegistry(self.config)
        self.sign_ins = SignIns(self.clock)
        self.app_credentials = AppCredentials(self.config.seed, self.clock)
        self.applications = ApplicationRegistry(self.config, self.clients)
        self.application_sessions = GatewaySessions(self.clock)
        self.inventory: Inventory = seed_inventory(self.config.seed)
        self.files = Files()
        self.locked_models: set[str] = set()  # names of tenants
        self.series = SeriesStore(self.config.seed, self.clock, self.inventory)
        self.partials = HourlyPartials()
