"""Clients that others wrote get tokens of the portal, unmodified, over true HTTP."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient, InvalidClientError
from requests_oauthlib import OAuth2Session

from .conftest import Run, RunningPortal, basic

ASSETS = "/api/assetmanagement/v3/assets"


def assert_calls(portal: RunningPortal, token: str) -> None:
    """The token reads an asset, and the published keys verify it."""
    answer = requests.get(portal.url + ASSETS, headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert answer.status_code == 200, answer.text
    keys = jwt.PyJWKSet.from_dict(requests.get(f"{portal.url}/.well-known/jwks.json", timeout=10).json())
    claims = jwt.decode(token, keys.keys[0], audience=f"{portal.url}/api", algorithms=["ES256"])
    assert claims["client_id"] == portal.id


class TestRequestsOauthlib:
    @pytest.fixture
    def session(self, portal: RunningPortal, monkeypatch: pytest.MonkeyPatch) -> Iterator[OAuth2Session]:
        monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # loopback
        with OAuth2Session(client=BackendApplicationClient(client_id=portal.id)) as session:
            yield session

    @pytest.mark.parametrize("in_body", [False, True])
    def test_gets_a_token(self, portal: RunningPortal, session: OAuth2Session, in_body: bool) -> None:
        token = session.fetch_token(
            f"{portal.url}/oauth/token", client_secret=portal.secret, include_client_id=in_body or None
        )
        assert token["scope"] == ["hub.read"]
        assert_calls(portal, token["access_token"])
        assert session.get(portal.url + ASSETS).status_code == 200

    def test_understands_the_refusal(self, portal: RunningPortal, session: OAuth2Session) -> None:
        with pytest.raises(InvalidClientError, match="The client credentials are not valid"):
            session.fetch_token(f"{portal.url}/oauth/token", client_secret="bnd_x")


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_gets_asks_about_and_revokes_a_token(
    portal: RunningPortal, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # loopback
    # Closed at the end: a connection that is left open keeps the server's thread, and with it one to the database.
    with AuthlibSession(portal.id, portal.secret, token_endpoint_auth_method=method) as session:
        token = session.fetch_token(f"{portal.url}/oauth/token", grant_type="client_credentials")["access_token"]
        assert_calls(portal, token)
        asked = session.introspect_token(f"{portal.url}/oauth/introspect", token=token)
        assert asked.json()["active"] is True
        assert session.revoke_token(f"{portal.url}/oauth/revoke", token=token).status_code == 200
        assert session.introspect_token(f"{portal.url}/oauth/introspect", token=token).json() == {"active": False}


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_as_the_documentation_writes_it(portal: RunningPortal) -> None:
    # The configuration on standard input stands for `-u`: arguments can be read by everybody on the machine.
    arguments = ["curl", "-s", "-K", "-", "-d", "grant_type=client_credentials", f"{portal.url}/oauth/token"]
    told = f'user = "{portal.id}:{portal.secret}"'
    done = subprocess.run(arguments, input=told, capture_output=True, text=True, timeout=30, check=True)
    assert_calls(portal, json.loads(done.stdout)["access_token"])


@pytest.mark.parametrize("body", ["", "grant_type=client_credentials"])
def test_wire_format_of_the_mendix_authenticator(portal: RunningPortal, body: str) -> None:
    """Its TokenURL carries the grant type, whatever the body says; the credentials are Basic."""
    address = urlsplit(portal.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
    connection.request(
        "POST",
        "/oauth/token?grant_type=client_credentials",
        body,
        {
            "Authorization": basic(portal.id, portal.secret),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        },
    )
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    assert (answer.status, told["token_type"]) == (200, "Bearer")
    assert_calls(portal, told["access_token"])


@pytest.mark.parametrize("method", ["basic", "post"])
def test_openid_client(portal: RunningPortal, node: Run, method: str) -> None:
    done = node("openid.mjs", PORTAL=portal.url, CLIENT_ID=portal.id, CLIENT_SECRET=portal.secret, METHOD=method)
    seen: dict[str, Any] = json.loads(done.stdout)
    # It writes the type in small letters itself.
    assert (seen["tokens"]["token_type"], seen["tokens"]["scope"]) == ("bearer", "hub.read")
    assert (seen["active"]["active"], seen["active"]["client_id"]) == (True, portal.id)
    assert seen["afterwards"] == {"active": False}


def test_the_vendors_sdk(portal: RunningPortal, node: Run) -> None:
    done = node("portal.js", PORTAL=portal.url, BASIC=basic(portal.id, portal.secret))
    seen: dict[str, Any] = json.loads(done.stdout)
    assert len(seen["assets"]["_embedded"]["assets"]) == 3
    assert_calls(portal, seen["token"])
