"""A real browser against the processes that `make run` starts, in a folder and on ports of their own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.cockpit.checks.application import World
from tests.e2e.emulated_hub import EmulatedHub
from tests.fetch.servers import DnsServer, TlsServer, server_context

READY_WITHIN = 60.0


@dataclass(frozen=True)
class Demo:
    """What runs: its addresses and its folder, and the port of an application that the checks find well.

    At the free port, on loopback, a test puts an application of its own; the checks look there as well.
    """

    portal: str
    gateway: str
    emulator: str
    data: Path
    application_port: int
    free_port: int


@dataclass(frozen=True)
class Served:
    """An application behind TLS on loopback, and a free port for another; every name leads there."""

    port: int
    free_port: int
    variables: dict[str, str]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Whose certificates the Hub's gateway trusts."""
    return trustme.CA()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> Iterator[Served]:
    """What the checks look at, with a certificate authority and a name server of its own."""
    ca_file = tmp_path_factory.mktemp("served") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = server_context(authority.issue_cert("*.acme.example"))
    world = World(context, str(ca_file))
    with TlsServer(world._answer, context) as server, DnsServer(_loopback) as names:
        free_port = _free_port()
        variables = {
            "PORTAL_READINESS_PORTS": f"{server.port},{free_port}",
            "PORTAL_READINESS_NETWORKS": "127.0.0.0/8",
            "PORTAL_READINESS_CA_FILE": str(ca_file),
            "PYTHONPATH": str(Path(__file__).parent / "resolver"),
            "TEST_DNS_PORT": str(names.resolver.port),
        }
        yield Served(server.port, int(free_port), variables)


def _loopback(_number: int, kind: str) -> list[tuple[str, str]]:
    return [("A", "127.0.0.1")] if kind == "A" else []


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA, served: Served) -> Iterator[Demo]:
    """Portal, emulator and worker, as a newcomer starts them; always on SQLite, as there."""
    data = tmp_path_factory.mktemp("demo")
    trusted = data / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    # Many tests make keys in the one demo of their worker: its package would be used up.
    raised = {"PORTAL_PACKAGE_S_KEYS": "200", "PORTAL_PACKAGE_S_APPLICATIONS": "20"}
    with started(data, served.variables | raised | {"EMULATOR_UPSTREAM_CA": str(trusted)}) as addresses:
        yield Demo(*addresses, data, served.port, served.free_port)


@contextmanager
def started(data: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What `make run` starts, with these variables and no others; the addresses of portal, gateway and emulator."""
    log = data / "demo.log"
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    ports = {name: _free_port() for name in ("PORTAL_PORT", "EMULATOR_PORT", "GATEWAY_PORT", "EXAMPLE_PORT")}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "portal.ops.demo"],
            env=kept | ports | variables | {"PORTAL_DATA_DIR": str(data)},
            stdout=output,
            stderr=output,
        )
    try:
        yield _addresses(process, log)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _addresses(process: subprocess.Popen[bytes], log: Path) -> tuple[str, str, str]:
    """The addresses that the banner names."""
    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        told = log.read_text()
        if "Ctrl-C stops everything" in told:
            portal, gateway, emulator = re.findall(r"(?:ready|Behind the Hub|emulator): +(\S+)", told)
            return portal, gateway, emulator.removesuffix("/_emulator/")
        time.sleep(0.1)
    raise AssertionError(f"The demo did not start:\n{log.read_text()}")


@dataclass
class Visitor:
    """A person with a browser: signs in, and looks at each page as strict eyes would."""

    demo: Demo
    page: Page
    complaints: list[str]

    def sign_in(self, name: str) -> None:
        self.page.goto(self.demo.portal)
        self.sign_in_here(name)

    def sign_in_here(self, name: str, link: str = "Sign in with Insights Hub") -> None:
        """From a page of the portal that asks for it, and back."""
        self.page.get_by_role("link", name=link, exact=True).click()
        self.page.get_by_role("button", name=name).click()
        self.page.wait_for_url(f"{self.demo.portal}/**")

    def visit(self, path: str) -> int:
        answer = self.page.goto(self.demo.portal + path)
        assert answer is not None
        self.look()
        return answer.status

    def press(self, name: str) -> None:
        """A button of the page's own part."""
        self.page.get_by_role("main").get_by_role("button", name=name).click()

    def follow(self, name: str) -> None:
        """A link of the page's own part."""
        self.page.get_by_role("main").get_by_role("link", name=name).click()

    def hears(self, sentence: str) -> None:
        """The note about what was just done."""
        expect(self.page.get_by_role("status").first).to_contain_text(sentence)

    def open_mail(self, subject: str, to: str) -> None:
        """The newest mail with this subject to this person, in the demo's outbox."""
        self.visit("/outbox/")
        row = self.page.get_by_role("row").filter(has_text=to)
        row.get_by_role("link", name=subject).first.click()
        self.look()

    def look(self) -> None:
        """No accessibility finding, no horizontal scroll, nothing that the browser complains about."""
        try:
            self._look_once()
        except PlaywrightError:
            # The click before leads to another page, and that came while this one was looked at.
            self.page.wait_for_load_state()
            self._look_once()

    def _look_once(self) -> None:
        self.page.wait_for_load_state()  # of a page that has come in part, axe would say that it has no main
        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        wide = self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, f"{self.page.url} scrolls sideways"
        assert self.complaints == []


@pytest.fixture
def emulated_hub(demo: Demo) -> EmulatedHub:
    return EmulatedHub(demo.emulator)


@pytest.fixture
def visitor(demo: Demo, chromium: Browser) -> Iterator[Visitor]:
    with open_context(chromium) as context:
        yield visitor_in(demo, context)


@pytest.fixture
def second_visitor(demo: Demo, chromium: Browser) -> Iterator[Visitor]:
    with open_context(chromium) as context:
        yield visitor_in(demo, context)


@pytest.fixture
def third_visitor(demo: Demo, chromium: Browser) -> Iterator[Visitor]:
    with open_context(chromium) as context:
        yield visitor_in(demo, context)


@pytest.fixture
def substitute(demo: Demo, chromium: Browser) -> Iterator[Visitor]:
    """Who is named as the alternate contact; signed in nowhere."""
    with open_context(chromium) as context:
        yield visitor_in(demo, context)


def open_context(chromium: Browser, **options: object) -> BrowserContext:
    # axe is injected as a script, which the pages' own policy forbids; violations of it are still reported.
    permissions = ["clipboard-read", "clipboard-write"]
    viewport = options.pop("viewport", {"width": 1440, "height": 900})
    return chromium.new_context(bypass_csp=True, permissions=permissions, viewport=viewport, **options)  # type: ignore[arg-type]


def visitor_in(demo: Demo, context: BrowserContext) -> Visitor:
    page = context.new_page()
    complaints: list[str] = []
    # A refusal (403, 404, 422) is told as an error by the browser; the tests ask for them on purpose.
    page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return Visitor(demo, page, complaints)


def _is_complaint(message: object) -> bool:
    return message.type == "error" and "Failed to load resource" not in message.text  # type: ignore[attr-defined]
