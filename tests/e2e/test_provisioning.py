"""From an order, or the request for one, to the first admin at work: in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import Demo, Visitor, open_context, visitor_in
from tests.e2e.emulated_hub import EmulatedHub

pytestmark = pytest.mark.e2e

XCELERATOR = "Emulator Xcelerator (eu1)"
CLASSIC = "Emulator (eu1)"
ASSETS = "*/api*/assetmanagement*"
# Steps run within seconds; a busy machine takes its time.
WITHIN = 30_000


def fill_order(page: Page, name: str, environment: str, numeric_id: str, client_id: str, secret: str) -> None:
    page.get_by_label("Account name").fill(name)
    page.get_by_label("Display name").fill(f"{name.title()} Drives")
    page.get_by_label("Company").fill(f"{name.title()} Drives Inc.")
    page.get_by_label("E-mail domain").fill(f"{name}.example")
    page.get_by_label("First admin").fill(f"iris@{name}.example")
    fill_access(page, environment, numeric_id, client_id, secret)


def fill_access(page: Page, environment: str, numeric_id: str, client_id: str, secret: str) -> None:
    """Where the tenant lives, and with what the portal reads its assets."""
    page.get_by_label("Environment").select_option(label=environment)
    page.get_by_label("Numeric id").fill(numeric_id)
    page.get_by_label("clientID").fill(client_id)
    page.get_by_label("clientSecret").fill(secret)


def step(page: Page, label: str) -> Locator:
    return page.locator("#progress li").filter(has_text=label)


def is_active(page: Page) -> None:
    expect(page.get_by_text("6 of 6 steps done")).to_be_visible(timeout=WITHIN)
    expect(page.locator(".title-line")).to_contain_text("Active", timeout=WITHIN)


def test_from_a_wrong_secret_to_the_first_admin_at_work(
    visitor: Visitor, second_visitor: Visitor, emulated_hub: EmulatedHub
) -> None:
    page = visitor.page
    visitor.sign_in("Olga")
    visitor.visit("/operator/tenants/")
    visitor.follow("Provision a tenant")
    visitor.press("Start provisioning")
    expect(page.locator(".error-summary")).to_be_focused()
    visitor.look()
    fill_order(page, "initech", XCELERATOR, "1000001703", "initech-hub-reader", "a wrong secret")
    visitor.press("Start provisioning")
    page.wait_for_url("**/operator/tenants/initech/")
    visitor.look()

    # Nobody touches the page: it follows the steps by itself.
    credential = step(page, "Test the upstream credential")
    expect(credential).to_contain_text("refuses the credential", timeout=WITHIN)
    expect(page.get_by_text("3 of 6 steps done")).to_be_visible()
    visitor.look()

    visitor.follow("Correct")
    visitor.look()
    assert page.get_by_label("clientSecret").input_value() == ""
    page.get_by_label("clientSecret").fill(emulated_hub.secret("initech-hub-reader"))
    with emulated_hub.fault(ASSETS, status=503):
        visitor.press("Save and run all steps")
        expect(credential).to_contain_text("hub_refused 503", timeout=WITHIN)
    credential.get_by_role("button", name="Run again").click()
    is_active(page)
    visitor.look()
    visitor.visit("/operator/tenants/?q=initech")
    expect(page.get_by_role("row").filter(has_text="Initech Drives Inc.")).to_contain_text("Active")

    follow_the_welcome_mail(second_visitor)


def follow_the_welcome_mail(visitor: Visitor) -> None:
    """Iris is admin at the Hub, so nothing is left to accept: the link leads her into her tenant."""
    page = visitor.page
    visitor.open_mail("Your Insights Hub account initech is ready", "iris@initech.example")
    visitor.follow("/invitations/")
    visitor.look()
    visitor.sign_in_here("Iris", "Sign in with Insights Hub (Xcelerator)")
    page.wait_for_url("**/t/initech/**")
    visitor.look()
    visitor.visit("/t/initech/members/")
    expect(page.get_by_role("row").filter(has_text="iris@initech.example")).to_contain_text("Tenant admin")
    expect(page.get_by_text("Nobody is invited at the moment.")).to_be_visible()


def test_by_keyboard_alone(visitor: Visitor, emulated_hub: EmulatedHub) -> None:
    """The emulator's `core` identity host passes for a tenant of its own: its users may read acme's assets."""
    page = visitor.page
    visitor.sign_in("Olga")
    page.goto(f"{visitor.demo.portal}/operator/tenants/")
    press_on(page, page.get_by_role("link", name="Provision a tenant"))
    told = {
        "Account name": "core",
        "Display name": "Core Drives",
        "Company": "Core Drives Inc.",
        "E-mail domain": "core.example",
        "Environment": CLASSIC,
        "First admin": "kay@core.example",
        "clientID": "acme-hub-reader",
        "clientSecret": emulated_hub.secret("acme-hub-reader"),
    }
    page.get_by_role("heading", name="Provision a tenant").wait_for()
    for label, words in told.items():
        tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type(words)
    with emulated_hub.fault(ASSETS, status=503):
        page.keyboard.press("Enter")
        again = step(page, "Test the upstream credential").get_by_role("button", name="Run again")
        expect(again).to_be_visible(timeout=WITHIN)
    press_on(page, again)
    is_active(page)
    press_on(page, page.get_by_role("link", name="Suspend"))
    expect(page.get_by_role("heading", name="Suspend core?")).to_be_visible()
    press_on(page, page.get_by_role("link", name="Keep it active"))
    page.wait_for_url("**/operator/tenants/core/")


def tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach {wanted}")


def press_on(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def test_without_javascript(chromium: Browser, demo: Demo, emulated_hub: EmulatedHub) -> None:
    """The emulator's shared host of the Xcelerator world passes for a tenant of its own, too."""
    with open_context(chromium, java_script_enabled=False) as context:
        visitor = visitor_in(demo, context)
        page = visitor.page
        visitor.sign_in("Olga")
        page.goto(f"{demo.portal}/operator/provision/")
        secret = emulated_hub.secret("initech-hub-reader")
        fill_order(page, "plain", XCELERATOR, "1000001700", "initech-hub-reader", secret)
        with emulated_hub.fault("GET */1000001700.sws/oauth/token", latency=3):
            visitor.press("Start provisioning")
            expect(page.get_by_text("0 of 6 steps done")).to_be_visible()
            assert page.locator("meta[http-equiv=refresh]").count() == 1
            is_active(page)
        assert page.locator("meta[http-equiv=refresh]").count() == 0


