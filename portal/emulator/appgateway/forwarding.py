"""Passing a request on to the application, and its answer back."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from werkzeug import Response
from werkzeug.datastructures import Headers

from portal.emulator.appgateway import cookies
from portal.emulator.appgateway.applications import Application
from portal.emulator.appgateway.parts import is_local
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

    :raises GatewayError: 404 for a path that is no endpoint of a component, 413 for a large body, 502 and 504 for an
        application that does not answer, or not in time.
    """
    check_body(hub, request)
    upstream = _upstream(request, application)
    body = request.get_data()
    connection = _connection(hub, upstream)
    try:
        answer = _exchange(connection, request, upstream, _request_headers(request, upstream, session, body), body)
    except TimeoutError as error:
        connection.close()
        request.limit = f"{hub.switches.application_timeout} seconds"
        raise GatewayError(504, "exception", "The application did not answer in time.") from error
    except ssl.SSLCertVerificationError as error:
        connection.close()
        reason = error.verify_message
        raise GatewayError(502, "exception", f"The certificate of the application is not trusted: {reason}.") from error
    except (OSError, HTTPException, ValueError) as error:
        connection.close()
        raise GatewayError(502, "exception", "The application cannot be reached or does not speak HTTP.") from error
    return _response(hub, request, application, upstream, connection, answer)


def _upstream(request: ApplicationRequest, application: Application) -> str:
    """The base URL of the component that has the requested path among its endpoints."""
    upstream = application.upstream_of(request.path.removeprefix(request.entry.journal_path))
    if upstream is None:
        raise GatewayError(404, "noMatch", "No component of the application has this path among its endpoints.")
    # What a program may register at any time must not make the gateway call elsewhere.
    if application.components and not is_local(upstream):
        host = urlsplit(upstream).hostname
        message = f"This gateway calls registered applications on its own machine only, and {host} is elsewhere."
        raise GatewayError(502, "exception", message)
    return upstream


def _exchange(
    connection: HTTPConnection, request: ApplicationRequest, upstream: str, headers: list[tuple[str, str]], body: bytes
) -> HTTPResponse:
    target = urlsplit(upstream).path + request.target
    connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value.encode("latin-1"))
    connection.endheaders(body)
    return connection.getresponse()


@cache
def tls_context(ca_file: str) -> ssl.SSLContext:
    """How certificates of applications are verified: against the system's authorities and those of a file.

    :raises OSError: the file cannot be read, or holds no certificate.
    """
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def _connection(hub: Hub, upstream: str) -> HTTPConnection:
    parts = urlsplit(upstream)
    host, timeout = parts.hostname or "", max(hub.switches.application_timeout, 0.001)
    if parts.scheme != "https":
        return HTTPConnection(host, parts.port, timeout=timeout)
    return _LocalNames(host, parts.port, timeout=timeout, context=tls_context(hub.config.upstream_ca))


class _LocalNames(HTTPSConnection):
    """Knows where names below ``.localhost`` lead, which many resolvers do not; the certificate is of the name."""

    def __init__(self, host: str, port: int | None, *, timeout: float, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._tls = context

    def connect(self) -> None:
        """Connect to the address that the name has."""
        if not self.host.endswith(".localhost"):
            super().connect()
            return
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except OSError:
            plain.close()
            raise


def _request_headers(
    request: ApplicationRequest, upstream: str, session: GatewaySession, body: bytes
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
        ("Host", urlsplit(upstream).netloc),
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
    upstream: str,
    connection: HTTPConnection,
    answer: HTTPResponse,
) -> Response:
    limit = hub.switches.body_limit
    if request.method != "HEAD" and (answer.length or 0) > limit:
        connection.close()
        request.limit = f"body of {limit} bytes"
        raise GatewayError(502, "exception", f"The application's answer is larger than {limit} bytes.")
    response = Response(_streamed(request, connection, answer, limit), f"{answer.status} {answer.reason}")
    response.headers = _response_headers(request, upstream, answer)
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


def _response_headers(request: ApplicationRequest, upstream: str, answer: HTTPResponse) -> Headers:
    received = [(name, " ".join(value.split("\r\n"))) for name, value in answer.getheaders()]
    dropped = HOP_BY_HOP | _named(value for name, value in received if name.lower() == "connection")
    headers = Headers()
    for name, value in received:
        match name.lower():
            case "set-cookie" if cookies.sets_reserved(value):
                continue
            case "location":
                headers.add(name, _outside(value, upstream, request.entry.base))
            case lower if lower not in dropped:
                headers.add(name, value)
    return headers


def _outside(location: str, upstream: str, base: str) -> str:
    """A redirect to the application's own address, as the browser has to follow it."""
    try:
        target, own = urlsplit(location), urlsplit(upstream)
        is_own = (target.scheme, target.hostname, target.port) == (own.scheme, own.hostname, own.port)
    except ValueError:
        return location
    if not is_own and (target.netloc or not location.startswith("/")):
        return location
    rest = location.partition("://")[2][len(target.netloc) :] if is_own else location
    below = rest.removeprefix(own.path)
    if own.path and below != rest and below[:1] in ("", "/", "?"):
        rest = below if below.startswith("/") else f"/{below}"
    return base + rest if is_own else rest


def _named(headers: Iterable[str]) -> frozenset[str]:
    """The headers that Connection headers name, which concern this hop only."""
    return frozenset(word.strip().lower() for header in headers for word in header.split(","))
