"""The certificate of the demo's example application, and who is told of it."""

from __future__ import annotations

import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import time_machine
import trustme

from portal.lib.fetch.failures import FetchFailed, Reason
from portal.lib.fetch.fetcher import Fetcher
from portal.lib.fetch.resolving import resolve
from portal.lib.names import LOOPBACK
from portal.ops.demo_example import HOST, Example
from tests.production import environment


@pytest.fixture
def example(tmp_path: Path) -> Example:
    return Example(tmp_path / "example", 8443)


def chain(example: Example) -> bytes:
    return (example.folder / "chain.pem").read_bytes()


def test_certificate_is_made_once_and_renewed_in_time(example: Example) -> None:
    example.prepare({})
    first = chain(example)
    example.prepare({})
    assert chain(example) == first
    with time_machine.travel(datetime.now(UTC) + timedelta(days=306)):
        example.prepare({})
    assert chain(example) != first
    (example.folder / "chain.pem").write_text("x")
    example.prepare({})
    ssl.create_default_context().load_cert_chain(example.folder / "chain.pem", example.folder / "key.pem")
    assert (example.folder / "key.pem").stat().st_mode & 0o777 == 0o600
    assert not list(example.folder.glob("*authority*key*"))


def test_processes_of_the_demo_are_told(example: Example) -> None:
    told: dict[str, str] = {}
    example.prepare(told)
    authority = str(example.folder / "authority.pem")
    assert told == {
        "PORTAL_READINESS_CA_FILE": authority,
        "EMULATOR_UPSTREAM_CA": authority,
        "PORTAL_READINESS_PORTS": "8443",
        "PORTAL_READINESS_NETWORKS": LOOPBACK,
        "PORTAL_EXAMPLE_URL": f"https://{HOST}:8443/",
    }


def test_what_was_named_before_stays(example: Example, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    told = {
        "PORTAL_READINESS_CA_FILE": str(tmp_path / "missing.pem"),
        "EMULATOR_UPSTREAM_CA": str(other),
        "PORTAL_READINESS_PORTS": "9443",
        "PORTAL_READINESS_NETWORKS": "10.0.0.0/8",
    }
    example.prepare(told)
    both = Path(told["EMULATOR_UPSTREAM_CA"]).read_bytes()
    assert other.read_bytes() in both and (example.folder / "authority.pem").read_bytes() in both
    # The settings say what is wrong with it.
    assert told["PORTAL_READINESS_CA_FILE"] == str(tmp_path / "missing.pem")
    assert told["PORTAL_READINESS_PORTS"] == "9443,8443"
    assert told["PORTAL_READINESS_NETWORKS"] == f"10.0.0.0/8,{LOOPBACK}"


def test_this_machine_is_no_public_address(example: Example) -> None:
    """The demo alone allows it; elsewhere the name of the example is refused before anything is called."""
    assert resolve(HOST, 0.1) == [IPv4Address(LOOPBACK)]
    with pytest.raises(FetchFailed):
        resolve("localhost.example.invalid", 0.01)
    assert Fetcher().get(f"https://{HOST}/").reason is Reason.NO_PUBLIC_ADDRESS


def test_production_knows_no_example() -> None:
    code = "import django; django.setup(); from django.conf import settings; print(repr(settings.EXAMPLE_URL))"
    told = environment() | {"PORTAL_EXAMPLE_URL": "https://pumpboard.localhost:8443/"}
    told["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    said = subprocess.run([sys.executable, "-c", code], env=told, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "''"
