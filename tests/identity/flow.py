"""The way of a browser: to the portal, to the Hub's sign-in page, back to the portal."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from portal.audit.models import AuditRecord, InstanceRecord
from portal.emulator.testing import RunningEmulator
from portal.tenants.models import Tenant
from tests.environment import PORTAL_URL

START = "/sign-in/start/"
CALLBACK = "/sign-in/callback/"
AUTHENTICATED = "_auth_user_id"


def start(client: Client, next_path: str | None = None, provider: str | None = None) -> str:
    """Begin a sign-in; the address at the Hub to which the browser is sent."""
    asked_for = {"next": next_path, "provider": provider}
    answer = client.get(START, {name: value for name, value in asked_for.items() if value is not None})
    assert answer.status_code == 302
    return str(answer["Location"])


def asked(location: str) -> dict[str, str]:
    """The parameters of an address; each must be there once."""
    parameters = parse_qs(urlsplit(location).query, keep_blank_values=True)
    assert all(len(values) == 1 for values in parameters.values()), parameters
    return {name: values[0] for name, values in parameters.items()}


def pick(hub: RunningEmulator, location: str, email: str) -> str:
    """Choose a person on the Hub's page; the path with query at the portal to which the Hub sends the browser."""
    return _back(location, account=hub.hub.directory.by_email(email).user_id)


def cancel(hub: RunningEmulator, location: str) -> str:
    """Press cancel on the Hub's page; the way back to the portal."""
    return _back(location, cancel="1")


def _back(location: str, **pressed: str) -> str:
    page = requests.get(location, timeout=5)
    found = re.search(r'name="pending" value="([^"]+)"', page.text)
    assert found is not None, page.text
    form = {"pending": found[1], **pressed}
    host = location.partition("/oauth/authorize?")[0]
    answer = requests.post(f"{host}/login.do", data=form, allow_redirects=False, timeout=5)
    back = answer.headers["Location"]
    assert back.startswith(f"{PORTAL_URL}{CALLBACK}?")
    return back.removeprefix(PORTAL_URL)


def sign_in(
    client: Client, hub: RunningEmulator, email: str, next_path: str | None = None, provider: str | None = None
) -> Any:
    """The whole way; the portal's last answer."""
    return client.get(pick(hub, start(client, next_path, provider), email))


def callback(**parameters: str) -> str:
    """The callback's path with these parameters, and the `iss` that the Hub adds."""
    return f"{CALLBACK}?{urlencode({'iss': settings.OIDC_ISSUER, **parameters})}"


def is_signed_in(client: Client) -> bool:
    """Whether this browser has a session with a person in it."""
    return settings.SESSION_COOKIE_NAME in client.cookies and AUTHENTICATED in client.session


def reasons() -> list[str]:
    """Why sign-ins were refused, oldest first, as the portal's own log tells."""
    rows = InstanceRecord.objects.filter(name="sign_in.refused", outcome="denied").order_by("index")
    return [str(row.facts["reason"]) for row in rows]


def records(tenant: Tenant, name: str) -> list[AuditRecord]:
    """Records of this event in a tenant's log, oldest first."""
    return list(AuditRecord.all_tenants.filter(tenant=tenant, name=name).order_by("index"))


def assert_refused(client: Client, answer: Any, reason: str) -> None:
    """A page with status 403, no session anywhere, and the true reason in the portal's own log."""
    assert answer.status_code == 403, (answer.status_code, reasons())
    assert answer["Content-Type"].startswith("text/html")
    assert reasons() == [reason]
    assert not is_signed_in(client)
    assert not Session.objects.exists()
