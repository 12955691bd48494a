"""An application that runs may look at, with everything right."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import trustme

from portal.lib.fetch import resolving
from tests.cockpit.checks.application import World
from tests.fetch.conftest import authority, ca_file
from tests.fetch.servers import HOST, DnsServer, TlsServer, server_context

__all__ = ["authority", "ca_file", "served"]


@pytest.fixture
def served(
    authority: trustme.CA, ca_file: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[World, int]]:
    """An application behind TLS on loopback that the deployment lets the checks look at; the DNS knows its name."""
    context: ssl.SSLContext = server_context(authority.issue_cert(HOST))
    world = World(context, str(shutil.copy(ca_file, tmp_path / "ca.pem")))
    dns = DnsServer(lambda _number, kind: [("A", "127.0.0.1")] if kind == "A" else [])
    with TlsServer(world._answer, context) as server, dns:
        settings.READINESS_PORTS = frozenset({server.port})
        settings.READINESS_NETWORKS = [ip_network("127.0.0.0/8")]
        settings.READINESS_CA_FILE = world.ca_file
        monkeypatch.setattr(resolving, "system_resolver", lambda: dns.resolver)
        yield world, server.port
