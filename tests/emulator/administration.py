"""What tests of users, groups and tenants do: call an API as somebody, with any method and body."""

from __future__ import annotations

from typing import Any

import requests

from portal.emulator.tenants import TENANTS
from portal.emulator.testing import RunningEmulator

IDENTITY = "/api/identitymanagement/v3"
TENANT = "/api/tenantmanagement/v4"
HOSTILE_TEXTS: tuple[object, ...] = ("", " ", "a\x00b", "a\nb", "x" * 5000, 7, True, [], {}, 1e308)
"""What no name, address or id may be."""
HOSTILE_BODIES = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 20_000,
    b"9" * 5000,
    b"NaN",
)
"""What is no JSON object."""


class Administrator:
    """Calls of one caller: a technical user by its client id, or a person by the e-mail address."""

    def __init__(self, emulator: RunningEmulator, caller: str) -> None:
        self.emulator = emulator
        self.caller = caller
        hub = emulator.hub
        if "@" in caller:
            account = hub.directory.by_email(caller)
            self.token = hub.tokens.for_person(account, "bindery", TENANTS[account.tenant].identity_host).value
        else:
            client = hub.clients.by_id(caller)
            host = TENANTS[client.tenant or ""].identity_host
            self.token = hub.tokens.for_technical_user(client, host, client.scope).value

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """The answer of the classic gateway."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        url = f"{self.emulator.url}/gateway{path}"
        return requests.request(method, url, headers=headers, timeout=10, **options)

    def json(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of an answer that has to be a good one."""
        answer = self.call(method, path, **options)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def create_user(self, email: str, **properties: Any) -> str:
        """The id of a new user."""
        return str(self.json("POST", f"{IDENTITY}/Users", json={"userName": email, **properties})["id"])

    def create_group(self, name: str) -> str:
        """The id of a new group."""
        return str(self.json("POST", f"{IDENTITY}/Groups", json={"displayName": name})["id"])

    def group_id(self, name: str) -> str:
        """The id of the group with this display name."""
        found = self.json("GET", f"{IDENTITY}/Groups", params={"filter": f'displayName eq "{name}"'})
        (group,) = found["resources"]
        return str(group["id"])

    def join(self, group_id: str, member_id: str, kind: str = "USER") -> None:
        """Make somebody a member."""
        self.json("POST", f"{IDENTITY}/Groups/{group_id}/members", json={"type": kind, "value": member_id})
