"""The look at a connection before each request: no round trip, and a connection that the server closed is noticed."""

from __future__ import annotations

import os
import socket
from unittest.mock import patch

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection to lose"),
]


def begin_request() -> None:
    connection.ensure_connection()
    connection.health_check_enabled, connection.health_check_done = True, False


def server_process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_quiet_connection_is_used_without_asking() -> None:
    before = server_process()
    begin_request()
    with patch.object(connection, "is_usable", side_effect=AssertionError("asked the server")):
        assert server_process() == before
    assert connection.health_check_done


def test_a_connection_that_the_server_closed_is_opened_again() -> None:
    before = server_process()
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 2000)", [before])
    begin_request()
    assert server_process() != before


def test_after_a_notice_the_server_is_asked_and_the_connection_stays() -> None:
    before = server_process()
    with connection.cursor() as cursor:
        cursor.execute("LISTEN something")
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("NOTIFY something")
    begin_request()
    with CaptureQueriesContext(connection):
        assert server_process() == before


def test_a_network_that_is_lost_is_noticed_in_seconds() -> None:
    """Without these the kernel sends a question again for a quarter of an hour, and waits for an answer for ever."""
    connection.ensure_connection()
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as wire:
        if wire.family == socket.AF_UNIX:
            pytest.skip("no network")
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5000
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        probes = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        assert [wire.getsockopt(socket.IPPROTO_TCP, option) for option in probes] == [3, 1, 2]
