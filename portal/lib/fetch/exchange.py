"""One HTTP/1.1 request and what of its answer is kept: status, headers, the first bytes of the body.

Compressed bodies are asked not to be sent, and are not unpacked if they are. Redirects are an answer like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import h11

from portal.lib.fetch.failures import FetchFailed, Reason
from portal.lib.fetch.target import Target

# Status line and headers, all together (bytes); the Hub's gateway takes 10 KB.
HEADER_LIMIT = 32 * 1024
# "Early Hints" and the like before the answer.
MOST_INTERIM = 10


class Channel(Protocol):
    """What an exchange goes over."""

    def send(self, data: bytes) -> None:
        """All of it."""

    def receive(self) -> bytes:
        """The next bytes, empty at the end."""


@dataclass(frozen=True)
class Response:
    """An answer: header names in lower case, in the order they came; `cut` says that the body went on."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    cut: bool


def request(
    channel: Channel, target: Target, headers: Mapping[str, str], body_limit: int, first_byte: Callable[[], None]
) -> Response:
    """GET the target. Raises `FetchFailed` for what is no HTTP; `first_byte` is called when the answer begins."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_LIMIT)
    lines = {
        "Host": target.authority,
        "User-Agent": "Bindery-Readiness",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    sent = h11.Request(method="GET", target=target.path, headers=list((lines | dict(headers)).items()))
    channel.send(connection.send(sent) or b"")
    channel.send(connection.send(h11.EndOfMessage()) or b"")
    try:
        return _response(channel, connection, body_limit, first_byte)
    except h11.RemoteProtocolError as error:
        # After a colon, h11 shows the line: a server may put into it what it was sent.
        raise FetchFailed(Reason.NO_HTTP, f"HTTP: {str(error).partition(':')[0]}") from error


def _response(
    channel: Channel, connection: h11.Connection, body_limit: int, first_byte: Callable[[], None]
) -> Response:
    head: h11.Response | None = None
    body, interim = bytearray(), 0
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = channel.receive()
            first_byte()
            connection.receive_data(data)
        elif isinstance(event, h11.InformationalResponse):
            interim += 1
            if interim > MOST_INTERIM or event.status_code == 101:
                raise FetchFailed(Reason.NO_HTTP, "HTTP: interim answers")
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > body_limit:
                break
        elif isinstance(event, h11.EndOfMessage):
            break
        else:
            raise FetchFailed(Reason.NO_HTTP, "HTTP: closed")
    if head is None:
        raise FetchFailed(Reason.NO_HTTP, "HTTP: no head")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
    return Response(head.status_code, headers, bytes(body[:body_limit]), len(body) > body_limit)
