"""What the browser receives: an application's answers, those of the platform APIs, and refusals."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import requests

from portal.emulator.appgateway.applications import Application
from portal.emulator.testing import RunningEmulator
from tests.emulator.upstream import Upstream

from .browser import ALICE, HTML, LABEL, Browser, switch


def test_cookies_of_the_application_cannot_replace_the_gateways(alice: Browser) -> None:
    answer = alice.call("GET", "/cookies")
    assert [header.partition("=")[0] for header in answer.raw.headers.getlist("Set-Cookie")] == ["own"]
    assert alice.call("GET", "/echo").status_code == 200


def test_headers_of_the_answer(alice: Browser) -> None:
    answer = alice.call("GET", "/headers")
    assert "X-Internal" not in answer.headers
    assert answer.headers["X-Frame-Options"] == "DENY"
    policies = answer.raw.headers.getlist("Content-Security-Policy")
    assert policies[0] == "script-src 'none'"
    assert policies[1].startswith(f"default-src 'self' {urlsplit(alice.emulator.url).netloc};")


def test_redirects_to_the_application_lead_to_the_gateway(alice: Browser) -> None:
    assert alice.call("GET", "/inside").headers["Location"] == f"{alice.base}/next?a=%2F"
    assert alice.call("GET", "/outside").headers["Location"] == "https://elsewhere.example/next"


def test_an_empty_answer_has_no_body_and_no_type(alice: Browser) -> None:
    answer = alice.call("GET", "/empty")
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_answer_is_streamed(alice: Browser, upstream: Upstream) -> None:
    answer = alice.call("GET", "/stream", stream=True)
    assert answer.raw.read1(5) == b"first"
    upstream.go_on.set()
    assert answer.raw.read() == b"second"


def test_a_large_answer_is_refused_or_cut(alice: Browser) -> None:
    switch(alice.emulator, body_limit=1500)
    assert alice.call("GET", "/large").status_code == 502
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        alice.call("GET", "/large-stream")


def test_an_application_that_takes_too_long(alice: Browser, upstream: Upstream) -> None:
    switch(alice.emulator, application_timeout=0.1)
    answer = alice.call("GET", "/slow")
    upstream.go_on.set()
    assert answer.status_code == 504
    assert answer.json()["errors"][0]["message"] == "The application did not answer in time."


def test_an_application_that_does_not_speak_http(emulator: RunningEmulator) -> None:
    def answer_wrongly() -> None:
        with server.accept()[0] as connection:
            connection.recv(1000)
            connection.sendall(b"SSH-2.0\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer_wrongly, daemon=True)
        thread.start()
        application = Application("mute", "acme", f"http://127.0.0.1:{server.getsockname()[1]}")
        emulator.hub.applications.add(application)
        wanted = {"label": application.label, "email": ALICE}
        cookies = requests.post(f"{emulator.url}/_emulator/application-sessions", json=wanted, timeout=10).json()
        headers = {"Host": f"{application.label}.eu1.localhost", **HTML}
        answer = requests.get(emulator.url, headers=headers, cookies=cookies, timeout=10)
        thread.join(5)
    assert answer.status_code == 502
    assert "cannot be reached or does not speak HTTP" in answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_nothing_else_of_the_hub_answers_under_the_applications_name(alice: Browser) -> None:
    for path in ("/_emulator/health", "/_emulator/banner", "/acme.piam/token_keys", "/gateway/api/x"):
        assert alice.echo(path)["target"] == path
    assert alice.call("GET", "/api/unknown/v3/things").status_code == 404


def test_platform_apis_are_called_with_the_sessions_token(alice: Browser) -> None:
    answer = alice.call("GET", "/api/assetmanagement/v3/assets", headers={"Authorization": "Bearer forged"})
    names = [asset["name"] for asset in answer.json()["_embedded"]["assets"]]
    assert "Pump P-101" in names
    entry = alice.emulator.requests[-1]
    assert (entry.path, entry.client) == ("/acme-demoapp-acme.app/api/assetmanagement/v3/assets", LABEL)


def test_the_bar_shows_the_present_names_of_the_tenant(alice: Browser) -> None:
    tenants = alice.emulator.hub.tenants
    tenants.put(replace(tenants.get("acme"), display_name="Acme", company_name="Acme AG"))
    customer = alice.call("GET", "/api/customers/v3/customers/me").json()
    assert (customer["displayName"], customer["companyName"]) == ("Acme", "Acme AG")


def test_the_journal_says_what_happened(alice: Browser) -> None:
    alice.call("POST", "/echo")
    refused = alice.emulator.requests[-1]
    assert (refused.method, refused.path, refused.status) == ("POST", "/acme-demoapp-acme.app/echo", 403)
    assert "x-xsrf-token" in refused.reason
    alice.echo()
    assert alice.emulator.requests[-1].reason == f"forwarded for {ALICE}"


def test_the_host_name_without_provider_and_the_one_with_it(emulator: RunningEmulator, alice: Browser) -> None:
    cookies = dict(alice.http.cookies)
    for host in ("acme-demoapp.eu1.localhost", "ACME-demoapp-acme.eu1.localhost:1"):
        answer = requests.get(f"{emulator.url}/x", headers={"Host": host}, cookies=cookies, timeout=10)
        assert answer.status_code == 200, host
    for host in ("acme-demoapp-globex.eu1.localhost", "acme-demoapp.eu1.app.localhost"):
        answer = requests.get(f"{emulator.url}/x", headers={"Host": host}, cookies=cookies, timeout=10)
        assert answer.status_code == 404, host
