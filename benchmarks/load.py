"""As many requests as a server answers: some connections in one thread, each with its next request at once.

A client that costs little, so that the server is what is measured; it looks at nothing but status and length.
"""

from __future__ import annotations

import selectors
import socket
import time

CONNECTIONS = 32


def request(method: str, path: str, headers: dict[str, str], body: str = "") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", body]).encode()


def first_answer(port: int, asked: bytes) -> bytes:
    """The body of one answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(asked)
        answer = b""
        while not _is_whole(answer):
            answer += connection.recv(65536)
    return answer.partition(b"\r\n\r\n")[2]


def answered(port: int, asked: bytes, seconds: float) -> float:
    """Requests per second; raises `RuntimeError` at the first answer that is not 200."""
    with selectors.DefaultSelector() as selector:
        waiting = {}
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", port), timeout=30)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            waiting[connection] = b""
            connection.sendall(asked)
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            for ready, _events in selector.select(1):
                connection = ready.fileobj
                waiting[connection] += connection.recv(65536)  # type: ignore[index,union-attr]
                if _is_whole(waiting[connection]):  # type: ignore[index]
                    waiting[connection] = b""  # type: ignore[index]
                    connection.sendall(asked)  # type: ignore[union-attr]
                    count += 1
        elapsed = time.perf_counter() - started
        for connection in waiting:
            connection.close()
    return count / elapsed


def _is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    if answer and not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer[:500].decode(errors="replace"))
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.partition(b":")[2])
        if line == b"transfer-encoding: chunked":
            return body.endswith(b"0\r\n\r\n")
    return False
