"""How a client proves itself at the token endpoint (RFC 6749, section 2.3.1), and the parameters around it."""

from __future__ import annotations

from urllib.parse import unquote_plus

from portal.emulator.hub import Hub
from portal.emulator.identity.clients import Client
from portal.emulator.web import EmulatorRequest


class BadCredentials(Exception):
    """Unknown client, wrong secret, or a client that this host does not know; the message is for the journal."""


class AmbiguousRequest(Exception):
    """A parameter came twice, or the client named itself in two ways; the message says which."""


def authenticate_client(hub: Hub, request: EmulatorRequest, host: str) -> Client:
    """The client behind Basic authentication, or behind client_id and client_secret in the form or the query.

    :raises BadCredentials: the client did not prove itself.
    :raises AmbiguousRequest: a secret came two ways.
    """
    client_id, secret = _presented(request)
    client = hub.clients.get(client_id)
    if client is None:
        # The name is not repeated: whoever mixes up the two fields would leave a secret in the journal.
        raise BadCredentials("no client has this id")
    request.client, request.tenant = client.client_id, client.tenant or ""
    if not client.has_secret(secret):
        raise BadCredentials(f"wrong secret of {client.client_id}")
    if not client.served_at(host):
        raise BadCredentials(f"{client.client_id} belongs to {client.tenant}, not to this identity host")
    return client


def parameter(request: EmulatorRequest, name: str) -> str | None:
    """A parameter of the token endpoint from the form or, as token URLs of the Hub have it, from the query.

    :raises AmbiguousRequest: it came twice (RFC 6749, section 3.2), or with two values.
    """
    in_form, in_query = request.form.getlist(name), request.args.getlist(name)
    if len(in_form) > 1 or len(in_query) > 1 or (in_form and in_query and in_form != in_query):
        raise AmbiguousRequest(f"{name} may be given once.")
    return next(iter((*in_form, *in_query)), None)


def _presented(request: EmulatorRequest) -> tuple[str, str]:
    client_id, secret = parameter(request, "client_id"), parameter(request, "client_secret")
    if "client_secret" in request.form and "client_secret" in request.args:
        raise AmbiguousRequest("Send the client secret one way, not two.")
    if "Authorization" not in request.headers:
        return client_id or "", secret or ""
    basic = request.authorization
    if basic is None or basic.type != "basic":
        raise BadCredentials("the Authorization header is not of the form Basic base64(client id:secret)")
    # RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
    named = unquote_plus(basic.username or "")
    if secret is not None or client_id not in (None, named):
        raise AmbiguousRequest("Send the client secret one way, not two.")
    return named, unquote_plus(basic.password or "")
