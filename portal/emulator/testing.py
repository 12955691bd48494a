"""A running emulator for tests: real HTTP on loopback, its state within reach."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from portal.emulator.application import make_application
from portal.emulator.config import DEFAULT_SEED, EmulatorConfig
from portal.emulator.control.clock import Clock
from portal.emulator.control.faults import FaultPlan
from portal.emulator.control.journal import Journal
from portal.emulator.hub import Hub
from portal.emulator.tenants import CORE_HOST

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ADDRESS = "127.0.0.1"


class QuietHandler(WSGIRequestHandler):
    """Logs nothing, and sends small answers at once instead of waiting for more bytes (Nagle)."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: object) -> None:
        """Stay silent; the journal knows what was received."""


class RunningEmulator:
    """An emulator in a daemon thread. Use it as a context manager or call :meth:`stop`."""

    def __init__(self, server: BaseWSGIServer, hub: Hub) -> None:
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
        self._server.serve_forever(poll_interval=0.02)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start_emulator(portal_url: str = "http://testserver", seed: str = DEFAULT_SEED) -> RunningEmulator:
    """Start an emulator on a free port of 127.0.0.1; its URL is ``http://localhost:<port>``."""
    server, hub = bind_server(port=0, portal_url=portal_url, seed=seed)
    return RunningEmulator(server, hub)


def bind_server(port: int, portal_url: str, seed: str) -> tuple[BaseWSGIServer, Hub]:
    """A bound server and its hub. The port has to be known before the hub, which writes it into issuers.

    :raises SystemExit: the port is taken (werkzeug prints which one).
    """
    server = make_server(ADDRESS, port, _not_ready, threaded=True, request_handler=QuietHandler)
    hub = Hub(EmulatorConfig(f"http://localhost:{server.server_port}", seed, portal_url))
    server.app = make_application(hub)
    return server, hub


def _not_ready(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return [b""]
