"""The gateway takes only URLs that keep to RFC 3986. Most HTTP libraries repair them, so these come from bare hands."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

from portal.emulator.testing import RunningEmulator

from .flows import Api

ASSETS = "/gateway/api/assetmanagement/v3/assets"


def get(emulator: RunningEmulator, target: str, token: str = "") -> tuple[int, str]:
    """Status and error code of the answer to exactly this request target."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(emulator.url).port or 0, timeout=5)
    connection._encode_request = lambda request: request.encode("latin-1")  # type: ignore[attr-defined]
    connection.request("GET", target, headers={"Authorization": token} if token else {})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body["errors"][0]["code"] if "errors" in body else ""


@pytest.mark.parametrize("character", [*'[]{}"<>\\^`|#', "é"])
def test_an_unencoded_character_is_refused(emulator: RunningEmulator, api: Api, character: str) -> None:
    token = str(api.session.headers["Authorization"])
    refused = (400, "mdsp.core.generic.invalidParameter")
    assert get(emulator, f"{ASSETS}?filter=a{character}b", token) == refused
    assert emulator.requests[-1].reason.startswith("The URL contains ")


@pytest.mark.parametrize("character", [*"!$&'()*+,;=:@/?-._~", "%5B%7B%22%7D%5D", "%C3%A9"])
def test_every_other_character_is_let_through(emulator: RunningEmulator, api: Api, character: str) -> None:
    assert get(emulator, f"{ASSETS}?unknown=a{character}b", str(api.session.headers["Authorization"]))[0] == 200


def test_the_url_is_looked_at_before_the_token(emulator: RunningEmulator) -> None:
    assert get(emulator, f"{ASSETS}?filter=[")[0] == 400


def test_a_wrong_url_breaks_the_rules_of_every_service(emulator: RunningEmulator) -> None:
    for path in (
        "iottimeseries/v3/timeseries/x/y",
        "iottsaggregates/v4/aggregates",
        "technicaltokenmanager/v3/userTenants",
        "coffeemachine/v1/cups",
    ):
        assert get(emulator, f"/gateway/api/{path}?from=[")[0] == 400
