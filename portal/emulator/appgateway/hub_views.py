"""The Hub bar's files."""

from __future__ import annotations

from pathlib import Path

from werkzeug import Response
from werkzeug.exceptions import NotFound

from portal.emulator.hub import Hub
from portal.emulator.web import EmulatorRequest

_FOLDER = Path(__file__).parents[1] / "static" / "osbar"
_FILES = {
    "js/main.min.js": ((_FOLDER / "bar.js").read_bytes(), "text/javascript; charset=utf-8"),
    "css/main.min.css": ((_FOLDER / "bar.css").read_bytes(), "text/css; charset=utf-8"),
}


def bar_file(hub: Hub, request: EmulatorRequest, name: str) -> Response:
    """A file of the Hub bar, version 4. The names are those of the Hub; the files are ours and readable."""
    if name not in _FILES:
        raise NotFound()
    content, content_type = _FILES[name]
    response = Response(content, content_type=content_type)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
