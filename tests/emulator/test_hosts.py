"""The Hub by host names: each identity host and gateway under its own name, links and issuers in that form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from portal.emulator.addresses import HostAddresses, PathAddresses
from portal.emulator.application import make_application
from portal.emulator.config import EmulatorConfig
from portal.emulator.hub import Hub
from portal.emulator.tenants import IDENTITY_HOSTS, World
from portal.emulator.testing import RunningEmulator

from .flows import CALLBACK, CHALLENGE, VERIFIER, claims_of, pending_of, query_of, secret_of

CLASSIC, XCELERATOR = "acme.piam.eu1.localhost", "1000001703.eu1.sws.localhost"
PEOPLE = {CLASSIC: "alice@acme.example", XCELERATOR: "iris@initech.example"}


class Browser:
    """A browser that reaches host names of the emulator, whether or not the machine resolves them."""

    def __init__(self, emulator: RunningEmulator, name: str) -> None:
        self.emulator = emulator
        self.authority = f"{name}:{urlsplit(emulator.url).port}"
        self.base = f"http://{self.authority}"
        self.session = requests.Session()
        self.session.headers["Host"] = self.authority

    def send(self, method: str, path: str, **request: Any) -> requests.Response:
        url = self.emulator.url + path.removeprefix(self.base)
        return self.session.request(method, url, allow_redirects=False, timeout=5, **request)

    def authorize(self, **changes: str) -> requests.Response:
        parameters = {
            "client_id": "bindery",
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "state-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return self.send("GET", "/oauth/authorize", params=parameters)

    def pick(self, email: str) -> requests.Response:
        user_id = self.emulator.hub.directory.by_email(email).user_id
        return self.send("POST", "/login.do", data={"pending": pending_of(self.authorize()), "account": user_id})

    def exchange(self, code: str) -> dict[str, Any]:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        answer = self.send("POST", "/oauth/token", data=fields, auth=("bindery", secret_of(self.emulator, "bindery")))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def technical_token(emulator: RunningEmulator, name: str, client_id: str) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret_of(emulator, client_id),
    }
    return str(Browser(emulator, name).send("POST", "/oauth/token", data=form).json()["access_token"])


@pytest.mark.parametrize("name", [CLASSIC, XCELERATOR])
def test_the_whole_way_of_a_sign_in_stays_at_the_host_name(emulator: RunningEmulator, name: str) -> None:
    browser, email = Browser(emulator, name), PEOPLE[name]
    issuer = f"{browser.base}/oauth/token"

    page = browser.authorize()
    assert f'action="{browser.base}/login.do"' in page.text
    assert f'href="{browser.base}/resources/identity.css"' in page.text
    assert page.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src {browser.base}; form-action {browser.base} http://testserver;"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    assert browser.send("GET", "/resources/identity.css").headers["Content-Type"] == "text/css; charset=utf-8"
    assert email in page.text and "charlie@globex.example" not in page.text

    picked = browser.pick(email)
    assert "Path=/;" in picked.headers["Set-Cookie"]
    assert query_of(picked)["iss"] == issuer
    assert "signed in here" in browser.authorize().text

    tokens = browser.exchange(query_of(picked)["code"])
    assert claims_of(tokens["access_token"])["iss"] == claims_of(tokens["id_token"])["iss"] == issuer
    described = browser.send("GET", "/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert described.json()["email"] == email

    gone = browser.send("GET", "/logout.do", params={"client_id": "bindery", "redirect": "http://testserver/"})
    assert gone.headers["Location"] == "http://testserver/"
    assert "signed in here" not in browser.authorize().text


@pytest.mark.parametrize("name", [CLASSIC, XCELERATOR])
def test_discovery_is_written_in_the_form_in_which_it_was_asked(emulator: RunningEmulator, name: str) -> None:
    browser = Browser(emulator, name)
    found = browser.send("GET", "/.well-known/openid-configuration").json()
    assert found["issuer"] == f"{browser.base}/oauth/token"
    addresses = [value for name, value in found.items() if name.endswith(("_endpoint", "_uri")) and name != "issuer"]
    assert len(addresses) == 5
    assert all(address.startswith(f"{browser.base}/") for address in addresses)
    assert browser.send("GET", found["jwks_uri"]).json()["keys"][0]["kid"] == "key-id-1"
    assert "value" in browser.send("GET", "/token_keys").json()["keys"][0]


@pytest.mark.parametrize(
    ("host", "path", "client_id", "gateway", "gateway_path", "service"),
    [
        (CLASSIC, "/acme.piam", "acme-hub-reader", "gateway.eu1.localhost", "/gateway", "assetmanagement"),
        (
            XCELERATOR,
            "/1000001703.sws",
            "initech-hub-reader",
            "api.eu1.app.localhost",
            "/api.app",
            "assetmanagement-1000001700",
        ),
    ],
)
def test_a_token_of_either_form_is_good_at_the_gateway_of_either_form(
    emulator: RunningEmulator, host: str, path: str, client_id: str, gateway: str, gateway_path: str, service: str
) -> None:
    by_host = technical_token(emulator, host, client_id)
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret_of(emulator, client_id),
    }
    by_path = requests.post(f"{emulator.url}{path}/oauth/token", data=form, timeout=5).json()["access_token"]
    assert claims_of(by_host)["iss"] != claims_of(by_path)["iss"]
    for token in (by_host, by_path):
        headers = {"Authorization": f"Bearer {token}", "Accept": "*/*"}
        at_host = Browser(emulator, gateway).send("GET", f"/api/{service}/v3/assets", headers=headers)
        at_path = requests.get(f"{emulator.url}{gateway_path}/api/{service}/v3/assets", headers=headers, timeout=5)
        assert (at_host.status_code, at_path.status_code) == (200, 200)


def test_userinfo_takes_a_token_of_the_other_form_but_not_of_another_host(emulator: RunningEmulator) -> None:
    alice = emulator.hub.directory.by_email("alice@acme.example")
    by_host = emulator.hub.config.host_addresses
    told = emulator.hub.tokens.for_person(alice, "bindery", "acme", addresses=by_host).value
    headers = {"Authorization": f"Bearer {told}"}
    assert requests.get(f"{emulator.url}/acme.piam/userinfo", headers=headers, timeout=5).status_code == 200
    assert requests.get(f"{emulator.url}/core.piam/userinfo", headers=headers, timeout=5).status_code == 401
    assert Browser(emulator, "core.piam.eu1.localhost").send("GET", "/userinfo", headers=headers).status_code == 401


def test_a_session_of_one_host_is_none_at_another(emulator: RunningEmulator) -> None:
    browser = Browser(emulator, CLASSIC)
    browser.pick("alice@acme.example")
    cookie = next(iter(browser.session.cookies)).value
    other = Browser(emulator, "core.piam.eu1.localhost")
    other.session.headers["Cookie"] = f"hub_identity_session={cookie}"
    assert "signed in here" not in other.authorize().text


def test_the_emulators_own_paths_are_not_found_at_a_host_name(emulator: RunningEmulator) -> None:
    assert Browser(emulator, CLASSIC).send("GET", "/_emulator/banner").status_code == 404
    assert Browser(emulator, CLASSIC).send("GET", "/gateway/api/assetmanagement/v3/assets").status_code == 404


@pytest.mark.parametrize(
    "authority",
    [
        "acme.piam.eu1",
        "acme.piam.eu1.localhost",
        "acme.piam.eu1.localhost:1",
        "acme.piam.eu2.localhost:8100",
        "acme.piam.eu1.evil.example:8100",
        "acme.piam.eu1.localhost.evil.example:8100",
        "acme.piam.eu1.localhost:8100.evil.example",
        "x.acme.piam.eu1.localhost:8100",
        "acme.piam.eu1xlocalhost:8100",
        "acme_piam.eu1.localhost:8100",
        "acme/piam.eu1.localhost:8100",
        "acme.piam.eu1.localhost:8100\n",
        " acme.piam.eu1.localhost:8100",
        "acme%2epiam.eu1.localhost:8100",
        "acme@acme.piam.eu1.localhost:8100",
        "1000001703.piam.eu1.localhost:8100",
        "acme.eu1.sws.localhost:8100",
        "1000001703.sws.eu1.localhost:8100",
        "globexglobex.piam.eu1.localhost:8100",
        "",
    ],
)
def test_only_the_exact_names_are_host_names(authority: str) -> None:
    answer = ask(authority)
    assert answer.status_code == 404
    assert authority.strip() == "" or "evil.example" not in answer.text


@pytest.mark.parametrize("authority", ["acme.piam.eu1.localhost:8100", "ACME.piam.EU1.localhost:8100"])
def test_the_case_of_a_host_name_does_not_matter(authority: str) -> None:
    assert ask(authority).json["issuer"] == "http://acme.piam.eu1.localhost:8100/oauth/token"  # type: ignore[index]


@pytest.mark.parametrize("authority", ["nobody.piam.eu1.localhost:8100", "initech.piam.eu1.localhost:8100"])
def test_a_host_name_of_nobody_does_not_exist(authority: str) -> None:
    assert ask(authority).status_code == 404


@given(authority=st.text(st.characters(max_codepoint=255), max_size=60))
@settings(max_examples=200)
def test_no_host_header_breaks_the_emulator_or_gets_into_an_issuer(authority: str) -> None:
    assert ask(authority).status_code in (400, 404)


def ask(authority: str) -> Any:
    environ = {"HTTP_HOST": authority}
    return APPLICATION.get("/.well-known/openid-configuration", environ_overrides=environ)


APPLICATION = Client(make_application(Hub(EmulatorConfig())))


def test_a_default_port_is_not_written_into_host_names() -> None:
    for url, base in (
        ("https://hub.example", "https://acme.piam.eu1.hub.example"),
        ("https://hub.example:443", "https://acme.piam.eu1.hub.example"),
        ("http://hub.example:443", "http://acme.piam.eu1.hub.example:443"),
    ):
        addresses = EmulatorConfig(url=url, domain="hub.example").host_addresses
        assert addresses.identity("acme") == base
        assert addresses.path_of(urlsplit(base).netloc) == "/acme.piam"


@pytest.mark.parametrize("host", IDENTITY_HOSTS)
def test_both_forms_of_an_identity_host_lead_to_the_same_place(host: str) -> None:
    by_host = HostAddresses("http", "eu1", "localhost", "8100")
    by_path = PathAddresses("http://localhost:8100")
    assert by_host.path_of(urlsplit(by_host.identity(host)).netloc) == urlsplit(by_path.identity(host)).path


def test_a_secure_deployment_has_a_secure_cookie() -> None:
    hub = Hub(EmulatorConfig(url="https://hub.example", domain="hub.example", portal_url="http://testserver"))
    client = Client(make_application(hub))
    for authority, base, path in (
        ("hub.example", "/acme.piam", "/acme.piam/"),
        ("acme.piam.eu1.hub.example", "", "/"),
        ("hub.example", "/core.piam", "/core.piam/"),
    ):
        environ = {"HTTP_HOST": authority}
        question = {"client_id": "bindery", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}
        page = client.get(f"{base}/oauth/authorize", query_string=question, environ_overrides=environ)
        user_id = hub.directory.by_email("alice@acme.example").user_id
        form = {"pending": pending_of(page), "account": user_id}  # type: ignore[arg-type]
        cookie = client.post(f"{base}/login.do", data=form, environ_overrides=environ).headers["Set-Cookie"]
        assert f"Secure; HttpOnly; Path={path}; SameSite=Lax" in cookie


def test_the_banner_names_both_forms_of_both_worlds(emulator: RunningEmulator) -> None:
    banner = requests.get(f"{emulator.url}/_emulator/banner", timeout=5).json()
    port = urlsplit(emulator.url).port
    assert banner["gateways"] == [
        {
            "world": World.CLASSIC,
            "by_path": f"{emulator.url}/gateway",
            "by_host": f"http://gateway.eu1.localhost:{port}",
        },
        {
            "world": World.XCELERATOR,
            "by_path": f"{emulator.url}/api.app",
            "by_host": f"http://api.eu1.app.localhost:{port}",
        },
    ]
    hosts = {entry["host"]: entry for entry in banner["identity_hosts"]}
    assert list(hosts) == ["core", "1000001700", "acme", "globex", "1000001703"]
    assert hosts["core"]["tenants"] == ["acme", "globex"]
    assert hosts["1000001700"]["tenants"] == hosts["1000001703"]["tenants"] == ["initech"]
    assert hosts["1000001703"]["by_host"] == f"http://1000001703.eu1.sws.localhost:{port}"
    assert hosts["acme"]["by_path"] == f"{emulator.url}/acme.piam"
