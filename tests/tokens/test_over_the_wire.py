"""What gunicorn hands to the portal of what a trusted proxy sends, byte by byte."""

from __future__ import annotations

import socket
from itertools import product
from urllib.parse import urlsplit

import pytest

from tests.deployment import Deployment

HEADERS = "Host: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded"
BODY = "grant_type=client_credentials&client_id=acme-x&client_secret=bnd_x"


@pytest.fixture
def portal(deployment: Deployment) -> tuple[str, int]:
    deployment.more["TRUSTED_PROXIES"] = "127.0.0.1"
    address = urlsplit(deployment.serve(1))
    return str(address.hostname), int(address.port or 0)


def answer(portal: tuple[str, int], sent: str) -> str:
    """What comes back to these bytes, after which nothing more is sent."""
    with socket.create_connection(portal, timeout=10) as connection:
        connection.sendall(sent.encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


def test_a_body_is_read_whole_or_refused(portal: tuple[str, int]) -> None:
    start = f"POST /oauth/token HTTP/1.1\r\n{HEADERS}\r\n"
    whole = answer(portal, f"{start}Content-Length: {len(BODY)}\r\n\r\n{BODY}")
    assert whole.startswith("HTTP/1.1 401 ") and '"invalid_client"' in whole
    chunks = answer(portal, f"{start}Transfer-Encoding: chunked\r\n\r\n{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n")
    assert chunks.startswith("HTTP/1.1 411 ") and '"invalid_request"' in chunks
    half = answer(portal, f"{start}Content-Length: {len(BODY) + 1}\r\n\r\n{BODY}")
    assert half.startswith("HTTP/1.1 400 ") and '"invalid_request"' in half


def test_no_header_moves_a_request_to_another_path(portal: tuple[str, int]) -> None:
    for header in ("SCRIPT_NAME: /x", "SCRIPT_NAME: /api", "PATH_INFO: /sign-in/"):
        told = answer(portal, f"GET /.well-known/jwks.json HTTP/1.1\r\n{HEADERS}\r\n{header}\r\n\r\n")
        assert told.startswith("HTTP/1.1 200 ") and '"keys"' in told, header


def test_a_form_is_read_whatever_its_charset(portal: tuple[str, int]) -> None:
    """Apache HttpClient 4 names ISO-8859-1 by itself; a form has none, and ours is ASCII."""
    for charset in ("ISO-8859-1", "us-ascii", "utf8", "utf-16", "x-nobody"):
        headers = f"{HEADERS}; charset={charset}\r\nContent-Length: {len(BODY)}"
        told = answer(portal, f"POST /oauth/token HTTP/1.1\r\n{headers}\r\n\r\n{BODY}")
        assert told.startswith("HTTP/1.1 401 ") and '"invalid_client"' in told, charset


def test_no_charset_breaks_a_request_before_somebody_answers_for_it(portal: tuple[str, int]) -> None:
    query = "&".join(f"a{number}=1" for number in range(1100))
    for path, charset in product(("/health", "/oauth/token", "/api/x"), ("hex", "utf-16", "utf-8")):
        headers = f"Host: localhost\r\nConnection: close\r\nContent-Type: text/plain; charset={charset}"
        told = answer(portal, f"GET {path}?{query} HTTP/1.1\r\n{headers}\r\n\r\n")
        assert "\r\nX-Request-Id: " in told, (path, charset)
        assert " 500 " not in told.partition("\r\n")[0], (path, charset)
