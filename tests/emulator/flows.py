"""What several emulator tests do: sign in like a browser, get a token like a technical user, call an API."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import requests

from portal.emulator.testing import RunningEmulator

PORTAL = "http://testserver"
CALLBACK = f"{PORTAL}/sign-in/callback/"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def secret_of(emulator: RunningEmulator, client_id: str) -> str:
    """The client's secret, from the banner like anybody else."""
    banner = requests.get(f"{emulator.url}/_emulator/banner", timeout=5).json()
    return next(str(c["client_secret"]) for c in banner["clients"] if c["client_id"] == client_id)


def technical_token(emulator: RunningEmulator, tenant: str) -> str:
    """An access token of the tenant's technical user."""
    client_id = f"{tenant}-hub-reader"
    answer = requests.post(
        f"{emulator.url}/{tenant}.piam/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client_id, secret_of(emulator, client_id)),
        timeout=5,
    )
    return str(answer.json()["access_token"])


class Api:
    """GET below ``/gateway/api`` (or below the Xcelerator gateway) with a bearer token."""

    def __init__(self, emulator: RunningEmulator, token: str, gateway: str = "/gateway") -> None:
        self.base = f"{emulator.url}{gateway}/api"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, headers: dict[str, str] | None = None, **params: Any) -> requests.Response:
        return self.session.get(self.base + path, params=params, headers=headers, timeout=5)

    def assets(self, path: str = "", **params: Any) -> requests.Response:
        return self.get(f"/assetmanagement/v3/assets{path}", **params)

    def asset_id(self, name: str) -> str:
        found = self.assets(filter=f'{{"name":"{name}"}}').json()["_embedded"]["assets"]
        return str(found[0]["assetId"])

    def series(self, asset: str, aspect: str, **params: Any) -> requests.Response:
        return self.get(f"/iottimeseries/v3/timeseries/{self.asset_id(asset)}/{aspect}", **params)


def read(api: Api, aspect: str = "Vibration", asset: str = "Pump P-101", **params: Any) -> Any:
    answer = api.series(asset, aspect, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


class SignIn:
    """One browser at one identity host, and the portal that sent it there."""

    def __init__(self, emulator: RunningEmulator, host: str = "acme") -> None:
        self.emulator = emulator
        self.base = f"{emulator.url}/{host}.piam"
        self.browser = requests.Session()
        self.secret = secret_of(emulator, "bindery")

    def authorize(self, **changes: str | None) -> requests.Response:
        """Open the sign-in page; a change of None leaves the parameter out."""
        parameters: dict[str, str | None] = {
            "client_id": "bindery",
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return self.browser.get(
            f"{self.base}/oauth/authorize",
            params=parameters,
            allow_redirects=False,
            timeout=5,
        )

    def pick(self, page: requests.Response, email: str) -> requests.Response:
        """Press the person's button on the sign-in page."""
        user_id = self.emulator.hub.directory.by_email(email).user_id
        return self.submit(pending_of(page), account=user_id)

    def submit(self, pending: str, **fields: str) -> requests.Response:
        return self.browser.post(
            f"{self.base}/login.do",
            data={"pending": pending, **fields},
            allow_redirects=False,
            timeout=5,
        )

    def code(self, email: str = "alice@acme.example", **changes: str | None) -> str:
        """Sign in up to the code."""
        answer = self.pick(self.authorize(**changes), email)
        return query_of(answer)["code"]

    def exchange(self, code: str, **changes: str | None) -> requests.Response:
        """Exchange the code like the portal's server."""
        fields: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changes,
        }
        present = {name: value for name, value in fields.items() if value is not None}
        return requests.post(
            f"{self.base}/oauth/token",
            data=present,
            auth=("bindery", self.secret),
            timeout=5,
        )

    def userinfo(self, token: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{self.base}/userinfo", headers=headers, timeout=5)


def pending_of(page: requests.Response) -> str:
    """The id of the pending request on a sign-in page."""
    found = re.search(r'name="pending" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def query_of(answer: requests.Response) -> dict[str, str]:
    """The query parameters of a redirect."""
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a token, unchecked."""
    return dict(jwt.decode(token, options={"verify_signature": False}))
