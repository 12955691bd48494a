"""The wire form of the Technical Token Manager v3, where an application's credential gets its tokens.

It wants to know more than a clientID: which application asks, and whose data is meant. These four are the query of the
TokenURL as it is kept here, so that it says everything in one value; the Hub gets them as JSON.

Source: Technical Token Manager, developer documentation of Insights Hub; `tokenmanager-auth.ts` of the MindConnect SDK.
"""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from portal.hub.environments import Environment
from portal.lib.secret import Secret

SERVICE = "technicaltokenmanager"
PATH = re.compile(rf".*/api/{SERVICE}(-[0-9]+)?/v3/oauth/token")
# What the Developer Cockpit takes as name and version of an application.
APP_NAME = r"[a-z][a-z0-9-]{0,19}"
APP_VERSION = r"[a-z0-9#$.;+_@-]{1,30}"


def address(environment: Environment) -> str:
    """Where the applications of an environment get their tokens."""
    return environment.api_base + environment.api_path(SERVICE, "/v3/oauth/token")


def token_url(base: str, *, host_tenant: str, app_name: str, app_version: str, user_tenant: str) -> str:
    """The TokenURL of an app credential: `host_tenant` is where it lives, `user_tenant` whose data it reads."""
    parts = {"hostTenant": host_tenant, "appName": app_name, "appVersion": app_version, "userTenant": user_tenant}
    return f"{base}?{urlencode(parts)}"


def is_meant_by(url: str) -> bool:
    """Whether a TokenURL leads to the Technical Token Manager."""
    return PATH.fullmatch(urlsplit(url).path) is not None


def says_no_more(url: str, than: str) -> bool:
    """Whether all that the query of a TokenURL says stands in that of the other one."""
    told, known = (set(parse_qsl(urlsplit(one).query, keep_blank_values=True)) for one in (url, than))
    return told <= known


def request(url: str, client_id: str, secret: Secret) -> tuple[str, dict[str, Any]]:
    """Address and content of the request for a token. The credential has a header of its own there."""
    written = base64.b64encode(f"{client_id}:{secret.reveal()}".encode()).decode()
    headers = {"X-SPACE-AUTH-KEY": f"Basic {written}", "Accept": "application/json"}
    return url.partition("?")[0], {"json": dict(parse_qsl(urlsplit(url).query)), "headers": headers}
