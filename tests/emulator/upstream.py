"""A self-hosted application behind the gateway: it tells what it received, and misbehaves on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from werkzeug import Request, Response
from werkzeug.serving import ThreadedWSGIServer

from portal.emulator.connections import QuietHandler


class Upstream:
    """The application, its address, and an event that its slow answers wait for."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.received: list[Request] = []
        self._server = ThreadedWSGIServer("127.0.0.1", 0, Request.application(self._answer), QuietHandler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: Request) -> Response:
        self.received.append(request)
        answers: dict[str, Callable[[], Response]] = {
            "/cookies": _cookies,
            "/headers": _headers,
            "/inside": lambda: Response(status=302, headers={"Location": f"{self.url}/next?a=%2F"}),
            "/outside": lambda: Response(status=302, headers={"Location": "https://elsewhere.example/next"}),
            "/slow": self._slow,
            "/stream": lambda: Response(self._pieces(), content_type="text/plain"),
            "/large": lambda: Response(b"x" * 2000),
            "/large-stream": lambda: Response(b"x" * 1000 for _ in range(5)),
            "/empty": lambda: Response(status=204),
        }
        return answers.get(request.path, lambda: _echo(request))()

    def _slow(self) -> Response:
        self.go_on.wait(5)
        return Response("at last")

    def _pieces(self) -> Iterator[bytes]:
        yield b"first"
        self.go_on.wait(5)
        yield b"second"


@contextmanager
def running_upstream() -> Iterator[Upstream]:
    upstream = Upstream()
    try:
        yield upstream
    finally:
        upstream.stop()


def _echo(request: Request) -> Response:
    told = {
        "method": request.method,
        "target": request.environ["RAW_URI"],
        "headers": {name.lower(): value for name, value in request.headers},
        "body": request.get_data(as_text=True),
    }
    return Response(json.dumps(told), content_type="application/json")


def _cookies() -> Response:
    response = Response("cookies")
    for name in ("SESSION", "REGION-SESSION", "XSRF-TOKEN", "SIGN-IN", "own"):
        response.set_cookie(name, "of-the-application")
    return response


def _headers() -> Response:
    response = Response("headers")
    response.headers["Connection"] = "X-Internal"
    response.headers["X-Internal"] = "1"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Content-Security-Policy"] = "script-src 'none'"
    return response
