"""The first five minutes of a newcomer, in a real browser: sign in, make a key, read a pump, see it in the audit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Demo, Visitor, open_context, visitor_in

pytestmark = pytest.mark.e2e
SECRET = re.compile(r"bnd_\w{49}")


def create_key(visitor: Visitor, name: str) -> dict[str, str]:
    """Through the dialog, as a person does it; the three values that it shows."""
    visitor.visit("/t/acme/keys/")
    visitor.page.get_by_role("link", name="Create binding key").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_label("Provide a name for your app connection").fill(name)
    visitor.look()
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_label("clientSecret", exact=True)).to_be_visible()
    visitor.look()
    return {
        label: dialog.get_by_label(label, exact=True).input_value()
        for label in ("clientID", "TokenURL", "clientSecret")
    }


def test_from_sign_in_to_the_audit(visitor: Visitor, second_visitor: Visitor, demo: Demo) -> None:
    visitor.sign_in("Alice")
    assert visitor.page.url == f"{demo.portal}/t/acme/"
    visitor.look()

    values = create_key(visitor, "Line 4 gateway")
    page = visitor.page
    for label, value in values.items():
        page.get_by_role("button", name=f"Copy {label}").click()
        expect(page.locator("#toast")).to_contain_text(label)
        assert page.evaluate("navigator.clipboard.readText()") == value
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as .env").click()
    assert values["clientSecret"] in Path(download.value.path()).read_text()
    page.get_by_role("link", name="I have saved the secret").click()
    secret_is_gone(page, values["clientSecret"])

    assets = read_with(values, demo)
    assert any(asset["name"] == "Pump P-101" for asset in assets)

    second_visitor.sign_in("Audrey")
    second_visitor.visit("/t/acme/activity/")
    rows = [row.inner_text() for row in second_visitor.page.locator("main tbody tr").all()]
    told = [row for row in rows if "Line 4 gateway" in row]
    assert len(told) == 5
    expected = (
        "iottimeseries",
        "/api/assetmanagement/v3/assets",
        "got an access token",
        "exported the values of the binding key",
        "created the binding key",
    )
    for text, row in zip(expected, told, strict=True):
        assert text in row
        assert "127.0.0.1" in row
    assert second_visitor.visit("/t/acme/keys/create/") == 403
    second_visitor.page.goto(f"{demo.portal}/t/acme/")
    second_visitor.page.get_by_role("button", name="user menu").click()
    second_visitor.page.get_by_role("button", name="Sign out").click()
    expect(second_visitor.page.get_by_text("You are signed out")).to_be_visible()
    second_visitor.look()


def secret_is_gone(page: Page, secret: str) -> None:
    """Neither reload nor the way back shows it again."""
    assert secret not in page.content()
    page.reload()
    assert secret not in page.content()
    page.go_back()
    page.wait_for_load_state()
    assert secret not in page.content()


def read_with(values: dict[str, str], demo: Demo) -> list[dict[str, str]]:
    """With the three values and nothing else: a token, the assets, the values of a pump."""
    form = {"grant_type": "client_credentials"}
    answer = requests.post(values["TokenURL"], data=form, auth=(values["clientID"], values["clientSecret"]), timeout=10)
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    found = requests.get(f"{demo.portal}/api/assetmanagement/v3/assets?size=50", headers=bearer, timeout=10)
    assert found.headers["Content-Type"].startswith("application/hal+json")
    assets: list[dict[str, str]] = found.json()["_embedded"]["assets"]
    assert {asset["tenantId"] for asset in assets} <= {"acme", "core"}
    pump = next(asset["assetId"] for asset in assets if asset["name"] == "Pump P-101")
    series = requests.get(
        f"{demo.portal}/api/iottimeseries/v3/timeseries/{pump}/Vibration"
        "?from=2026-11-01T00:00:00Z&to=2026-11-01T01:00:00Z",
        headers=bearer,
        timeout=10,
    )
    assert len(series.json()) == 60
    return assets


def test_admin_of_another_tenant_gets_404_for_every_page(visitor: Visitor) -> None:
    visitor.sign_in("Charlie")
    for path in ("", "keys/", "keys/create/", "keys/1/", "assets/", "activity/"):
        assert visitor.visit(f"/t/acme/{path}") == 404


def test_dialog_of_the_secret_is_left_only_on_purpose(visitor: Visitor) -> None:
    visitor.sign_in("Alice")
    create_key(visitor, "Sticky line")
    for _ in range(3):
        visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_label("clientSecret", exact=True)).to_be_visible()


def test_mistake_in_the_dialog_is_told_beside_the_field(visitor: Visitor) -> None:
    visitor.sign_in("Alice")
    visitor.visit("/t/acme/keys/")
    visitor.page.get_by_role("link", name="Create binding key").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_label("Provide a name").fill("x")
    dialog.get_by_role("button", name="Create").click()
    summary = dialog.locator(".error-summary")
    expect(summary).to_be_focused()
    visitor.look()
    summary.get_by_role("link").click()
    expect(dialog.locator("[aria-invalid=true]")).to_be_focused()


def test_by_keyboard_alone(visitor: Visitor) -> None:
    visitor.sign_in("Alice")
    page = visitor.page
    page.goto(f"{visitor.demo.portal}/t/acme/keys/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Create binding key").first
    for _ in range(10):
        page.keyboard.press("Tab")
        if link.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_label("Provide a name")).to_be_focused()
    page.keyboard.type("Keyboard line")
    page.keyboard.press("Enter")
    expect(page.get_by_label("clientSecret", exact=True)).to_have_value(SECRET)


def test_without_javascript(chromium: Browser, demo: Demo) -> None:
    with open_context(chromium, java_script_enabled=False) as context:
        visitor = visitor_in(demo, context)
        visitor.sign_in("Alice")
        page = visitor.page
        page.goto(f"{demo.portal}/t/acme/keys/")
        page.get_by_role("link", name="Create binding key").first.click()
        page.get_by_label("Provide a name").fill("Plain line")
        page.get_by_role("button", name="Create").click()
        expect(page.get_by_label("clientSecret", exact=True)).to_have_value(SECRET)
        page.get_by_role("link", name="I have saved the secret").click()
        expect(page.get_by_role("heading", name="Plain line")).to_be_visible()


PAGES = (
    "/",
    "/t/acme/keys/",
    "/t/acme/keys/create/",
    "/t/acme/keys/1/",
    "/t/acme/activity/",
    "/t/acme/assets/",
    "/t/acme/package/",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_page_in_every_size_and_scheme(chromium: Browser, demo: Demo, width: int, scheme: str) -> None:
    with chromium.new_context(
        bypass_csp=True,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
    ) as context:
        visitor = visitor_in(demo, context)
        visitor.visit("/sign-in/")
        visitor.sign_in("Alice")
        for path in (
            *PAGES,
            "/t/acme/keys/import/",
            "/t/acme/keys/1/revoke/",
            "/patterns/",
            "/outbox/",
            "/docs/",
            "/docs/errors/",
        ):
            visitor.visit(path)


def test_pages_keep_their_own_policy(chromium: Browser, demo: Demo) -> None:
    """Without bypass: no script, style or request that the Content Security Policy forbids."""
    with chromium.new_context(viewport={"width": 1440, "height": 900}) as context:
        visitor = visitor_in(demo, context)
        visitor.sign_in("Alice")
        for path in (*PAGES, "/patterns/", "/outbox/"):
            visitor.page.goto(demo.portal + path)
        assert visitor.complaints == []
