"""Reading the Hub's APIs for the portal's own pages. Asset Management v3 speaks HAL; so does this client.

Source of shapes: Asset Management v3, developer documentation of Insights Hub.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from portal.hub import authenticator, transport
from portal.hub.authenticator import Credential
from portal.hub.environments import Environment
from portal.hub.errors import HubError, HubRefused

ASSETS = "assetmanagement"


@dataclass(frozen=True)
class HalPage:
    """One page of a HAL list: its items, its number (from 0), how many pages and items there are."""

    items: list[dict[str, Any]]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class HubClient:
    """The Hub as one credential sees it."""

    environment: Environment
    credential: Credential

    def assets(self, *, page: int, size: int, filter_json: str = "") -> HalPage:
        """Assets by name; `size` at most 200; `filter_json` in the Hub's filter language."""
        query = {"page": str(page), "size": str(size), "sort": "name,asc"}
        if filter_json:
            query["filter"] = filter_json
        return _hal_page(self._get(ASSETS, "/v3/assets", query), "assets")

    def asset(self, asset_id: str) -> dict[str, Any]:
        """One asset with its `hierarchyPath`."""
        return self._get(ASSETS, f"/v3/assets/{quote(asset_id, safe='')}")

    def aspects(self, asset_id: str) -> list[dict[str, Any]]:
        """The aspects of an asset with their variables."""
        found = self._get(ASSETS, f"/v3/assets/{quote(asset_id, safe='')}/aspects", {"size": "200"})
        return _hal_page(found, "aspects").items

    def _get(self, service: str, path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        url = self.environment.api_base + self.environment.api_path(service, path)
        for attempt in ("first", "with a fresh token"):
            token = authenticator.access_token(self.credential)
            # "application/json" alone makes Asset Management answer 500: it serves HAL only.
            headers = {"Authorization": f"Bearer {token.reveal()}", "Accept": "*/*"}
            response = transport.call("GET", url, params=query, headers=headers)
            if response.status_code != 401 or attempt != "first":
                break
            authenticator.forget(self.credential)
        if response.status_code != 200:
            raise HubRefused(response.status_code, _logref(response))
        return transport.json_object(response)


def _hal_page(answer: dict[str, Any], name: str) -> HalPage:
    try:
        items, page = answer["_embedded"][name], answer["page"]
        return HalPage(list(items), int(page["number"]), int(page["totalPages"]), int(page["totalElements"]))
    except (KeyError, TypeError, ValueError):
        raise HubError from None


def _logref(response: Any) -> str:
    try:
        return str(transport.json_object(response)["errors"][0]["logref"])[:64]
    except (HubError, KeyError, IndexError, TypeError):
        return ""
