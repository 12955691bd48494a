"""Reading the Hub's APIs for the portal's own pages. Asset Management v3 speaks HAL; so does this client.

What it hands out has been checked: an answer of another shape than the documented one is `HubError`.

Source of shapes: Asset Management v3, developer documentation of Insights Hub.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import requests

from portal.hub import authenticator, transport
from portal.hub.authenticator import Credential
from portal.hub.environments import Environment
from portal.hub.errors import HubError, HubRefused
from portal.lib.names import ASSET_ID

ASSETS = "assetmanagement"
# No list of the Hub is longer; a number beyond is a mistake.
LARGEST = 10**9
LOGREF = re.compile(r"[!-~]{1,64}")

T = TypeVar("T")


@dataclass(frozen=True)
class Asset:
    """An asset; texts that the Hub leaves out are empty. `path` names what it stands in, from the root on."""

    asset_id: str
    name: str
    type_id: str = ""
    location: str = ""
    timezone: str = ""
    description: str = ""
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variable:
    """A variable of an aspect."""

    name: str
    unit: str = ""
    data_type: str = ""


@dataclass(frozen=True)
class Aspect:
    """An aspect of an asset with its variables."""

    name: str
    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True)
class HalPage(Generic[T]):
    """One page of a HAL list: its items, its number (from 0), how many pages and items there are."""

    items: list[T]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class HubClient:
    """The Hub as one credential sees it."""

    environment: Environment
    credential: Credential

    def assets(self, *, page: int, size: int, filter_json: str = "") -> HalPage[Asset]:
        """Assets by name; `size` at most 200; `filter_json` in the Hub's filter language."""
        query = {"page": str(page), "size": str(size), "sort": "name,asc"}
        if filter_json:
            query["filter"] = filter_json
        return _hal_page(self._get(ASSETS, "/v3/assets", query), "assets", _asset)

    def asset(self, asset_id: str) -> Asset:
        """One asset with its path."""
        return _asset(self._get(ASSETS, f"/v3/assets/{quote(asset_id, safe='')}"))

    def aspects(self, asset_id: str) -> list[Aspect]:
        """The aspects of an asset with their variables."""
        found = self._get(ASSETS, f"/v3/assets/{quote(asset_id, safe='')}/aspects", {"size": "200"})
        return _hal_page(found, "aspects", _aspect).items

    def _get(self, service: str, path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        url = self.environment.api_base + self.environment.api_path(service, path)
        response = call_as(self.credential, "GET", url, params=query)
        if response.status_code != 200:
            raise HubRefused(response.status_code, logref_of(response))
        return transport.json_object(response)


def call_as(credential: Credential, method: str, url: str, **kwargs: Any) -> requests.Response:
    """One call with the credential's token, and another one with a fresh token if the Hub refuses that one."""
    for attempt in ("first", "with a fresh token"):
        token = authenticator.access_token(credential)
        # "application/json" alone makes Asset Management answer 500: it serves HAL only.
        headers = {"Authorization": f"Bearer {token.reveal()}", "Accept": "*/*"}
        response = transport.call(method, url, headers=headers, **kwargs)
        if response.status_code != 401 or attempt != "first":
            break
        authenticator.forget(credential, token)
    return response


def _hal_page(answer: dict[str, Any], name: str, read: Callable[[Any], T]) -> HalPage[T]:
    page = _object(answer.get("page"))
    items = _list(_object(answer.get("_embedded")).get(name))
    numbers = [page.get(part) for part in ("number", "totalPages", "totalElements")]
    return HalPage([read(item) for item in items], *(_count(number) for number in numbers))


def _asset(written: Any) -> Asset:
    asset = _object(written)
    asset_id, location = _text(asset, "assetId"), _object(asset.get("location") or {})
    if not re.fullmatch(ASSET_ID, asset_id):
        raise HubError
    return Asset(
        asset_id,
        _text(asset, "name") or asset_id,
        _text(asset, "typeId"),
        ", ".join(filter(None, (_text(location, part) for part in ("locality", "country")))),
        _text(asset, "timezone"),
        _text(asset, "description"),
        tuple(_name(_object(place)) for place in _list(asset.get("hierarchyPath") or [])),
    )


def _aspect(written: Any) -> Aspect:
    aspect = _object(written)
    return Aspect(_name(aspect), tuple(_variable(each) for each in _list(aspect.get("variables") or [])))


def _variable(written: Any) -> Variable:
    variable = _object(written)
    return Variable(_name(variable), _text(variable, "unit"), _text(variable, "dataType"))


def _object(written: Any) -> dict[str, Any]:
    if not isinstance(written, dict):
        raise HubError
    return written


def _list(written: Any) -> list[Any]:
    if not isinstance(written, list):
        raise HubError
    return written


def _count(written: Any) -> int:
    if type(written) is not int or not 0 <= written <= LARGEST:
        raise HubError
    return written


def _name(written: dict[str, Any]) -> str:
    name = _text(written, "name")
    if not name:
        raise HubError
    return name


def _text(written: dict[str, Any], name: str) -> str:
    """A text, empty when it is null or not there. Half a surrogate pair is no text: no page can be made of it."""
    text = written.get(name)
    if text is None:
        return ""
    if not isinstance(text, str) or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise HubError
    return text


def logref_of(response: requests.Response) -> str:
    """The Hub's own handle for a failure; empty when it gives none."""
    try:
        logref = str(transport.json_object(response)["errors"][0]["logref"])
    except (HubError, KeyError, IndexError, TypeError):
        return ""
    return logref if LOGREF.fullmatch(logref) else ""
