"""The Hub bar above the example application, in a real browser; and the files and pages that belong to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import Error as PlaywrightError

from .example import Example, running_example

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def example() -> Iterator[Example]:
    with running_example() as running:
        yield running


@pytest.fixture(autouse=True)
def real_time(example: Example) -> None:
    example.emulator.clock.reset()


def bar_of(page: Page, name: str = "Insights Hub bar") -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def open_as_alice(chromium: Browser, example: Example, base: str = "", **options: Any) -> tuple[Page, list[str]]:
    """A page with the bar, and what the browser complains about from then on (policy violations, script errors)."""
    options.setdefault("viewport", WIDE)
    context = chromium.new_context(**{"locale": "en-GB", **options})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{base or example.acme}/")
    page.get_by_role("button", name="Alice Adler").click()
    page.wait_for_url(f"{base or example.acme}/")
    return page, complaints


def look(page: Page) -> None:
    """No accessibility finding and nothing that scrolls sideways."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_the_bar_tells_who_and_where(chromium: Browser, example: Example) -> None:
    page, complaints = open_as_alice(chromium, example)
    bar = bar_of(page)
    expect(bar).to_contain_text("Asset list")
    assert bar.bounding_box() == {"x": 0, "y": 0, "width": 1440, "height": 48}

    bar.get_by_role("button", name="Acme Pumps GmbH").click()
    expect(bar.locator("#tenant")).to_contain_text("Environment: eu1")
    expect(bar.locator("#tenant")).to_contain_text("DEVELOPER")
    bar.get_by_role("button", name="User menu: Alice Adler").click()
    expect(bar.locator("#tenant")).to_be_hidden()
    expect(bar.locator("#user")).to_contain_text("alice@acme.example")
    bar.get_by_role("button", name="Notifications").click()
    expect(bar.locator("#notifications")).to_have_text("No notifications.")
    bar.get_by_role("button", name="Information").click()
    information = bar.locator("#information")
    expect(information).to_contain_text("Version 1.0.0")
    expect(information.get_by_role("link", name="Documentation")).to_have_attribute(
        "href", "https://documentation.mindsphere.io/"
    )
    expect(information.get_by_role("link", name="Support")).to_have_attribute("href", "mailto:support@acme.example")
    # The icon that a chromium asks for by itself is none of the bar's business.
    assert [complaint for complaint in complaints if "404" not in complaint] == []
    page.context.close()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["1440", "390"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bar_is_accessible(chromium: Browser, example: Example, viewport: Any, scheme: str) -> None:
    page, _ = open_as_alice(chromium, example, viewport=viewport, color_scheme=scheme)
    expect(bar_of(page)).to_be_visible()
    look(page)
    for name in ("Acme Pumps GmbH", "Notifications", "Information", "User menu: Alice Adler"):
        bar_of(page).get_by_role("button", name=name).click()
        look(page)
    page.context.close()


def test_the_bar_works_with_the_keyboard_alone(chromium: Browser, example: Example) -> None:
    page, _ = open_as_alice(chromium, example)
    bar = bar_of(page)
    expect(bar).to_be_visible()
    page.keyboard.press("Tab")
    expect(bar.get_by_role("link", name="Launchpad")).to_be_focused()
    for _ in range(4):
        page.keyboard.press("Tab")
    button = bar.get_by_role("button", name="User menu: Alice Adler")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(bar.locator("#user")).to_be_visible()
    page.keyboard.press("Escape")
    expect(bar.locator("#user")).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(bar.get_by_role("link", name="Sign out")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/oauth/authorize?**")
    expect(page.get_by_role("heading", name="Sign in to Insights Hub")).to_be_visible()
    page.context.close()


def test_the_bar_speaks_german(chromium: Browser, example: Example) -> None:
    page, _ = open_as_alice(chromium, example, locale="de-DE")
    bar = bar_of(page, "Insights-Hub-Leiste")
    bar.get_by_role("button", name="Benutzermenü: Alice Adler").click()
    expect(bar.get_by_role("link", name="Abmelden")).to_be_visible()
    bar.get_by_role("button", name="Informationen").click()
    expect(bar.get_by_role("link", name="Dokumentation")).to_be_visible()
    page.context.close()


def test_the_bell_tells_that_the_session_ends(chromium: Browser, example: Example) -> None:
    page, _ = open_as_alice(chromium, example)
    for _ in range(23):
        example.emulator.clock.shift(1740)
        assert page.request.get(f"{example.acme}/app-info.json").status == 200
    page.reload()
    bar = bar_of(page)
    bar.get_by_role("button", name="Notifications (1)").click()
    expect(bar.locator("#notifications")).to_contain_text("Your session ends at")
    page.context.close()


def test_the_launchpad_lists_the_tenants_applications(chromium: Browser, example: Example) -> None:
    # axe is injected as a script, which the policy of the Launchpad forbids.
    page, _ = open_as_alice(chromium, example, bypass_csp=True)
    bar_of(page).get_by_role("link", name="Launchpad").click()
    page.wait_for_url("**/acme.launchpad/")
    expect(page.get_by_role("heading", name="Applications of Acme Pumps GmbH")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Asset list").click()
    expect(bar_of(page)).to_be_visible()
    page.context.close()


def test_everything_works_under_host_names(chromium: Browser, example: Example) -> None:
    """Chromium finds every name below localhost on this machine."""
    registry = example.emulator.hub.applications
    application = registry.get("acme-demoapp-acme")
    assert application is not None
    page, complaints = open_as_alice(chromium, example, registry.bases(application)[0])
    assert any("violates" in complaint for complaint in complaints)  # the script of the other form is not allowed
    show_bar(page, example.emulator.hub.config.host_addresses.static)
    bar_of(page).get_by_role("button", name="User menu: Alice Adler").click()
    page.get_by_role("link", name="Sign out").click()
    page.wait_for_url("http://acme.piam.eu1.localhost:*/oauth/authorize?**")
    page.context.close()


def show_bar(page: Page, static: str, options: str = "{ appId: '_mdspcontent' }") -> None:
    """Load the script as an application does, and start it."""
    page.add_script_tag(url=f"{static}/osbar/v4/js/main.min.js")
    page.evaluate(f"_mdsp.init({options})")


def test_an_application_may_be_the_body_and_leave_the_bar_for_later(chromium: Browser, example: Example) -> None:
    page, _ = open_as_alice(chromium, example)
    page.set_content("<body id=all><p>Application</p></body>")
    show_bar(page, f"{example.emulator.url}/static.hub", "{ appId: 'all', initialize: false }")
    expect(page.locator(".mdsp-osbar")).to_have_count(0)
    page.evaluate("Promise.all([_msb.init({ appId: 'all', title: 'Later' }), _mdsp.init({ appId: 'all' })])")
    expect(bar_of(page)).to_contain_text("Later")
    expect(page.locator("body > .mdsp-osbar:first-child")).to_have_count(1)
    page.context.close()


def test_an_application_without_the_element_is_told_so(chromium: Browser, example: Example) -> None:
    page, _ = open_as_alice(chromium, example)
    page.set_content("<p>Application</p>")
    with pytest.raises(PlaywrightError, match="there is no element with the id nowhere"):
        show_bar(page, f"{example.emulator.url}/static.hub", "{ appId: 'nowhere' }")
    page.context.close()


def test_links_that_are_none_are_shown_as_text(chromium: Browser, example: Example) -> None:
    links = [
        {"type": "www", "name": "Script", "value": "javascript:alert(1)"},
        {"type": "WWW", "name": "Elsewhere", "value": "//evil.example"},
        {"type": "fax", "name": "Fax", "value": "123"},
        {"type": "Phone", "name": "Call", "value": "+49 (0) 821 1"},
        {"type": "MAIL", "value": "<b>@acme.example"},
    ]
    page, _ = open_as_alice(chromium, example)
    page.route("**/app-info.json", lambda route: route.fulfill(json={"links": {"default": links}}))
    page.reload()
    bar_of(page).get_by_role("button", name="Information").click()
    found = bar_of(page).locator("#information a")
    expect(found).to_have_text(["Call", "<b>@acme.example"])
    expect(found.first).to_have_attribute("href", "tel:+4908211")
    page.context.close()


def test_the_bar_survives_a_hub_that_tells_nothing(chromium: Browser, example: Example) -> None:
    page, _ = open_as_alice(chromium, example)
    page.route("**/api/**", lambda route: route.fulfill(status=401, body="[]"))
    page.reload()
    bar_of(page).get_by_role("button", name="User menu").click()
    expect(bar_of(page).get_by_role("link", name="Sign in")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("js/main.min.js", "text/javascript; charset=utf-8"), ("css/main.min.css", "text/css; charset=utf-8")],
)
def test_the_bars_files(example: Example, name: str, content_type: str) -> None:
    port = example.emulator.url.rpartition(":")[2]
    by_path = requests.get(f"{example.emulator.url}/static.hub/osbar/v4/{name}", timeout=10)
    by_host = requests.get(
        f"{example.emulator.url}/osbar/v4/{name}", headers={"Host": f"static.eu1.localhost:{port}"}, timeout=10
    )
    assert (by_path.status_code, by_path.headers["Content-Type"]) == (200, content_type)
    assert by_host.content == by_path.content


@pytest.mark.parametrize("name", ["js/bar.js", "js/other.js", "bar.js", "%2e%2e/identity.css"])
def test_there_are_no_other_files(example: Example, name: str) -> None:
    assert requests.get(f"{example.emulator.url}/static.hub/osbar/v4/{name}", timeout=10).status_code == 404


def test_launchpads(example: Example) -> None:
    empty = requests.get(f"{example.emulator.url}/initech.launchpad/", timeout=10)
    assert empty.status_code == 200
    assert "There are no applications yet." in empty.text
    assert requests.get(f"{example.emulator.url}/umbrella.launchpad/", timeout=10).status_code == 404
    port = example.emulator.url.rpartition(":")[2]
    by_host = requests.get(f"{example.emulator.url}/", headers={"Host": f"globex.eu1.localhost:{port}"}, timeout=10)
    assert f'href="http://globex-demoapp-acme.eu1.localhost:{port}/"' in by_host.text
