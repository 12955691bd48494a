"""Looking for leaked secrets in a real browser, without any script: a file with a secret, and the end of its key."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from portal.lib import client_secret
from tests.e2e.conftest import Demo, open_context, visitor_in
from tests.leaks.hostile import zipped

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_file_with_a_secret(chromium: Browser, demo: Demo, tmp_path: Path, width: int, scheme: str) -> None:
    with open_context(
        chromium, java_script_enabled=False, viewport={"width": width, "height": 900}, color_scheme=scheme
    ) as context:
        visitor = visitor_in(demo, context)
        visitor.sign_in("Alice")
        page = visitor.page
        page.goto(f"{demo.portal}/t/acme/keys/create/")
        page.get_by_label("Provide a name").fill(f"Leaky {width}")
        page.get_by_role("button", name="Create keys").click()
        expect(page.get_by_role("heading", name="are ready")).to_be_visible()
        secret = re.findall(client_secret.PATTERN.pattern, page.content())[0]
        archive = tmp_path / "app.mda"
        archive.write_bytes(
            zipped(("model/metadata.json", secret.encode()), ("a.env", b"MX_A_ClientSecret=12345678x\n"))
        )

        page.goto(f"{demo.portal}/t/acme/keys/")
        visitor.follow("Look for leaks…")
        shoot(page, f"leaks-form-{width}")
        page.get_by_label("File").set_input_files(archive)
        visitor.press("Look for secrets")
        expect(page.get_by_text("1 secret of your keys was found")).to_be_visible()
        expect(page.get_by_role("cell", name="app.mda/model/metadata.json")).to_be_visible()
        expect(page.get_by_text("MX_A_ClientSecret has a value")).to_be_visible()
        shoot(page, f"leaks-found-{width}")
        visitor.press("Disable the key")
        expect(page.get_by_text("1 key is disabled.")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_accessible(chromium: Browser, demo: Demo, width: int, scheme: str) -> None:
    with open_context(chromium, viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
        visitor = visitor_in(demo, context)
        visitor.sign_in("Alice")
        visitor.visit("/t/acme/keys/leaks/")
        visitor.look()
        secret = client_secret.generate().reveal()
        visitor.page.get_by_label("Text").fill(f"{secret}\nMX_A_ClientSecret=12345678x\n")
        visitor.press("Look for secrets")
        expect(visitor.page.get_by_text("not for a key of this tenant")).to_be_visible()
        visitor.look()
        visitor.visit("/t/acme/keys/import/")
        visitor.look()


def shoot(page: object, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)  # type: ignore[attr-defined]
