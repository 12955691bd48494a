"""The page with which the application gateway tells people of a problem."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from werkzeug import Response

from portal.emulator.appgateway.protection import HEADERS
from portal.emulator.config import EmulatorConfig
from portal.emulator.identity.pages import framed
from portal.emulator.web import never_stored


def problem_page(config: EmulatorConfig, status: int, message: str) -> Response:
    """What went wrong, and the way to sign in again."""
    body = f'<p class="lead">{escape(message)}</p><p class="actions"><a href="/login">Sign in again</a></p>'
    return _page(config, "Application gateway", "This did not work", body, status)


def _page(config: EmulatorConfig, part: str, title: str, body: str, status: int = 200) -> Response:
    stylesheet = f"{config.url}/_emulator/static/identity.css"
    html = framed(part, title, stylesheet, f"<h1>{escape(title)}</h1>\n{body}\n")
    response = Response(html, status, content_type="text/html; charset=utf-8")
    for name, value in HEADERS.items():
        response.headers[name] = value
    parts = urlsplit(config.url)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {parts.scheme}://{parts.netloc}; base-uri 'none'; frame-ancestors 'none'"
    )
    return never_stored(response)
