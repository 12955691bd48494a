"""People and their tenants in a real browser: invited, switching, given and losing roles, suspended, signed out.

Whoever gains or loses something here is added to the emulator for it: the other tests find everybody as they were.
"""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import Demo, Visitor, open_context, visitor_in
from tests.e2e.emulated_hub import EmulatedHub

pytestmark = pytest.mark.e2e


def member(page: Page, email: str) -> Locator:
    return page.get_by_role("row").filter(has_text=email)


def test_invited_into_a_second_tenant_and_switching_between_both(
    chromium: Browser, visitor: Visitor, second_visitor: Visitor, emulated_hub: EmulatedHub
) -> None:
    emulated_hub.add_person("globex", "Nora Nash", "nora@globex.example", "mdsp:core:Developer")
    visitor.sign_in("Alice")
    invite(visitor, "nora@globex.example")

    page = second_visitor.page
    second_visitor.open_mail("Acme Pumps GmbH invites you to Bindery", "nora@globex.example")
    link = page.get_by_role("main").get_by_role("link", name="/invitations/")
    somebody_else_is_refused(chromium, visitor.demo, str(link.get_attribute("href")))
    link.click()
    second_visitor.look()
    second_visitor.sign_in_here("Nora Nash")
    expect(page.get_by_role("heading", level=1)).to_have_text("Invitation to Acme Pumps GmbH")
    second_visitor.look()
    second_visitor.press("Accept")
    second_visitor.hears("You are now a member of Acme Pumps GmbH.")
    second_visitor.look()

    second_visitor.visit("/")
    second_visitor.follow("Acme Pumps GmbH")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Binding keys").click()
    page.wait_for_url("**/t/acme/keys/")
    for other, path in (("Globex Energy", "/t/globex/keys/"), ("Acme Pumps GmbH", "/t/acme/keys/")):
        page.get_by_role("button", name="Tenant:").click()
        second_visitor.look()
        page.locator("#menu-tenants").get_by_role("link", name=other).click()
        page.wait_for_url(f"**{path}")
    visitor.visit("/t/acme/members/")
    expect(member(visitor.page, "nora@globex.example").locator("[data-label='Given here']")).to_have_text("Developer")


def invite(visitor: Visitor, email: str) -> None:
    page = visitor.page
    visitor.visit("/t/acme/members/")
    visitor.follow("Invite somebody")
    visitor.look()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Viewer", exact=True).uncheck()
    page.get_by_label("Developer", exact=True).check()
    visitor.press("Send the invitation")
    visitor.hears(f"The invitation of {email} is on its way.")
    visitor.look()


def somebody_else_is_refused(chromium: Browser, demo: Demo, link: str) -> None:
    with open_context(chromium) as context:
        other = visitor_in(demo, context)
        other.sign_in("Dev Dietrich")
        assert other.visit(link.removeprefix(demo.portal)) == 403
        expect(other.page.get_by_text("for another e-mail address")).to_be_visible()


def test_demoted_with_the_next_page_and_the_last_admin_stays(
    visitor: Visitor, second_visitor: Visitor, emulated_hub: EmulatedHub
) -> None:
    # Of globex: others sign Alice in through the gateway as well, and then acme has her twice.
    emulated_hub.add_person("globex", "Mia Moss", "mia@globex.example", "mdsp:core:StandardUser")
    second_visitor.sign_in("Mia Moss")
    visitor.sign_in("Charlie")
    for change, status in (("check", 200), ("uncheck", 403)):
        visitor.visit("/t/globex/members/")
        member(visitor.page, "mia@globex.example").get_by_role("link", name="Roles").click()
        visitor.look()
        getattr(visitor.page.get_by_label("Tenant admin"), change)()
        visitor.press("Save the roles")
        visitor.hears("The roles of Mia Moss are changed.")
        assert second_visitor.visit("/t/globex/members/invite/") == status

    member(visitor.page, "charlie@globex.example").get_by_role("link", name="Take out").click()
    visitor.look()
    visitor.press("Take out")
    is_refused(visitor, "This is the last admin of the tenant.")
    visitor.visit("/t/globex/")
    visitor.follow("Leave this tenant")
    visitor.look()
    visitor.press("Leave the tenant")
    is_refused(visitor, "This is the last admin of the tenant.")

    visitor.visit("/t/globex/members/?q=mia")
    member(visitor.page, "mia@globex.example").get_by_role("link", name="Take out").click()
    visitor.press("Take out")
    visitor.hears("Mia Moss is no member any more.")
    assert second_visitor.visit("/t/globex/") == 404


