"""In a real browser: what a page asks for by itself is marked, what its person asks for is not."""

from __future__ import annotations

from pathlib import Path

import django_htmx
from django.conf import settings
from playwright.sync_api import Browser, Route

HTMX = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"
PAGE = """<div hx-get="/poll" hx-trigger="load delay:10ms"></div><button hx-get="/click">Ask</button>"""


def test_only_polls_are_marked(chromium: Browser) -> None:
    marks: dict[str, str | None] = {}

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://portal.test")
        marks[path] = route.request.headers.get("x-poll")
        route.fulfill(body=PAGE if path == "/" else "", content_type="text/html")

    page = chromium.new_page()
    page.route("**/*", answer)
    page.goto("http://portal.test/")
    with page.expect_response("**/poll"):
        for script in (settings.BASE_DIR / "static/js/poll.js", HTMX):
            page.add_script_tag(content=script.read_text())
    with page.expect_response("**/click"):
        page.get_by_role("button").click()
    page.close()
    assert (marks["/poll"], marks["/click"]) == ("1", None)
