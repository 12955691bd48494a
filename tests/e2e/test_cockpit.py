"""An application in a real browser: Dev makes it, Dana approves it, Olga ends its check."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cockpit.writing import ICON
from tests.e2e.conftest import Demo, Visitor, open_context
from tests.images.pictures import saved
from tests.images.test_seen import drawn_page

pytestmark = pytest.mark.e2e
LIST = "/t/acme/apps/"
REASON = "It is taken as soon as the pages are painted."


def look_everywhere(visitor: Visitor) -> None:
    """At both widths and in both colours."""
    page = visitor.page
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            # Without motion: a colour on its way to another one is no colour of ours.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            visitor.look()
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def is_shown(page: Page, selector: str) -> bool:
    """Whether the picture has arrived and could be decoded."""
    picture = page.locator(selector).first
    picture.scroll_into_view_if_needed()
    picture.evaluate("picture => picture.decode()")
    return bool(picture.evaluate("picture => picture.naturalWidth > 0"))


def wait_for_the_end(visitor: Visitor) -> None:
    """Until no run goes on, by loading the page again."""
    for _ in range(60):
        if visitor.page.get_by_text("A run goes on at this moment.").count() == 0:
            return
        visitor.page.wait_for_timeout(500)
        visitor.page.reload()
    raise AssertionError("The run does not end.")


def see_the_checks_end(dev: Visitor) -> None:
    """The run of the last change ends while its page is open."""
    dev.follow("All that was found")
    state = dev.page.get_by_role("region", name="State of the checks")
    expect(state).not_to_contain_text("Load again", timeout=30_000)


def see_the_checks(dev: Visitor, address: str) -> None:
    """What warns is accepted with a reason."""
    page = dev.page
    see_the_checks_end(dev)
    expect(page.get_by_role("region", name="Warnings")).to_contain_text("screenshot")
    expect(page.get_by_role("region", name="Blocking")).to_have_count(0)
    expect(page.get_by_role("main")).not_to_contain_text("Something was changed since then")
    look_everywhere(dev)
    dev.follow("Accept with a reason… screenshot")
    page.get_by_label("Why is it accepted?").fill(REASON)
    page.get_by_label("Until").fill((date.today() + timedelta(days=30)).isoformat())
    look_everywhere(dev)
    dev.press("Accept it")
    dev.hears("What screenshot finds is accepted.")
    look_everywhere(dev)
    page.goto(address)


def test_from_the_first_line_to_the_assignment(
    visitor: Visitor, second_visitor: Visitor, third_visitor: Visitor, substitute: Visitor
) -> None:
    dev, dana, olga = visitor, second_visitor, third_visitor
    screenshot = saved(drawn_page(accent=True))
    host = f"acme.example:{dev.demo.application_port}"
    dev.sign_in("Dev Dietrich")
    dev.visit(LIST)
    look_everywhere(dev)
    dev.page.get_by_role("link", name="Create application…").first.click()
    page = dev.page
    page.get_by_label("Display name").press_sequentially("Pump Advisor")
    expect(page.get_by_label("Internal name")).to_have_value("pumpadvisor")
    page.get_by_label("External URL").fill("https://pumps.eu1.mindsphere.io/")
    dev.press("Create application")
    expect(page.locator(".error-summary")).to_contain_text("This host belongs to the platform.")
    look_everywhere(dev)
    page.get_by_label("External URL").fill(f"https://pumps.{host}/")
    page.get_by_label("Icon").set_input_files({"name": "i.svg", "mimeType": "image/png", "buffer": b"<svg/>"})
    dev.press("Create application")
    expect(page.locator(".error-summary")).to_contain_text("Export it as PNG and send that.")
    expect(page.get_by_label("External URL")).to_have_value(f"https://pumps.{host}/")
    page.get_by_label("Icon").set_input_files({"name": "i.png", "mimeType": "image/png", "buffer": ICON})
    dev.press("Create application")
    dev.hears("Pump Advisor is created.")
    assert is_shown(page, ".app-icon img")
    look_everywhere(dev)
    dev.follow("Change the configuration")
    assert is_shown(page, ".present-picture")
    look_everywhere(dev)
    dev.press("Save")

    dev.follow("Add a component")
    page.get_by_label("Component name").fill("data")
    page.get_by_label("External URL").fill(f"https://data.{host}/")
    dev.press("Save")
    dev.follow("Change the component data")
    look_everywhere(dev)
    dev.press("Save")

    dev.follow("Change roles and scopes")
    dev.follow("Add or remove scopes and roles…")
    page.get_by_label("Roles").fill("admin\nuser")
    dev.look()
    dev.press("Save")
    page.get_by_label("user gives pumpadvisor.default").check()
    page.get_by_label("user gives mdsp:core:assetmanagement.standarduser").check()
    look_everywhere(dev)
    dev.press("Save")
    expect(page.get_by_label("user", exact=True)).to_have_value("mdsp:acme:pumpadvisor.user")
    page.get_by_role("button", name="Copy user").click()
    assert page.evaluate("navigator.clipboard.readText()") == "mdsp:acme:pumpadvisor.user"

    dev.follow("Register…")
    look_everywhere(dev)
    dev.press("Register")
    dev.hears("Pump Advisor is registered.")
    expect(page.get_by_role("link", name="Change the configuration")).to_have_count(0)
    look_everywhere(dev)
    address = page.url

    dev.follow("Prepare release…")
    page.get_by_label("Description of the application").fill("Says which pump needs oil.")
    page.get_by_label("Health endpoint at").select_option("data")
    page.get_by_label("Path of the health endpoint").fill("/health/")
    look_everywhere(dev)
    dev.press("Save")
    see_the_checks(dev, address)
    dev.follow("Submit release…")
    dev.press("Submit")
    expect(page.locator(".error-summary")).to_contain_text("A release has a screenshot")
    page.goto(address)
    dev.follow("Change the release")
    without = saved(drawn_page(bar=None))
    page.get_by_label("Screenshot").set_input_files({"name": "s", "mimeType": "image/png", "buffer": without})
    dev.press("Save")
    expect(page.get_by_role("region", name="Release")).to_contain_text("bar is not on top of the screenshot")
    dev.follow("Change the release")
    assert is_shown(page, ".present-picture")
    look_everywhere(dev)
    page.get_by_label("Screenshot").set_input_files({"name": "s", "mimeType": "image/png", "buffer": screenshot})
    dev.press("Save")
    dev.hears("The release is saved.")
    assert is_shown(page, ".screenshot img")
    # The page asks for it until it is there.
    release = page.get_by_role("region", name="Release")
    expect(release).not_to_contain_text("The browser opens the application.", timeout=60_000)
    expect(release).to_contain_text("It answers 401 without a sign-in")
    assert is_shown(page, ".own-capture")
    look_everywhere(dev)
    dev.follow("Change the release")
    assert is_shown(page, ".own-capture")
    look_everywhere(dev)
    page.goto(address)
    see_the_checks_end(dev)
    page.goto(address)
    dev.follow("Submit release…")
    expect(page.get_by_role("main")).to_contain_text(f"https://data.{host}/health/")
    dev.look()
    dev.press("Submit")
    dev.hears("The release waits for a developer admin.")

    dana.sign_in("Dana Dorn")
    dana.visit("/t/acme/")
    dana.follow("1 release waits for approval")
    expect(dana.page.get_by_role("main")).to_contain_text("Dev Dietrich")
    assert is_shown(dana.page, ".screenshot img")
    assert is_shown(dana.page, ".own-capture")
    dana.page.get_by_label("Alternate Email").fill("dev@acme.example")
    dana.press("Approve")
    expect(dana.page.locator(".error-summary")).to_contain_text("Read the notice and tick this")
    look_everywhere(dana)
    dana.page.get_by_label("I have read the IMPORTANT NOTICE").check()
    dana.page.get_by_label("Type pumpadvisor to confirm").fill("pumpadvisor")
    dana.press("Approve")
    dana.hears("The release is approved.")
    expect(dana.page.get_by_role("region", name="Release")).to_contain_text("Not confirmed yet")
    look_everywhere(dana)
    expect(dana.page.get_by_role("region", name="Checks")).to_contain_text("Nothing was found.")

    olga.sign_in("Olga")
    olga.visit("/operator/releases/")
    olga.look()
    olga.follow("Pump Advisor")
    assert is_shown(olga.page, ".screenshot img")
    assert is_shown(olga.page, ".own-capture")
    assert is_shown(olga.page, ".app-icon img")
    checks = olga.page.get_by_role("region", name="What the checks found")
    expect(checks).to_contain_text(REASON)
    wait_for_the_end(olga)
    look_everywhere(olga)
    olga.page.get_by_label("Ready for assignment").check()
    olga.press("End the check")
    expect(olga.page.locator(".error-summary")).to_contain_text("The alternate contact has not confirmed yet")
    look_everywhere(olga)
    olga.page.get_by_role("textbox", name="Message").fill("Which pumps are these?")
    olga.press("Write")
    olga.hears("Your message stands on the page of the release.")

    substitute.open_mail("Are you the alternate contact of Pump Advisor v1.0.0?", "dev@acme.example")
    substitute.page.get_by_role("link", name="/alternate-contact/").click()
    look_everywhere(substitute)
    substitute.press("I am the alternate contact")
    expect(substitute.page.get_by_role("main")).to_contain_text("You have confirmed.")
    look_everywhere(substitute)

    dev.visit("/t/acme/")
    dev.follow("Answer")
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Which pumps are these?")
    page.get_by_role("textbox", name="Message").fill("All of line 4.")
    dev.press("Write")
    look_everywhere(dev)

    olga.page.reload()
    expect(olga.page.get_by_role("region", name="Messages")).to_contain_text("All of line 4.")
    look_everywhere(olga)
    olga.page.get_by_label("Ready for assignment").check()
    olga.press("End the check")
    olga.hears("Pump Advisor v1.0.0 is ready for assignment.")
    olga.look()

    dev.page.goto(address)
    current = page.locator("[aria-current=step]")
    expect(current).to_contain_text("Ready for assignment")
    expect(page.get_by_role("region", name="Status")).to_contain_text("Dana Dorn")
    look_everywhere(dev)
    dev.follow("New version from this one…")
    page.get_by_label("Version").fill("v1.1.0")
    dev.look()
    dev.press("Create the version")
    dev.hears("Pump Advisor v1.1.0 is created.")
    dev.look()
    dev.follow("Discard…")
    look_everywhere(dev)
    dev.press("Discard")
    dev.hears("Pump Advisor v1.1.0 is discarded.")
    dev.visit(LIST)
    look_everywhere(dev)


def test_without_javascript(demo: Demo, chromium: Browser) -> None:
    """The proposal of the internal name comes from the server, and the way to the registration is open."""
    with open_context(chromium, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(demo.portal)
        page.get_by_role("link", name="Sign in with Insights Hub", exact=True).click()
        page.get_by_role("button", name="Dev Dietrich").click()
        page.goto(f"{demo.portal}{LIST}create/")
        page.get_by_label("Display name").fill("Süd Valves")
        page.get_by_label("External URL").fill("https://valves.acme.example/")
        page.get_by_role("button", name="Create application").click()
        expect(page.get_by_label("Internal name")).to_have_value("sudvalves")
        page.get_by_role("button", name="Create application").click()
        page.get_by_role("link", name="Register…").click()
        page.get_by_role("button", name="Register").click()
        expect(page.get_by_role("status").first).to_contain_text("Süd Valves is registered.")
