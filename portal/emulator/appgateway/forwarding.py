"""Passing a request on to the application, and its answer back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from werkzeug import Response
from werkzeug.datastructures import Headers

from portal.emulator.appgateway import cookies
from portal.emulator.appgateway.applications import Application
from portal.emulator.appgateway.protection import protect
from portal.emulator.appgateway.routing import ApplicationRequest
from portal.emulator.appgateway.sessions import GatewaySession
from portal.emulator.control.faults import drop_connection
from portal.emulator.gateway.errors import GatewayError
from portal.emulator.gateway.limits import check_body
from portal.emulator.hub import Hub

# RFC 9110, section 7.6.1, and the older names.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "trailers",
        "transfer-encoding",
        "upgrade",
    }
)
REPLACED = frozenset({"host", "authorization", "forwarded", "x-real-ip", "cookie", "content-length", "expect"})
CHUNK = 64 * 1024


def forward(hub: Hub, request: ApplicationRequest, application: Application, session: GatewaySession) -> Response:
    """The application's answer, streamed.

    :raises GatewayError: 413 for a large body, 502 and 504 for an application that does not answer, or not in time.
    """
    check_body(hub, request)
    body = request.get_data()
    connection = _connection(hub, application)
    try:
        answer = _exchange(connection, request, _request_headers(request, application, session, body), body)
    except TimeoutError as error:
        connection.close()
        request.limit = f"{hub.switches.application_timeout} seconds"
        raise GatewayError(504, "exception", "The application did not answer in time.") from error
    except (OSError, HTTPException, ValueError) as error:
        connection.close()
        raise GatewayError(502, "exception", "The application cannot be reached or does not speak HTTP.") from error
    return _response(hub, request, application, connection, answer)


def _exchange(
    connection: HTTPConnection, request: ApplicationRequest, headers: list[tuple[str, str]], body: bytes
) -> HTTPResponse:
    connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value.encode("latin-1"))
    connection.endheaders(body)
    return connection.getresponse()


def _connection(hub: Hub, application: Application) -> HTTPConnection:
    upstream = urlsplit(application.upstream)
    kind = HTTPSConnection if upstream.scheme == "https" else HTTPConnection
    return kind(upstream.hostname or "", upstream.port, timeout=max(hub.switches.application_timeout, 0.001))


def _request_headers(
    request: ApplicationRequest, application: Application, session: GatewaySession, body: bytes
) -> list[tuple[str, str]]:
    dropped = HOP_BY_HOP | REPLACED | _named(request.headers.getlist("Connection"))
    headers = [
        (name, value)
        for name, value in request.headers
        if name.lower() not in dropped and not name.lower().startswith("x-forwarded-")
    ]
    kept = cookies.without_hidden("; ".join(request.headers.getlist("Cookie")))
    entry = urlsplit(request.entry.base)
    headers += [
        ("Host", urlsplit(application.upstream).netloc),
        ("X-Forwarded-Host", entry.netloc),
        ("X-Forwarded-Proto", entry.scheme),
        ("X-Forwarded-For", request.remote_addr or "unknown"),
        ("Authorization", f"Bearer {session.token}"),
        ("Connection", "close"),
        *((("Cookie", kept),) if kept else ()),
    ]
    if body or request.method not in ("GET", "HEAD", "OPTIONS"):
        headers.append(("Content-Length", str(len(body))))
    return headers


def _response(
    hub: Hub,
    request: ApplicationRequest,
    application: Application,
    connection: HTTPConnection,
    answer: HTTPResponse,
) -> Response:
    limit = hub.switches.body_limit
    if request.method != "HEAD" and (answer.length or 0) > limit:
        connection.close()
        request.limit = f"body of {limit} bytes"
        raise GatewayError(502, "exception", f"The application's answer is larger than {limit} bytes.")
    response = Response(_streamed(request, connection, answer, limit), f"{answer.status} {answer.reason}")
    response.headers = _response_headers(request, application, answer)
    return protect(response, request.entry, application)


def _streamed(
    request: ApplicationRequest, connection: HTTPConnection, answer: HTTPResponse, limit: int
) -> Iterator[bytes]:
    """The body as it arrives. What goes wrong now can only be told by closing the connection."""
    sent = 0
    try:
        while piece := answer.read1(CHUNK):
            sent += len(piece)
            if sent > limit:
                raise drop_connection(request.environ)
            yield piece
    except (OSError, HTTPException) as error:
        raise drop_connection(request.environ) from error
    finally:
        connection.close()


def _response_headers(request: ApplicationRequest, application: Application, answer: HTTPResponse) -> Headers:
    received = [(name, " ".join(value.split("\r\n"))) for name, value in answer.getheaders()]
    dropped = HOP_BY_HOP | _named(value for name, value in received if name.lower() == "connection")
    headers = Headers()
    for name, value in received:
        match name.lower():
            case "set-cookie" if cookies.sets_reserved(value):
                continue
            case "location":
                headers.add(name, _outside(value, application, request.entry.base))
            case lower if lower not in dropped:
                headers.add(name, value)
    return headers


def _outside(location: str, application: Application, base: str) -> str:
    """A redirect to the application's own address, as the browser has to follow it."""
    try:
        target, own = urlsplit(location), urlsplit(application.upstream)
        is_own = (target.scheme, target.hostname, target.port) == (own.scheme, own.hostname, own.port)
    except ValueError:
        return location
    if not is_own:
        return location
    return base + location.partition("://")[2][len(target.netloc) :]


def _named(headers: Iterable[str]) -> frozenset[str]:
    """The headers that Connection headers name, which concern this hop only."""
    return frozenset(word.strip().lower() for header in headers for word in header.split(","))
