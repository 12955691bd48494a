"""The bars as a browser draws them: ours and the emulator's, in light and dark, at each scale."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Browser, Error, Page

from portal.lib.images.seen import HubBar, hub_bar

BASE = Path(settings.BASE_DIR)
ICON = '<svg width="20" height="20"><circle cx="10" cy="10" r="8" stroke="#fff" fill="none"/></svg>'
TEXT = f"<p>{'Values of the line, one after the other. ' * 40}</p>" * 8
OURS = f"""<header class="bar"><button class="bar-item">{ICON}</button><button class="bar-item bar-tenant"><span>Acme
Machines</span></button><a class="bar-item wide-only">Bindery</a><button class="bar-item bar-push">{ICON}</button>
<button class="bar-item">{ICON}</button><span class="bar-item bar-wordmark">for <b>Insights Hub</b></span></header>"""
EMULATORS = f"""<section class="bar"><a class="item">{ICON}</a><button class="item tenant"><span class="name">
Acme Machines</span></button><span class="item title">Line monitor</span>
<button class="item push">{ICON}</button></section>"""


def ours(scheme: str, *, bar: bool = True) -> str:
    styles = "".join((BASE / f"static/css/{name}.css").read_text() for name in ("tokens", "base", "shell", "bar"))
    shell = f'<div class="shell">{OURS if bar else ""}<main>{TEXT}</main></div>'
    return f'<html data-scheme="{scheme}"><style>{styles}</style><body>{shell}</body></html>'


def emulators(scheme: str) -> str:
    styles = (BASE / "portal/emulator/static/osbar/bar.css").read_text().replace(":host", ".host")
    page = "#fff" if scheme == "light" else "#111; color: #ddd"
    return f'<style>{styles} body {{ margin: 0; background: {page} }}</style><div class="host">{EMULATORS}</div>{TEXT}'


def picture(page: Page) -> Image.Image:
    """What the page looks like. A busy Chromium says at times that it is unable to tell, and is able a moment later."""
    for _attempt in range(2):
        with suppress(Error):
            return Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", [(390, 844, 3), (1024, 768, 1), (1280, 800, 1.25), (1440, 900, 2), (1920, 1080, 1)])
def test_both_bars_are_found(window: tuple[int, int, float], scheme: str, chromium: Browser) -> None:
    width, height, scale = window
    context = chromium.new_context(viewport={"width": width, "height": height}, device_scale_factor=scale)
    page = context.new_page()
    told = {}
    for name, content in {
        "ours": ours(scheme),
        "emulator's": emulators(scheme),
        "none": ours(scheme, bar=False),
    }.items():
        page.set_content(content)
        told[name] = hub_bar(picture(page))[0]
    context.close()
    without = HubBar.MISSING if scheme == "light" else HubBar.UNSURE
    assert told == {"ours": HubBar.FOUND, "emulator's": HubBar.FOUND, "none": without}
