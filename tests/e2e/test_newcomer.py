"""`make run` on a machine without a network: its example application from the draft to Submit, and to its tile."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Demo, Visitor, open_context, started, visitor_in
from tests.e2e.emulated_hub import EmulatedHub
from tests.e2e.test_cockpit import look_everywhere, see_the_checks_end
from tests.e2e.test_example import prepare, register, see_what_was_found, submit
from tests.e2e.test_launchpad import at_launchpad, wait_until_told

pytestmark = pytest.mark.e2e
ROLE = "mdsp:acme:pumpboard.admin"


def is_there(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port)) == 0


def test_from_the_draft_to_the_tile(tmp_path: Path, chromium: Browser) -> None:
    """With nothing but what `make run` sets: neither a name server nor an authority of the tests."""
    with started(tmp_path, {}) as addresses, open_context(chromium) as context:
        dev = visitor_in(Demo(*addresses, tmp_path, 0, 0), context)
        url, draft = walk_to_submit(dev)
        assert is_there(url)
        open_on_the_launchpad(dev)
    assert not is_there(url)
    certificate = (tmp_path / "example" / "chain.pem").read_bytes()
    # The emulator keeps nothing over a restart, so it is told anew.
    with started(tmp_path, {}) as addresses, open_context(chromium) as context:
        dev = visitor_in(Demo(*addresses, tmp_path, 0, 0), context)
        dev.sign_in("Dev Dietrich")
        dev.visit(draft)
        wait_until_told(dev.page, "Registered at the Hub")
        EmulatedHub(dev.demo.emulator).give_role("acme", "dev@acme.example", ROLE)
    assert (tmp_path / "example" / "chain.pem").read_bytes() == certificate


def walk_to_submit(dev: Visitor) -> tuple[str, str]:
    """From the draft of the demo; the address of the example, and the path of its page."""
    page = dev.page
    address = re.search(r"An application: +(https://\S+)", (dev.demo.data / "demo.log").read_text())
    assert address is not None
    dev.sign_in("Dev Dietrich")
    dev.visit("/t/acme/apps/create/")
    expect(page.get_by_role("main")).to_contain_text(f"An application that runs with this demo: {address[1]}")
    look_everywhere(dev)
    dev.visit("/t/acme/apps/")
    dev.follow("Pump board")
    expect(page.get_by_role("region", name="Components")).to_contain_text(address[1])
    picture = re.search(r"http://\S+\.png", page.get_by_role("region", name="Configuration").inner_text())
    assert picture is not None
    look_everywhere(dev)
    register(dev)
    wait_until_told(page, "Registered at the Hub")
    draft = page.url
    prepare(dev, requests.get(picture[0], timeout=10).content)
    expect(page.get_by_role("main")).to_contain_text("The Hub's bar is on top of it.")
    see_the_checks_end(dev)
    assert see_what_was_found(dev, "Blocking") == see_what_was_found(dev, "Warnings") == set()
    submit(dev, draft)
    dev.hears("The release waits for a developer admin.")
    return address[1], urlsplit(draft).path


def open_on_the_launchpad(dev: Visitor) -> None:
    page = dev.page
    EmulatedHub(dev.demo.emulator).give_role("acme", "dev@acme.example", ROLE)
    at_launchpad(dev, "Dev Dietrich")
    page.get_by_role("link", name="Pump board").click()
    page.get_by_role("button", name="Dev Dietrich").click()
    expect(page.get_by_role("heading", name="Pump board")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Pump P-101")).to_be_visible()
    expect(page.get_by_role("region", name="Insights Hub bar")).to_contain_text("Pump board")
    look_everywhere(dev)
