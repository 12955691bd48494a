"""HTTP/1.1 on one connection, which stays open for the next request as the Hub's do.

werkzeug's handler reads the request and makes its WSGI environment. It closes each connection after one answer,
because it cannot tell the rest of a body from the next request; here the body is counted, so it can be told.
"""

from __future__ import annotations

import contextlib
import re
import socket
import traceback
from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING, Any, cast

from werkzeug.exceptions import ClientDisconnected, InternalServerError
from werkzeug.serving import WSGIRequestHandler
from werkzeug.wsgi import LimitedStream

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

IDLE = 75
"""Seconds that a client may be silent, within a request or between two."""
MOST_DRAINED = 1 << 30
"""Bytes of an unread body that are received for the sake of the answer: a client that still sends would not see it."""
DRAINED_AT_ONCE = 256 * 1024
LENGTH = re.compile(r"[0-9]{1,18}")
"""Of a body; where one of another form ends nobody knows."""


class QuietHandler(WSGIRequestHandler):
    """werkzeug's handler without its log, and without waiting to fill a packet (Nagle)."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: object) -> None:
        """Stay silent; the journal knows what was received."""


class Connection(QuietHandler):
    """Answers one request after the other."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE

    def run_wsgi(self) -> None:
        """Answer one request; whatever leaves the beginning of the next one in doubt closes the connection."""
        self.environ = environ = self.make_environ()
        self._bound_body(environ)
        answer = Answer(self, environ)
        try:
            answer.send(self.server.app(environ, answer.start))
            self._drain(environ["wsgi.input"])
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception:
            self.close_connection = True
            self.server.log("error", "Error on request:\n%s", traceback.format_exc())
            if not answer.has_begun:
                answer.send(InternalServerError()(environ, answer.start))

    def _bound_body(self, environ: WSGIEnvironment) -> None:
        """Let the application read the body of this request only; one in chunks is the last of its connection."""
        if "wsgi.input_terminated" in environ:
            self.close_connection = True
            return
        length = environ.get("CONTENT_LENGTH", "0")
        if LENGTH.fullmatch(length) is None:
            self.close_connection, length = True, "0"
        environ["wsgi.input"] = LimitedStream(cast("IO[bytes]", self.rfile), int(length))

    def _drain(self, body: IO[bytes]) -> None:
        """Receive what the application did not read."""
        received = 0
        try:
            while data := body.read(DRAINED_AT_ONCE):
                received += len(data)
                if received > MOST_DRAINED:
                    self.close_connection = True
                    return
        except (OSError, ClientDisconnected):
            self.close_connection = True


class Answer:
    """One answer on its way: head, then body, which is counted, or in chunks, or ends with the connection."""

    def __init__(self, connection: Connection, environ: WSGIEnvironment) -> None:
        self.has_begun = False
        self._connection = connection
        self._is_head = environ["REQUEST_METHOD"] == "HEAD"
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._is_chunked = False

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        """What WSGI calls ``start_response``."""
        self._status, self._headers = status, headers
        return self._write

    def send(self, body: Iterable[bytes]) -> None:
        """Send head and body, each piece as soon as it is there."""
        try:
            for data in body:
                if data:
                    self._write(data)
            if self._is_chunked or not self.has_begun:
                self._write(b"")
        finally:
            if hasattr(body, "close"):
                body.close()

    def _write(self, data: bytes) -> None:
        # Head and first piece in one packet: a client wakes up once, and the next small one need not wait for it.
        head = b"" if self.has_begun else self._head()
        if self._is_chunked:
            data = b"%x\r\n%b\r\n" % (len(data), data)
        self._connection.wfile.write(head + data)

    def _head(self) -> bytes:
        self.has_begun = True
        connection = self._connection
        headers = [*self._headers, ("Server", connection.version_string()), ("Date", connection.date_time_string())]
        has_end = any(name.lower() == "content-length" for name, _ in headers) or self._status[:3] in ("204", "304")
        if not has_end and not self._is_head:
            if connection.request_version >= "HTTP/1.1":
                self._is_chunked = True
                headers.append(("Transfer-Encoding", "chunked"))
            else:
                connection.close_connection = True
        headers.append(("Connection", "close" if connection.close_connection else "keep-alive"))
        lines = (f"{name}: {value}\r\n" for name, value in headers)
        return f"{connection.protocol_version} {self._status}\r\n{''.join(lines)}\r\n".encode("latin-1")


def hang_up(connection: socket.socket) -> None:
    """End a connection, whose thread then comes to its end."""
    # It may be gone already.
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
