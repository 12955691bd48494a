"""Components behind the gateway: endpoints, TLS with verified certificates, headers of the registration."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
from werkzeug import Request, Response
from werkzeug.serving import ThreadedWSGIServer

from portal.emulator.appgateway.parts import matches
from portal.emulator.config import EmulatorConfig, WrongSetting
from portal.emulator.connections import QuietHandler
from portal.emulator.identity.groups import Member, MemberKind
from portal.emulator.serving import bind_server
from portal.emulator.testing import RunningEmulator
from tests.emulator.cockpit import SECONDS, register

HOST = "pumps.localhost"


def answer(request: Request) -> Response:
    if request.path == "/base/moved":
        return Response(status=302, headers={"Location": f"{request.url_root}base/next"})
    if request.path == "/base/moved-here":
        return Response(status=302, headers={"Location": "/base/next"})
    told = {"Cache-Control": "max-age=5", "X-Path": request.full_path, "X-Host": request.host}
    return Response(request.headers.get("Authorization", "")[:7], headers=told)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def served(authority: trustme.CA, *names: str) -> ThreadedWSGIServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    server = ThreadedWSGIServer("127.0.0.1", 0, Request.application(answer), QuietHandler, ssl_context=context)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


@pytest.fixture(scope="module")
def port(authority: trustme.CA) -> Iterator[int]:
    server = served(authority, HOST)
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def running(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    trusted = tmp_path_factory.mktemp("trust") / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    with RunningEmulator(*bind_server(0, EmulatorConfig(upstream_ca=str(trusted)))) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: RunningEmulator) -> RunningEmulator:
    running.hub.reset()
    return running


def component(url: str, *endpoints: str) -> dict[str, Any]:
    return {"name": "web", "url": url, "endpoints": list(endpoints or ("/**",))}


def opened(emulator: RunningEmulator, path: str) -> requests.Response:
    """The application's answer to Dev, who has a role of it."""
    directory = emulator.hub.directory
    dev = directory.by_email("dev@acme.example")
    group = next(one for one in directory.groups("acme") if one.name == "mdsp:acme:pumpadvisor.user")
    if not group.members:
        directory.put_group(type(group)(**vars(group) | {"members": (Member(MemberKind.USER, dev.user_id),)}))
    wanted = {"label": "acme-pumpadvisor-acme", "email": dev.email}
    cookies = requests.post(f"{emulator.url}/_emulator/application-sessions", json=wanted, timeout=SECONDS).json()
    headers = {
        "Host": "acme-pumpadvisor-acme.eu1.localhost",
        "Cookie": f"SESSION={cookies['SESSION']}; REGION-SESSION={cookies['REGION-SESSION']}",
    }
    return requests.get(f"{emulator.url}{path}", headers=headers, allow_redirects=False, timeout=SECONDS)


def test_over_tls_with_a_trusted_certificate(emulator: RunningEmulator, port: int) -> None:
    register(emulator, components=[component(f"https://{HOST}:{port}/")])
    got = opened(emulator, "/list?page=2")
    assert (got.status_code, got.text) == (200, "Bearer ")
    assert (got.headers["X-Path"], got.headers["X-Host"]) == ("/list?page=2", f"{HOST}:{port}")


def test_the_name_of_the_certificate_is_verified(emulator: RunningEmulator, port: int) -> None:
    register(emulator, components=[component(f"https://other.localhost:{port}/")])
    got = opened(emulator, "/")
    assert (got.status_code, "The certificate of the application is not trusted" in got.text) == (502, True)


def test_the_authority_is_verified(emulator: RunningEmulator) -> None:
    server = served(trustme.CA(), HOST)
    register(emulator, components=[component(f"https://{HOST}:{server.server_port}/")])
    got = opened(emulator, "/")
    server.shutdown()
    server.server_close()
    assert (got.status_code, "The certificate of the application is not trusted" in got.text) == (502, True)


def test_another_machine_is_not_called(emulator: RunningEmulator) -> None:
    register(emulator, components=[component("https://app.acme.example/")])
    got = opened(emulator, "/")
    assert (got.status_code, "app.acme.example is elsewhere" in got.text) == (502, True)


def test_what_the_registration_says_about_headers(emulator: RunningEmulator, port: int) -> None:
    register(
        emulator,
        components=[component(f"https://{HOST}:{port}/")],
        cacheControl="no-store",
        contentSecurityPolicy="default-src 'none'",
    )
    got = opened(emulator, "/")
    assert (got.headers["Cache-Control"], got.headers["Content-Security-Policy"]) == ("no-store", "default-src 'none'")
    register(emulator, components=[component(f"https://{HOST}:{port}/")])
    assert opened(emulator, "/").headers["Cache-Control"] == "max-age=5"


def test_a_component_below_a_path(emulator: RunningEmulator, port: int) -> None:
    register(emulator, components=[component(f"https://{HOST}:{port}/base/")])
    assert opened(emulator, "/x").headers["X-Path"] == "/base/x?"
    assert re.fullmatch(
        r"http://acme-pumpadvisor-acme\.eu1\.localhost:\d+/next", opened(emulator, "/moved").headers["Location"]
    )
    assert opened(emulator, "/moved-here").headers["Location"] == "/next"


def test_only_endpoints_are_passed_on(emulator: RunningEmulator, port: int) -> None:
    register(emulator, components=[component(f"https://{HOST}:{port}/", "/data/*", "/page?.html")])
    assert opened(emulator, "/data/1").status_code == 200
    assert opened(emulator, "/page1.html").status_code == 200
    for path in ("/", "/data/1/2", "/page.html", "/data/%2e%2e", "/admin", "/data/%5c..%5cx"):
        assert opened(emulator, path).status_code == 404, path


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/**", "/", True),
        ("/**", "/a/b/c", True),
        ("/*", "/a", True),
        ("/*", "/a/b", False),
        ("/a/**/z", "/a/z", True),
        ("/a/**/z", "/a/b/c/z", True),
        ("/a/**/z", "/a/b/c", False),
        ("/a/*.js", "/a/b.js", True),
        ("/a/*.js", "/a/b.css", False),
        ("/?", "/a", True),
        ("/?", "/ab", False),
        ("/" + "**/" * 60 + "b", "/" + "a/" * 2000, False),
        ("/" + "*a" * 90 + "b", "/" + "a" * 5000, False),
    ],
)
def test_ant_patterns(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def test_a_file_that_holds_no_certificate_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(WrongSetting, match="EMULATOR_UPSTREAM_CA is"):
            EmulatorConfig(upstream_ca=str(tmp_path / name))
