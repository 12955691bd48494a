"""Writing types below the gateway, and the two types that tests write."""

from __future__ import annotations

from typing import Any

import requests

from portal.emulator.tenants import CORE_HOST
from portal.emulator.testing import RunningEmulator

from .flows import Api

ASPECT_TYPE = "/assetmanagement/v3/aspecttypes/acme.Flow"
ASSET_TYPE = "/assetmanagement/v3/assettypes/acme.Fan"
FLOW = {"name": "Flow", "category": "dynamic", "variables": [{"name": "rate", "dataType": "DOUBLE"}]}
FAN: dict[str, Any] = {
    "name": "Fan",
    "parentTypeId": "core.basicdevice",
    "variables": [
        {"name": "maker", "dataType": "STRING", "length": 16},
        {"name": "owner", "dataType": "STRING", "length": 16},
    ],
}
MERGE_PATCH = "application/merge-patch+json"


class Types:
    """Writes below the gateway as a technical user of acme."""

    def __init__(
        self, emulator: RunningEmulator, scope: tuple[str, ...] = ("mdsp:core:assetmanagement.admin",)
    ) -> None:
        client = emulator.hub.clients.by_id("acme-hub-admin")
        token = emulator.hub.tokens.for_technical_user(client, CORE_HOST, scope).value
        self.api = Api(emulator, token)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        kind = MERGE_PATCH if method == "PATCH" else "application/json"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        data = {"data": body} if isinstance(body, bytes) else {"json": body}
        sent = {"Content-Type": kind, **names}
        return self.api.session.request(method, self.api.base + path, headers=sent, timeout=10, **data)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        answer = self.send("PUT", path, body, **headers)
        assert answer.ok, answer.text
        return answer.json()

    def get(self, path: str, **params: Any) -> Any:
        return self.api.get(path, **params).json()