def test_a_request_is_declined_and_then_accepted(
    visitor: Visitor, second_visitor: Visitor, emulated_hub: EmulatedHub
) -> None:
    emulated_hub.add_person("acme", "Rita Reed", "rita@acme.example")
    visitor.sign_in("Rita Reed")
    expect(visitor.page.get_by_text("no tenant lists you as a member")).to_be_visible()
    visitor.look()
    second_visitor.sign_in("Olga")
    ask(visitor)
    decline(second_visitor)
    visitor.visit("/")
    expect(visitor.page.get_by_text("was declined: Which turbines?")).to_be_visible()
    ask(visitor)
    accept(second_visitor)
    visitor.visit("/")
    expect(visitor.page.get_by_text("Your request for Hooli Wind was accepted.")).to_be_visible()


def ask(visitor: Visitor) -> None:
    page = visitor.page
    visitor.follow("Request a tenant")
    visitor.look()
    expect(page.get_by_label("E-mail domain")).to_have_value("acme.example")
    page.get_by_label("Account name").fill("hooli")
    page.get_by_label("Display name").fill("Hooli Wind")
    page.get_by_label("Company").fill("Hooli Wind SE")
    page.get_by_label("Package").select_option("M")
    page.get_by_label("What is it for?").fill("40 turbines")
    visitor.press("Send the request")
    visitor.hears("Your request is on its way to the operator.")
    visitor.look()


def open_request(visitor: Visitor) -> None:
    visitor.visit("/operator/requests/")
    waiting = visitor.page.get_by_role("row").filter(has_text="Rita Reed").filter(has_text="Waits for an answer")
    waiting.get_by_role("link").click()
    visitor.look()


def decline(visitor: Visitor) -> None:
    open_request(visitor)
    visitor.follow("Decline")
    visitor.look()
    visitor.page.get_by_label("Reason").fill("Which turbines?")
    visitor.press("Decline the request")
    visitor.hears("The request for hooli is declined.")
    visitor.look()


def accept(visitor: Visitor) -> None:
    """The form is filled with what was asked for. The emulator has no such tenant, and a step says so."""
    page = visitor.page
    open_request(visitor)
    visitor.follow("Accept and provision")
    expect(page.get_by_text("Rita Reed asked for this tenant.")).to_be_visible()
    told = ("Account name", "Display name", "Company", "E-mail domain", "Package", "First admin")
    asked = ["hooli", "Hooli Wind", "Hooli Wind SE", "acme.example", "M", "rita@acme.example"]
    assert [page.get_by_label(label, exact=True).input_value() for label in told] == asked
    visitor.look()
    fill_access(page, CLASSIC, "", "hooli-hub-reader", "secret")
    visitor.press("Start provisioning")
    expect(page.locator("#progress .tone-bad")).to_contain_text("Insights Hub", timeout=WITHIN)
    visitor.look()
