"""A running emulator for tests: real HTTP on loopback, its state within reach."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from portal.emulator.appgateway.applications import Application
from portal.emulator.config import DEFAULT_SEED, EmulatorConfig
from portal.emulator.control.clock import Clock
from portal.emulator.control.faults import FaultPlan
from portal.emulator.control.journal import Journal
from portal.emulator.control.switches import LOOSE, Switches
from portal.emulator.hub import Hub
from portal.emulator.serving import EmulatorServer, bind_server
from portal.emulator.tenants import CORE_HOST


class RunningEmulator:
    """An emulator in a daemon thread. Use it as a context manager or call :meth:`stop`."""

    def __init__(self, server: EmulatorServer, hub: Hub) -> None:
        self.hub = hub
        self.url = hub.config.url
        self._server = server
        self._thread = threading.Thread(target=self._serve, daemon=True, name="emulator")
        self._thread.start()

    @property
    def clock(self) -> Clock:
        """The emulator's clock: ``shift(seconds)``, ``freeze(at)``, ``reset()``."""
        return self.hub.clock

    @property
    def faults(self) -> FaultPlan:
        """The faults in force: ``add(pattern, …)``, ``clear()``."""
        return self.hub.faults

    @property
    def requests(self) -> Journal:
        """The received requests, oldest first."""
        return self.hub.requests

    def reset(self, seed: str | None = None) -> None:
        """Everything as at the start, or as another seed has it."""
        self.hub.reset(seed)

    def user_token(self, email: str, host: str = CORE_HOST, scope: tuple[str, ...] | None = None) -> str:
        """A person's access token without the sign-in; with other roles than the account's if given.

        :raises KeyError: nobody has this address.
        """
        account = self.hub.directory.by_email(email)
        return self.hub.tokens.for_person(account, "bindery", host, scope).value

    def stop(self) -> None:
        """Close the port and wait for the thread to end; a second call does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def _serve(self) -> None:
        self._server.serve_forever()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start_emulator(
    portal_url: str = "http://testserver",
    seed: str = DEFAULT_SEED,
    applications: Iterable[Application] = (),
    loose: bool = False,
) -> RunningEmulator:
    """Start an emulator on a free port of 127.0.0.1; its URL is ``http://localhost:<port>``.

    It is strict like the Hub unless ``loose``. An application with port 0 gets a free port of its own;
    ``hub.applications`` knows which.
    """
    switches = LOOSE if loose else Switches()
    config = EmulatorConfig(seed=seed, portal_url=portal_url, switches=switches, applications=tuple(applications))
    return RunningEmulator(*bind_server(0, config))
