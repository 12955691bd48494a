"""Faults that the emulator cannot make: an audit log that refuses, and a server that answers whatever a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import connection
from werkzeug import Request, Response
from werkzeug.serving import make_server

from portal.audit.models import AuditRecord, InstanceRecord
from portal.emulator.connections import QuietHandler
from portal.emulator.control.faults import drop_connection

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOGS = (AuditRecord, InstanceRecord)


@contextmanager
def audit_refuses(*names: str) -> Iterator[None]:
    """Within this block the database refuses to add audit records, as a full disk would: those with these names, all
    without any."""
    wanted = ", ".join(f"'{name}'" for name in names)
    condition = f"NEW.name IN ({wanted})" if names else "1 = 1"
    _run(_trap(condition))
    try:
        yield
    finally:
        _run(_no_trap())


def _trap(condition: str) -> list[str]:
    statements = []
    for table in (model._meta.db_table for model in LOGS):
        if connection.vendor == "postgresql":
            statements += [
                f'CREATE FUNCTION "{table}_trap"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
                f"IF {condition} THEN RAISE EXCEPTION 'the disk is full'; END IF; RETURN NEW; END $$",
                f'CREATE TRIGGER "{table}_trap" BEFORE INSERT ON "{table}" '
                f'FOR EACH ROW EXECUTE FUNCTION "{table}_trap"()',
            ]
        else:
            statements.append(
                f'CREATE TRIGGER "{table}_trap" BEFORE INSERT ON "{table}" WHEN {condition} '
                f"BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
            )
    return statements


def _no_trap() -> list[str]:
    statements = []
    for table in (model._meta.db_table for model in LOGS):
        statements.append(f'DROP TRIGGER "{table}_trap"' + (f' ON "{table}"' if connection.vendor != "sqlite" else ""))
        if connection.vendor == "postgresql":
            statements.append(f'DROP FUNCTION "{table}_trap"()')
    return statements


def _run(statements: list[str]) -> None:
    # PostgreSQL changes no trigger while deferred foreign keys of the table wait for the end of the transaction.
    around = ("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED")
    with connection.cursor() as cursor:
        for statement in [around[0], *statements, around[1]] if connection.vendor == "postgresql" else statements:
            cursor.execute(statement)


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire: its raw target, its headers by lower-case name, its body."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


# Bytes are written to the socket as they are, then the connection is closed.
Answer = Response | bytes
Handler = Callable[[Request], Answer]


class AnyServer:
    """A server on loopback that gives the answers a test puts into `answers`, by path; else `otherwise`, else 404."""

    def __init__(self) -> None:
        self.answers: dict[str, Handler] = {}
        self.otherwise: Handler | None = None
        self.seen: list[Seen] = []
        self._ended = threading.Event()
        self._server = make_server("127.0.0.1", 0, self._application, threaded=True, request_handler=QuietHandler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def clear(self) -> None:
        """Forget answers and requests, and let go who still waits."""
        self._ended.set()
        self._ended = threading.Event()
        self.answers, self.otherwise, self.seen = {}, None, []

    def say_nothing(self, request: Request) -> Answer:
        """An answer that does not come while the test runs."""
        self._ended.wait(10)
        return Response("", 503)

    def requests_of(self, path: str) -> list[Seen]:
        """What was received for this path, oldest first."""
        return [seen for seen in self.seen if urlsplit(seen.target).path == path]

    def _application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.method, str(environ["RAW_URI"]), headers, request.get_data(cache=True)))
        handler = self.answers.get(request.path) or self.otherwise
        answer = handler(request) if handler else Response("", 404)
        if isinstance(answer, Response):
            return answer(environ, start_response)
        environ["werkzeug.socket"].sendall(answer)
        raise drop_connection(environ)
