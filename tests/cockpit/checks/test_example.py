"""The example application of the documentation, written like the vendor's own, with a true token of the emulator."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from django.conf import settings
from werkzeug.serving import make_server

from portal.cockpit.checks.report import Outcome, Report
from portal.cockpit.checks.runner import Runner
from portal.cockpit.checks.subject import Component, Subject
from portal.emulator.testing import RunningEmulator
from portal.lib.fetch.fetcher import Fetcher
from tests.fetch.servers import HOST, loopback_policy, server_context, to_loopback

SCRIPT = Path(settings.BASE_DIR) / "docs" / "examples" / "self_hosted_application.py"


@pytest.fixture
def port(hub: RunningEmulator, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The example with a certificate in front of it."""
    monkeypatch.setenv("GATEWAY_URL", f"{hub.url}/gateway")
    monkeypatch.setenv("STATIC_URL", "https://static.eu1.mindsphere.io")
    spec = importlib.util.spec_from_file_location("example", SCRIPT)
    assert spec
    assert spec.loader
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    context = server_context(authority.issue_cert(HOST))
    server = make_server("127.0.0.1", 0, example.app, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join(10)
    server.server_close()


def checked(port: int, ca_file: str, token: str = "") -> Report:
    fetcher = Fetcher(loopback_policy([port], ca_file, 10), resolve=to_loopback)
    return Runner(Subject((Component(f"https://{HOST}:{port}"),), tenant="acme"), fetcher, token).run()


def test_example_is_ready(port: int, hub: RunningEmulator, ca_file: str) -> None:
    report = checked(port, ca_file, hub.user_token("alice@acme.example"))
    assert list(report.with_findings()) == []
    seen = ("accepts-hub-token", "refuses-forged-token", "health-time", "clock", "bar-init", "bar-content", "app-info")
    assert [report.of(check_id).outcome for check_id in seen] == [Outcome.PASSED] * len(seen)


def test_person_of_another_tenant_does_not_fit(port: int, hub: RunningEmulator, ca_file: str) -> None:
    report = checked(port, ca_file, hub.user_token("charlie@globex.example"))
    assert report.of("hub-token").findings[0].evidence["tenant"] == "globex"
    assert report.of("accepts-hub-token").outcome is Outcome.NOT_CHECKED
