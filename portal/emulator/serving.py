"""The development server: the emulator's own port, and a port for each application that wants one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from werkzeug.serving import ThreadedWSGIServer

from portal.emulator.appgateway.applications import Application
from portal.emulator.application import make_application
from portal.emulator.config import EmulatorConfig
from portal.emulator.connections import Connection, hang_up
from portal.emulator.hub import Hub

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ADDRESS = "127.0.0.1"
POLL_INTERVAL = 0.02
"""Seconds until a request to shut down is seen."""


class PortTaken(Exception):
    """Another program listens on the port; the message says what to do."""


class OnePort(ThreadedWSGIServer):
    """A server on one port of 127.0.0.1 with a thread for each connection; port 0 takes a free one.

    :raises PortTaken: another program has the port.
    """

    def __init__(self, port: int) -> None:
        self._connections: WeakSet[socket.socket] = WeakSet()
        super().__init__(ADDRESS, port, _not_ready, Connection)

    def server_bind(self) -> None:
        """Take the port."""
        try:
            super().server_bind()
        except OSError as error:
            raise PortTaken(
                f"Port {self.server_address[1]} cannot be used: {error.strerror}. Choose another one, or 0 for any."
            ) from error

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer on a new connection, in a thread of its own."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def server_close(self) -> None:
        """Close the port and its connections."""
        super().server_close()
        for connection in list(self._connections):
            hang_up(connection)


class EmulatorServer(OnePort):
    """A server on 127.0.0.1 that also listens on the ports of the applications; port 0 takes a free one.

    ``applications`` are the given ones with the ports they got. All ports serve the same WSGI application.
    """

    def __init__(self, port: int, applications: Iterable[Application] = ()) -> None:
        self._others: list[OnePort] = []
        super().__init__(port)
        self.applications: tuple[Application, ...] = ()
        for application in applications:
            if application.port is not None:
                other = OnePort(application.port)
                self._others.append(other)
                application = replace(application, port=other.server_port)
            self.applications += (application,)

    def serve(self, application: WSGIApplication) -> None:
        """Answer with this from now on."""
        for server in (self, *self._others):
            server.app = application

    def serve_forever(self, poll_interval: float = POLL_INTERVAL) -> None:
        """Listen on all ports until :meth:`shutdown`."""
        threads = [
            threading.Thread(target=other.serve_forever, args=(poll_interval,), daemon=True) for other in self._others
        ]
        for thread in threads:
            thread.start()
        try:
            super().serve_forever(poll_interval)
        finally:
            for other, thread in zip(self._others, threads, strict=True):
                other.shutdown()
                thread.join()

    def server_close(self) -> None:
        """Close all ports."""
        for other in self._others:
            other.server_close()
        super().server_close()


def _not_ready(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return [b""]


def bind_server(port: int, config: EmulatorConfig) -> tuple[EmulatorServer, Hub]:
    """A bound server and its hub; the URL of the configuration becomes ``http://localhost:<port>``.

    The port has to be known before the hub, which writes it into issuers.

    :raises PortTaken: the port, or one of an application, is another program's.
    """
    server = EmulatorServer(port, config.applications)
    url = f"http://localhost:{server.server_port}"
    hub = Hub(replace(config, url=url, applications=server.applications))
    server.serve(make_application(hub))
    return server, hub
