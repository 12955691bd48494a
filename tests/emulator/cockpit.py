"""What the tests of the registration send, and people at the Hub's own pages."""

from __future__ import annotations

import base64
import re
import zlib
from typing import Any

import requests

from portal.emulator.tenants import TENANTS
from portal.emulator.testing import RunningEmulator

API = "/gateway/api/emulatorcockpit/v1/applications"
HTML = {"Accept": "text/html"}
SECONDS = 10


def png(size: int = 0) -> bytes:
    """A PNG of one pixel, made longer by a text that nobody reads."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + check

    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]))
    tail = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    text = b"" if not size else chunk(b"tEXt", b"x" * (size - len(head) - len(tail) - 12))
    return head + text + tail


def registration(name: str = "pumpadvisor", **changed: Any) -> dict[str, Any]:
    """A whole registration; components of this machine."""
    return {
        "version": "v1.0.0",
        "displayName": "Pump Advisor",
        "icon": base64.b64encode(png()).decode(),
        "components": [{"name": "web", "url": "https://pumps.localhost:9443/", "endpoints": ["/**"]}],
        "contentSecurityPolicy": "",
        "cacheControl": "",
        "scopes": [f"{name}.default"],
        "roles": [
            {"name": "user", "scopes": [f"{name}.default"], "coreRoles": ["mdsp:core:assetmanagement.standarduser"]},
            {"name": "admin", "scopes": [f"{name}.default"], "coreRoles": []},
        ],
    } | changed


def send(
    emulator: RunningEmulator,
    method: str,
    name: str,
    json: Any = None,
    client: str = "acme-hub-developer",
    query: str = "",
) -> requests.Response:
    """A call of the registration by a technical user."""
    known = emulator.hub.clients.by_id(client)
    host = TENANTS[known.tenant or ""].identity_host
    token = emulator.hub.tokens.for_technical_user(known, host, known.scope).value
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request(method, f"{emulator.url}{API}/{name}{query}", json=json, headers=headers, timeout=SECONDS)


def register(emulator: RunningEmulator, name: str = "pumpadvisor", **changed: Any) -> None:
    assert send(emulator, "PUT", name, registration(name, **changed)).status_code in (200, 201)


class Person:
    """A person with a browser at the Hub's own pages and at applications."""

    def __init__(self, emulator: RunningEmulator, email: str) -> None:
        self.emulator = emulator
        self.account = emulator.hub.directory.by_email(email)
        self.base = f"{emulator.url}/{self.account.tenant}.launchpad/"
        self.browser = requests.Session()

    def sign_in(self, page: str = "sign-in") -> requests.Response:
        return self.pick(self.get(self.base + page))

    def pick(self, picker: requests.Response) -> requests.Response:
        """Choose oneself on the sign-in page of the tenant."""
        pending = re.search(r'name="pending" value="([^"]+)"', picker.text)
        assert pending is not None, picker.text
        form = {"pending": pending[1], "account": self.account.user_id}
        url = f"{self.emulator.url}/{self.account.tenant}.piam/login.do"
        return self.browser.post(url, form, headers=HTML, timeout=SECONDS)

    def get(self, url: str) -> requests.Response:
        return self.browser.get(url, headers=HTML, timeout=SECONDS)

    def launchpad(self) -> str:
        return self.get(self.base).text

    def assign(self, person: str, *roles: str, origin: str | None = None) -> requests.Response:
        """Tick these roles and no others."""
        hub = self.emulator.hub
        groups = {group.name: group.group_id for group in hub.directory.groups(self.account.tenant)}
        user_id = hub.directory.by_email(person).user_id
        return self.browser.post(
            f"{self.base}settings/users/{user_id}",
            {"role": [groups[role] for role in roles]},
            headers={"Origin": self.emulator.url if origin is None else origin},
            timeout=SECONDS,
        )
