"""The documentation's example from Create to Ready for assignment, and applications with one thing wrong each.

All of them run on this machine. The example is behind the Hub's gateway as well, where its people find it.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Locator, expect

from tests.cockpit.checks.application import BAR, World, health
from tests.e2e.conftest import Demo, Visitor
from tests.e2e.deployed import deployed_example
from tests.e2e.emulated_hub import EmulatedHub
from tests.e2e.test_cockpit import see_the_checks_end, wait_for_the_end
from tests.e2e.test_launchpad import at_launchpad, look_everywhere, wait_until_told
from tests.fetch import hostile
from tests.fetch.servers import TlsServer, server_context
from tests.images.pictures import saved
from tests.images.test_seen import drawn_page

pytestmark = pytest.mark.e2e
NAME = "plantassets"
CONTACT = "erika@acme.example"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def screenshot() -> bytes:
    return saved(drawn_page(accent=True))


@pytest.fixture
def example(demo: Demo, authority: trustme.CA, tmp_path: Path) -> Iterator[str]:
    with deployed_example(demo, authority, tmp_path, f"{NAME}.localhost", demo.free_port) as url:
        yield url


def create(dev: Visitor, name: str, url: str) -> str:
    """Write an application down; the address of its page."""
    dev.page.goto(f"{dev.demo.portal}/t/acme/apps/create/")
    dev.page.get_by_label("Display name").fill(name.capitalize())
    dev.page.get_by_label("Internal name").fill(name)
    dev.page.get_by_label("External URL").fill(url)
    dev.press("Create application")
    dev.hears("is created.")
    return dev.page.url


def register(dev: Visitor) -> None:
    dev.follow("Register…")
    dev.press("Register")
    dev.hears("is registered.")


def prepare(dev: Visitor, screenshot: bytes) -> None:
    dev.follow("Prepare release…")
    dev.page.get_by_label("Description of the application").fill("Lists the assets of the plant, for its operators.")
    dev.page.get_by_label("Path of the health endpoint").fill("/health/")
    dev.page.get_by_label("Screenshot").set_input_files({"name": "s", "mimeType": "image/png", "buffer": screenshot})
    dev.press("Save")
    dev.hears("The release is saved.")


def submit(dev: Visitor, address: str) -> None:
    dev.page.goto(address)
    dev.follow("Submit release…")
    dev.press("Submit")


def see_what_was_found(dev: Visitor, severity: str) -> set[str]:
    """The ids of the checks that found something of this severity; the page is as the run left it."""
    rows = dev.page.get_by_role("region", name=severity).get_by_role("link")
    return set(rows.locator("code").all_inner_texts())


def approve(dana: Visitor, name: str) -> None:
    dana.sign_in("Dana Dorn")
    dana.visit("/t/acme/")
    dana.follow("waits for approval")
    dana.page.get_by_label("Alternate Email").fill(CONTACT)
    dana.page.get_by_label("I have read the IMPORTANT NOTICE").check()
    dana.page.get_by_label(f"Type {name} to confirm").fill(name)
    dana.press("Approve")
    dana.hears("The release is approved.")


def confirm(substitute: Visitor) -> None:
    substitute.open_mail("Are you the alternate contact of", CONTACT)
    substitute.page.get_by_role("link", name="/alternate-contact/").click()
    substitute.press("I am the alternate contact")
    expect(substitute.page.get_by_role("main")).to_contain_text("You have confirmed.")


def end_the_check(olga: Visitor, name: str) -> None:
    olga.sign_in("Olga")
    olga.visit("/operator/releases/")
    olga.follow(name.capitalize())
    wait_for_the_end(olga)
    olga.look()
    olga.page.get_by_label("Ready for assignment").check()
    olga.press("End the check")
    olga.hears("is ready for assignment.")


def test_example_becomes_ready_for_assignment(
    example: str,
    screenshot: bytes,
    emulated_hub: EmulatedHub,
    visitor: Visitor,
    second_visitor: Visitor,
    third_visitor: Visitor,
    substitute: Visitor,
) -> None:
    dev, dana, olga = visitor, second_visitor, third_visitor
    dev.sign_in("Dev Dietrich")
    address = create(dev, NAME, example)
    dev.follow("Change roles and scopes")
    dev.page.get_by_label("admin gives mdsp:core:assetmanagement.standarduser").check()
    dev.press("Save")
    register(dev)
    wait_until_told(dev.page, "Registered at the Hub")
    prepare(dev, screenshot)
    see_the_checks_end(dev)
    assert see_what_was_found(dev, "Blocking") == see_what_was_found(dev, "Warnings") == set()
    look_everywhere(dev)
    submit(dev, address)
    dev.hears("The release waits for a developer admin.")

    approve(dana, NAME)
    confirm(substitute)
    end_the_check(olga, NAME)
    dev.page.goto(address)
    expect(dev.page.locator("[aria-current=step]")).to_contain_text("Ready for assignment")

    emulated_hub.give_role("acme", "dev@acme.example", f"mdsp:acme:{NAME}.admin")
    at_launchpad(dev, "Dev Dietrich")
    dev.page.get_by_role("link", name=NAME.capitalize()).click()
    dev.page.get_by_role("button", name="Dev Dietrich").click()
    expect(dev.page.get_by_role("heading", name="Asset list")).to_be_visible()
    expect(dev.page.get_by_role("listitem").filter(has_text="Pump P-101")).to_be_visible()
    expect(dev.page.get_by_role("region", name="Insights Hub bar")).to_contain_text("Asset list")


@dataclass(frozen=True)
class Shown:
    """What a server shows, and what the finding must tell of it."""

    context: ssl.SSLContext
    evidence: dict[str, str]


def certified(certificate: trustme.LeafCert) -> Shown:
    pem = certificate.cert_chain_pems[0].bytes()
    return Shown(server_context(certificate), told(x509.load_pem_x509_certificate(pem)))


def told(certificate: x509.Certificate) -> dict[str, str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    form = "%Y-%m-%dT%H:%M:%SZ"
    return {
        "names": ", ".join(names.get_values_for_type(x509.DNSName)),
        "not_before": certificate.not_valid_before_utc.strftime(form),
        "not_after": certificate.not_valid_after_utc.strftime(form),
        "sha256": certificate.fingerprint(hashes.SHA256()).hex(),
    }


Break = Callable[[trustme.CA, str, World], Shown]


def self_signed(_authority: trustme.CA, host: str, _world: World) -> Shown:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = hostile.certificate(host, key, names=(host,))
    is_its_own = {"subject": f"CN={host}", "issuer": f"CN={host}"}
    return Shown(hostile.context_for(certificate, key=key), told(certificate) | is_its_own)


def wrong_name(authority: trustme.CA, _host: str, _world: World) -> Shown:
    return certified(authority.issue_cert("other.acme.example"))


def expired(authority: trustme.CA, host: str, _world: World) -> Shown:
    now = datetime.now(UTC)
    return certified(authority.issue_cert(host, not_before=now - 90 * DAY, not_after=now - DAY))


def without_bar(authority: trustme.CA, host: str, world: World) -> Shown:
    """The checks sign in as nobody, so they see the page of an application that shows it to everybody."""
    world.page(f'<script src="{BAR}" defer></script>', "")
    world.answers["/"].needs_token = False
    return Shown(server_context(authority.issue_cert(host)), {"url": f"https://{host}:"})


def red(authority: trustme.CA, host: str, world: World) -> Shown:
    world.answers["/health/"].body = lambda: health("red")
    return Shown(server_context(authority.issue_cert(host)), {"url": "/health/", "colour": "red"})


OPEN = {"refuses-without-token", "refuses-forged-token"}
STOPPED: dict[str, tuple[Break, str, set[str]]] = {
    "selfsigned": (self_signed, "certificate-trusted", set()),
    "othername": (wrong_name, "certificate-name", set()),
    "expired": (expired, "certificate-dates", set()),
    "barless": (without_bar, "bar-script", OPEN),
    "red": (red, "health-status", set()),
}


def released(dev: Visitor, name: str, screenshot: bytes) -> str:
    """An application whose release is prepared, and whose checks were run from their page; its address."""
    dev.sign_in("Dev Dietrich")
    address = create(dev, name, f"https://{name}.acme.example:{dev.demo.free_port}/")
    register(dev)
    prepare(dev, screenshot)
    dev.follow("All that was found")
    dev.press("Run the checks")
    state = dev.page.get_by_role("region", name="State of the checks")
    expect(state).not_to_contain_text("Load again", timeout=30_000)
    expect(state).not_to_contain_text("Something was changed since then")
    # The narrow page has to break the fingerprints.
    for width in (390, 1440):
        dev.page.set_viewport_size({"width": width, "height": 900})
        dev.look()
    return address


def row_of(dev: Visitor, severity: str, check_id: str) -> Locator:
    link = dev.page.locator(f'a[href="/docs/readiness/#{check_id}"]')
    return dev.page.get_by_role("region", name=severity).get_by_role("listitem").filter(has=link)


def expect_evidence(row: Locator, evidence: dict[str, str]) -> None:
    for name, value in evidence.items():
        fact = row.locator("dt", has_text=re.compile(f"^{name}$")).first.locator("xpath=following-sibling::dd[1]")
        expect(fact).to_contain_text(value)


@pytest.mark.parametrize("name", STOPPED)
def test_one_thing_is_wrong(name: str, demo: Demo, authority: trustme.CA, screenshot: bytes, visitor: Visitor) -> None:
    breaks, check_id, others = STOPPED[name]
    world = World(None, "")
    shown = breaks(authority, f"{name}.acme.example", world)
    with TlsServer(world._answer, shown.context, demo.free_port):
        address = released(visitor, name, screenshot)
        assert see_what_was_found(visitor, "Blocking") == {check_id} | others
        expect_evidence(row_of(visitor, "Blocking", check_id), shown.evidence)
        submit(visitor, address)
        refusal = visitor.page.locator(".error-summary")
        expect(refusal).to_contain_text("The readiness checks found what stops a release")
        expect(refusal).to_contain_text(check_id)
        visitor.look()
