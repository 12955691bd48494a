"""How a client proves itself at the token endpoint (RFC 6749, section 2.3.1)."""

from __future__ import annotations

from urllib.parse import unquote_plus

from portal.emulator.hub import Hub
from portal.emulator.identity.clients import Client
from portal.emulator.web import EmulatorRequest


class BadCredentials(Exception):
    """Unknown client, wrong secret, or a technical user at another tenant's host."""


class TwoCredentials(Exception):
    """The client used both the Authorization header and form fields."""


def authenticate_client(hub: Hub, request: EmulatorRequest, host: str) -> Client:
    """The client behind Basic authentication or the form fields client_id and client_secret.

    :raises BadCredentials: the client did not prove itself.
    :raises TwoCredentials: a secret came both ways.
    """
    client_id, secret = _presented(request)
    request.client = client_id
    client = hub.clients.get(client_id)
    if client is None or not client.has_secret(secret) or not client.served_at(host):
        raise BadCredentials(client_id)
    return client


def _presented(request: EmulatorRequest) -> tuple[str, str]:
    form = request.form
    basic = request.authorization
    if basic is None:
        return form.get("client_id", ""), form.get("client_secret", "")
    if basic.type != "basic":
        raise BadCredentials("")
    if "client_secret" in form:
        raise TwoCredentials()
    # RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
    return unquote_plus(basic.username or ""), unquote_plus(basic.password or "")
