"""Pump board: the assets of the tenant whose person opens it, below the Hub's bar.

It keeps nothing and knows nothing of sign-in: the Hub's gateway sends each person's token along.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from wsgiref.types import StartResponse, WSGIEnvironment

from markupsafe import Markup
from werkzeug import Request, Response

TITLE = "Pump board"
SECONDS = 10
REFUSED = {
    401: "The Hub does not accept this token.",
    403: "The Hub does not let you see assets. Ask for a role that does.",
}
HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
FILES = Path(__file__).parent
STYLE = (FILES / "board.css").read_text("utf-8")
PAGE = Markup((FILES / "board.html").read_text("utf-8"))  # noqa: S704
CARD = Markup('<li><p class="name">{name}</p><p>{type}</p><p class="soft">{about}</p></li>')
BAR = f'_mdsp.init({{ title: "{TITLE}", appId: "_mdspcontent", appInfoPath: "/app-info.json", initialize: true }});'
LINKS = [
    {"type": "WWW", "name": "Documentation", "value": "https://documentation.mindsphere.io/"},
    {"type": "mail", "name": "Support", "value": "support@acme.example"},
]
INFO = {
    "displayName": TITLE,
    "appVersion": "1.0.0",
    "appCopyright": "Example of the demo",
    "links": {"default": LINKS, "de": [LINKS[0] | {"name": "Dokumentation"}, LINKS[1] | {"name": "Hilfe"}]},
}


class Example:
    """The application. ``gateway_url`` is where the platform's APIs are, ``static_url`` where the bar's script is."""

    def __init__(self, gateway_url: str, static_url: str) -> None:
        self._assets = f"{gateway_url}/api/assetmanagement/v3/assets?size=200"
        self._static_url = static_url
        # The environment may name a proxy, and the Hub is on this machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        response = self._answer(request) if request.method in ("GET", "HEAD") else _text("Only GET.", 405)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        match request.path:
            case "/":
                return self._board(request.headers.get("Authorization", ""))
            case "/health/":
                time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
                return _json({"healthStatus": "green", "time": time})
            case "/board.css":
                return Response(STYLE, content_type="text/css; charset=utf-8")
            case "/bar.js":
                return Response(BAR, content_type="text/javascript; charset=utf-8")
            case "/app-info.json":
                return _json(INFO)
        return _text("There is no such page.", 404)

    def _board(self, authorization: str) -> Response:
        if not authorization:
            return _text(
                "Open this application on the Launchpad: it needs the token that the Hub's gateway sends.", 401
            )
        headers = {"Authorization": authorization, "Accept": "application/hal+json"}
        question = urllib.request.Request(self._assets, headers=headers)  # noqa: S310 - the address is our own
        try:
            with self._opener.open(question, timeout=SECONDS) as answer:
                found = json.load(answer)["_embedded"]["assets"]
        except (OSError, ValueError, KeyError) as error:
            status = error.code if isinstance(error, HTTPError) and error.code in REFUSED else 502
            return _text(REFUSED.get(status, "Asset Management did not answer as expected."), status)
        cards = Markup("").join(map(_card, sorted(found, key=lambda asset: str(asset["name"]))))
        page = PAGE.format(title=TITLE, static_url=self._static_url, count=len(found), cards=cards)
        return Response(page, content_type="text/html; charset=utf-8")


def _card(asset: dict[str, Any]) -> Markup:
    return CARD.format(name=asset["name"], type=asset["typeId"], about=asset.get("description") or "No description")


def _json(value: object) -> Response:
    return Response(json.dumps(value), content_type="application/json")


def _text(words: str, status: int) -> Response:
    return Response(words, status, content_type="text/plain; charset=utf-8")
