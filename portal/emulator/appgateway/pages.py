"""The pages that the application gateway shows to people: problems, and a tenant's Launchpad."""

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


def launchpad_page(config: EmulatorConfig, tenant: str, applications: list[tuple[str, str, str]]) -> Response:
    """A tenant's applications: display name, version and address of each."""
    entries = "".join(
        f'<li class="person"><a href="{escape(url)}">{escape(name)}</a>'
        f' <span class="tenant__id">{escape(version)}</span></li>'
        for name, version, url in applications
    )
    body = f'<ul class="people" role="list">{entries}</ul>'
    if not applications:
        body = (
            '<p class="lead">There are no applications yet. Start the emulator with EMULATOR_APPLICATIONS or send one'
            " to /_emulator/applications.</p>"
        )
    return _page(config, "Launchpad", f"Applications of {tenant}", body)


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
