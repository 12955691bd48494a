"""What a test in the browser does at the emulator itself: look up secrets, add people, set faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

# Whoever is added as a user of a tenant has this role at the Hub.
GIVEN_TO_ALL = "mdsp:core:StandardUser"


@dataclass(frozen=True)
class EmulatedHub:
    """The emulator of the demo, over HTTP."""

    url: str

    def secret(self, client_id: str) -> str:
        """The secret of one of its clients, as its banner says it."""
        clients = requests.get(f"{self.url}/_emulator/banner", timeout=10).json()["clients"]
        return str(next(one["client_secret"] for one in clients if one["client_id"] == client_id))

    def add_person(self, tenant: str, name: str, email: str, *roles: str) -> None:
        """A user of a tenant with exactly these roles, as the tenant's admin adds one; nothing if there is one."""
        given, family = name.split(" ")
        user = {"userName": email, "name": {"givenName": given, "familyName": family}}
        session = self._admin_of(tenant)
        base = f"{self.url}/gateway/api/identitymanagement/v3"
        added = session.post(f"{base}/Users", json=user, timeout=10)
        if added.status_code == 409:
            return
        person = added.json()["id"]
        for group in session.get(f"{base}/Groups?count=500", timeout=10).json()["resources"]:
            members, role = f"{base}/Groups/{group['id']}/members", group["displayName"]
            if role in roles and role != GIVEN_TO_ALL:
                session.post(members, json={"type": "USER", "value": person}, timeout=10).raise_for_status()
            elif role == GIVEN_TO_ALL and role not in roles:
                session.delete(f"{members}/{person}", timeout=10).raise_for_status()

    def give_role(self, tenant: str, email: str, role: str) -> None:
        """What the tenant's admin does under Settings; it shows from the person's next sign-in on."""
        session = self._admin_of(tenant)
        base = f"{self.url}/gateway/api/identitymanagement/v3"
        people = session.get(f"{base}/Users?count=500", timeout=10).json()["resources"]
        groups = session.get(f"{base}/Groups?count=500", timeout=10).json()["resources"]
        person = next(one["id"] for one in people if one["userName"] == email)
        group = next(one["id"] for one in groups if one["displayName"] == role)
        member = {"type": "USER", "value": person}
        session.post(f"{base}/Groups/{group}/members", json=member, timeout=10).raise_for_status()

    def _admin_of(self, tenant: str) -> requests.Session:
        client_id = f"{tenant}-hub-admin"
        answer = requests.post(
            f"{self.url}/{tenant}.piam/oauth/token",
            {"grant_type": "client_credentials"},
            auth=(client_id, self.secret(client_id)),
            timeout=10,
        )
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return session

    @contextmanager
    def fault(self, pattern: str, **effect: Any) -> Iterator[None]:
        """The emulator misbehaves at these paths (docs/emulator.md) until the block is left."""
        faults = f"{self.url}/_emulator/faults"
        made = requests.post(faults, json={"pattern": pattern, **effect}, timeout=10)
        made.raise_for_status()
        try:
            yield
        finally:
            requests.delete(f"{faults}/{made.json()['id']}", timeout=10).raise_for_status()