def is_refused(visitor: Visitor, sentence: str) -> None:
    summary = visitor.page.locator(".error-summary")
    expect(summary).to_contain_text(sentence)
    expect(summary).to_be_focused()
    visitor.look()


def test_suspended_tenant_stops_and_goes_on(visitor: Visitor, second_visitor: Visitor) -> None:
    visitor.sign_in("Olga")
    second_visitor.sign_in("Charlie")
    token = new_token(second_visitor)
    assert status_of_a_call(visitor.demo, token) == 200

    visitor.visit("/operator/tenants/globex/")
    visitor.follow("Suspend")
    visitor.look()
    visitor.press("Suspend the tenant")
    is_refused(visitor, "Reason: This field is required.")
    visitor.page.get_by_label("Reason").fill("The invoice of October is open.")
    visitor.press("Suspend the tenant")
    visitor.hears("globex is suspended.")
    visitor.look()
    try:
        assert second_visitor.visit("/t/globex/keys/") == 403
        expect(second_visitor.page.get_by_text("The invoice of October is open.")).to_be_visible()
        second_visitor.visit("/")
        expect(second_visitor.page.get_by_text("The invoice of October is open.")).to_be_visible()
        assert status_of_a_call(visitor.demo, token) in {401, 403}
    finally:
        visitor.follow("Resume")
        visitor.look()
        visitor.press("Resume the tenant")
    visitor.hears("globex is active again.")
    assert second_visitor.visit("/t/globex/keys/") == 200
    assert status_of_a_call(visitor.demo, token) == 200


def new_token(visitor: Visitor) -> str:
    """Of a key that Charlie makes for it."""
    page = visitor.page
    visitor.visit("/t/globex/keys/create/")
    page.get_by_role("textbox", name="Name").fill("Turbine hall")
    visitor.press("Create keys")
    client_id, url, secret = (
        page.get_by_label(label, exact=True).input_value() for label in ("clientID", "TokenURL", "clientSecret")
    )
    answer = requests.post(url, {"grant_type": "client_credentials"}, auth=(client_id, secret), timeout=10)
    return str(answer.json()["access_token"])


def status_of_a_call(demo: Demo, token: str) -> int:
    bearer = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{demo.portal}/api/assetmanagement/v3/assets", headers=bearer, timeout=10).status_code


def test_settings_of_a_tenant_and_the_end_of_all_sessions(visitor: Visitor, second_visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in("Alice")
    second_visitor.sign_in("Audrey")
    visitor.visit("/t/acme/settings/")
    page.get_by_label("Contact (optional)", exact=True).fill("help")
    visitor.press("Save the settings")
    is_refused(visitor, "Contact: Enter a valid email address.")
    page.get_by_label("Contact (optional)", exact=True).fill("help@acme.example")
    visitor.press("Save the settings")
    visitor.hears("The settings are saved.")
    expect(page.get_by_label("Contact (optional)", exact=True)).to_have_value("help@acme.example")
    visitor.look()

    visitor.follow("End all sessions")
    visitor.look()
    visitor.press("End all sessions")
    page.wait_for_url("**/sign-in/**")
    visitor.look()
    second_visitor.page.goto(f"{visitor.demo.portal}/t/acme/assets/")
    second_visitor.page.wait_for_url("**/sign-in/**")
    visitor.sign_in_here("Alice")
    assert page.url == f"{visitor.demo.portal}/t/acme/"


OF_A_TENANT = ("", "members/", "members/invite/", "settings/", "settings/end-sessions/", "package/")
OF_A_PERSON = ("/settings/", "/request/", "/leave/acme/", "/outbox/", "/outbox/1/")
OF_THE_OPERATOR = (
    "tenants/",
    "tenants/?q=nobody",
    "provision/",
    "tenants/globex/",
    "tenants/globex/suspend/",
    "tenants/globex/package/",
    "tenants/globex/invite-admin/",
    "requests/",
    "mails/",
)


def test_every_page_on_a_narrow_dark_screen(chromium: Browser, demo: Demo) -> None:
    """On a wide light one the tests above have seen them."""
    narrow = {"width": 390, "height": 844}
    for name, paths in (
        ("Alice", [*(f"/t/acme/{path}" for path in OF_A_TENANT), *OF_A_PERSON]),
        ("Olga", [f"/operator/{path}" for path in OF_THE_OPERATOR]),
    ):
        with open_context(chromium, viewport=narrow, color_scheme="dark") as context:
            visitor = visitor_in(demo, context)
            visitor.sign_in(name)
            for path in paths:
                assert visitor.visit(path) == 200
