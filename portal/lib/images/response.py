"""How a kept picture is sent to a browser: as a picture and nothing else, whatever its bytes say."""

from __future__ import annotations

import hashlib
from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response


def image_response(
    request: HttpRequest, png: bytes, *, kind: Literal["icon", "screenshot", "capture"]
) -> HttpResponseBase:
    """The picture, or 304 where the browser has it. For a view that has checked the right to see it.

    A browser may keep it, for this person alone, and asks each time whether it still may show it.
    """
    etag = f'"{hashlib.sha256(png).hexdigest()[:32]}"'
    whole = HttpResponse(png, content_type="image/png", headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    response = get_conditional_response(request, etag=etag, response=whole) or whole
    # On a 304, too: its headers replace those that the browser has kept.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    # The name is ours: that of the file which was sent is known to nobody.
    response["Content-Disposition"] = f'inline; filename="{kind}.png"'
    return response
