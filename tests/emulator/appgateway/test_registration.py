"""Which applications can be registered, how, and by whom."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from portal.emulator.appgateway.applications import Application, WrongApplication, read_applications
from portal.emulator.appgateway.registry import CAPACITY, ApplicationExists
from portal.emulator.config import EmulatorConfig, WrongSetting
from portal.emulator.control.switches import Switches
from portal.emulator.hub import Hub
from portal.emulator.testing import RunningEmulator

from .browser import ALICE, CHARLIE, LABEL, Browser


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "1app"},
        {"name": "a" * 21},
        {"name": "App"},
        {"tenant": "umbrella"},
        {"provider": "umbrella"},
        {"version": "V1"},
        {"version": "a b"},
        {"display_name": "a" * 51},
        {"display_name": "<b>"},
        {"display_name": "\ud800"},
        {"scopes": ("other.user",)},
        {"content_security_policy": "a\r\nb"},
        {"upstream": "ftp://127.0.0.1"},
        {"upstream": "http://127.0.0.1:5000/"},
        {"upstream": "http://127.0.0.1:99999"},
        {"upstream": "http://user@127.0.0.1"},
        {"upstream": "http://[::1"},
        {"upstream": "http://127.0.0.1\n"},
        {"upstream": "http://ex\u00e4mple"},
        {"upstream": "http://"},
        {"upstream": "HTTP://127.0.0.1"},
        {"port": 65536},
    ],
)
def test_what_cannot_be_registered(fields: dict[str, Any]) -> None:
    good: dict[str, Any] = {"name": "demoapp", "tenant": "acme", "upstream": "http://127.0.0.1:5000"}
    assert Application(**good).is_on_this_machine
    with pytest.raises(WrongApplication):
        Application(**good | fields)


@pytest.mark.parametrize(
    ("upstream", "expected"),
    [
        ("http://localhost:1", True),
        ("http://[::1]:1", True),
        ("http://127.9.9.9", True),
        ("http://10.0.0.1", False),
        ("http://localhost.evil.example", False),
    ],
)
def test_what_is_on_this_machine(upstream: str, expected: bool) -> None:
    assert Application("demoapp", "acme", upstream).is_on_this_machine is expected


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b"{",
        b'{"name":1,"tenant":"acme","upstream":"http://127.0.0.1"}',
        b'{"name":"a","tenant":"acme","upstream":"http://127.0.0.1","port":80}',
        b'{"name":"a","tenant":"acme","upstream":"http://127.0.0.1","scopes":"a.b"}',
        b'{"name":"a","tenant":["acme"],"upstream":"http://127.0.0.1"}',
        b'{"name":"a","tenant":"acme","upstream":"http://127.0.0.1","display_name":"\\ud800"}',
        b'{"name":"a","tenant":"acme","upstream":NaN}',
        b"[" * 100_000,
        b'{"\\ud800":"a"}',
    ],
)
@pytest.mark.parametrize("path", ["applications", "application-sessions"])
def test_hostile_bodies_change_nothing(emulator: RunningEmulator, path: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{emulator.url}/_emulator/{path}", body, headers=headers, timeout=10)
    assert answer.status_code == 400, answer.text
    assert [application.name for application in emulator.hub.applications] == ["demoapp"]


def test_only_this_machine_may_register(emulator: RunningEmulator) -> None:
    url, evil = f"{emulator.url}/_emulator/applications", {"Host": "evil.example"}
    body = {"name": "a", "tenant": "acme", "upstream": "http://127.0.0.1"}
    assert requests.post(url, json=body, headers=evil, timeout=10).status_code == 403
    assert requests.post(url, json.dumps(body), timeout=10).status_code == 415
    assert requests.get(url, headers=evil, timeout=10).status_code == 403
    assert requests.delete(url, params={"label": LABEL}, headers=evil, timeout=10).status_code == 403
    sessions = f"{emulator.url}/_emulator/application-sessions"
    wanted = {"label": LABEL, "email": ALICE}
    assert requests.post(sessions, json=wanted, headers=evil, timeout=10).status_code == 403
    wanted["email"] = CHARLIE
    assert requests.post(sessions, json=wanted, timeout=10).status_code == 400


def test_an_applications_client_may_not_take_the_id_of_another(emulator: RunningEmulator) -> None:
    url = f"{emulator.url}/_emulator/applications"
    body = {"name": "demoapp", "tenant": "acme", "provider": "globex", "upstream": "http://127.0.0.1"}
    assert requests.post(url, json=body, timeout=10).status_code == 201
    body |= {"name": "demoapp-globex", "provider": "acme"}  # its short name would be acme-demoapp-globex
    assert requests.post(url, json=body, timeout=10).status_code == 409
    labels = {entry["label"] for entry in requests.get(url, timeout=10).json()}
    assert labels == {LABEL, "acme-demoapp-globex"}


def test_a_port_belongs_to_one_application(emulator: RunningEmulator) -> None:
    port = next(iter(emulator.hub.applications)).port
    with pytest.raises(ApplicationExists, match=f"Port {port} belongs to another application"):
        emulator.hub.applications.add(Application("second", "acme", "http://127.0.0.1:1", port=port))


def test_there_is_a_quota(emulator: RunningEmulator) -> None:
    registry = emulator.hub.applications
    for number in range(CAPACITY - 1):
        registry.add(Application(f"app{number}", "acme", "http://127.0.0.1:1"))
    with pytest.raises(WrongApplication, match="There are 330 applications already"):
        registry.add(Application("one-more", "acme", "http://127.0.0.1:1"))


def test_the_setting() -> None:
    words = "acme/demoapp=http://127.0.0.1:5000 globex/watch/acme:8101=https://apps.example"
    first, second = read_applications(words)
    assert (first.label, first.port) == ("acme-demoapp-acme", None)
    assert (second.label, second.port, second.upstream) == ("globex-watch-acme", 8101, "https://apps.example")
    environ = {"EMULATOR_APPLICATIONS": words}
    config = EmulatorConfig.from_environment(environ)
    assert [application.label for application in Hub(config).applications] == [first.label, second.label]
    with pytest.raises(WrongSetting, match="EMULATOR_APPLICATIONS: 'acme' is not an application"):
        EmulatorConfig.from_environment({"EMULATOR_APPLICATIONS": "acme"})


def test_the_port_maps_to_the_application_under_local_names_only(emulator: RunningEmulator, alice: Browser) -> None:
    port = urlsplit(alice.base).port
    connection = HTTPConnection("127.0.0.1", port or 0, timeout=10)
    for host, status in ((f"127.0.0.1:{port}", 401), (f"localhost:{port}", 401), (f"evil.example:{port}", 404)):
        connection.request("GET", "/echo", headers={"Host": host})
        assert connection.getresponse().status == status, host
        connection.close()


def test_the_defaults_are_those_that_the_documentation_names() -> None:
    switches = Switches()
    assert (switches.application_timeout, switches.xsrf_required) == (60.0, True)
