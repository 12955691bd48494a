"""The frame of the Hub's own pages, and the page that says what did not work. Every value is escaped."""

from __future__ import annotations

from urllib.parse import urlsplit

from markupsafe import Markup
from werkzeug import Response

from portal.emulator.appgateway.protection import HEADERS
from portal.emulator.hub import Hub
from portal.emulator.identity.pages import framed
from portal.emulator.web import never_stored

PROBLEM = Markup('<p class="lead">{message}</p><p class="actions"><a href="{launchpad}">To the Launchpad</a></p>')


class PageProblem(Exception):
    """A page cannot be shown; the message says why and what to do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def page(hub: Hub, part: str, title: str, body: Markup, status: int = 200) -> Response:
    """A whole page with the headers that protect it; it has no scripts."""
    heading = Markup("<h1>{title}</h1>\n{body}\n").format(title=title, body=body)
    html = framed(part, title, f"{hub.config.url}/_emulator/static/identity.css", str(heading))
    response = Response(html, status, content_type="text/html; charset=utf-8")
    for name, value in HEADERS.items():
        response.headers[name] = value
    parts = urlsplit(hub.config.url)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {parts.scheme}://{parts.netloc}; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    # "no-referrer" would make browsers send the forms of these pages with the origin "null".
    response.headers["Referrer-Policy"] = "same-origin"
    return never_stored(response)


def problem(hub: Hub, error: PageProblem, launchpad: str) -> Response:
    """What did not work."""
    body = PROBLEM.format(message=error.message, launchpad=launchpad)
    return page(hub, "Insights Hub", "This did not work", body, error.status)
