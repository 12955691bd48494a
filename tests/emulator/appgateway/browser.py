"""A browser at an application behind the gateway, on the application's own port."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import requests

from portal.emulator.testing import RunningEmulator
from tests.emulator.flows import pending_of

LABEL = "acme-demoapp-acme"
ALICE, DEV, CHARLIE = "alice@acme.example", "dev@acme.example", "charlie@globex.example"
HTML = {"Accept": "text/html,application/xhtml+xml"}


class Browser:
    """A browser at the application; `base` is the application's own port."""

    def __init__(self, emulator: RunningEmulator) -> None:
        self.emulator = emulator
        application = emulator.hub.applications.get(LABEL)
        assert application is not None
        self.base = f"http://localhost:{application.port}"
        self.http = requests.Session()

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.http.request(method, self.base + path, timeout=10, allow_redirects=False, **options)

    def open(self, path: str) -> requests.Response:
        """A navigation without following redirects."""
        return self.call("GET", path, headers=HTML)

    def follow(self, answer: requests.Response) -> requests.Response:
        target = answer.headers["Location"]
        url = self.base + target if target.startswith("/") else target
        return self.http.get(url, headers=HTML, timeout=10, allow_redirects=False)

    def pick(self, page: requests.Response, email: str) -> requests.Response:
        """Press a person's button; the answer leads back to the application."""
        user_id = self.emulator.hub.directory.by_email(email).user_id
        form = {"pending": pending_of(page), "account": user_id}
        return self.http.post(f"{self.emulator.url}/acme.piam/login.do", form, timeout=10, allow_redirects=False)

    def sign_in(self, email: str = ALICE, path: str = "/") -> requests.Response:
        """The whole way; the answer is the application's."""
        return self.follow(self.follow(self.pick(self.follow(self.open(path)), email)))

    @property
    def xsrf(self) -> dict[str, str]:
        return {"x-xsrf-token": self.http.cookies["XSRF-TOKEN"]}

    def echo(self, path: str = "/echo", **options: Any) -> dict[str, Any]:
        """What the application received."""
        answer = self.call("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def switch(emulator: RunningEmulator, **values: Any) -> None:
    emulator.hub.switches = replace(emulator.hub.switches, **values)


def raw(browser: Browser, request: bytes) -> bytes:
    """The status line for a request that no library sends."""
    address = urlsplit(browser.base)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
    with socket.create_connection(("127.0.0.1", address.port or 0), timeout=10) as connection:
        head = f"Host: {address.netloc}\r\nCookie: {cookies}\r\n".encode()
        connection.sendall(request.replace(b"<head>", head))
        return connection.makefile("rb").readline()
