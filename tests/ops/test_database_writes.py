"""A database that answers and keeps nothing: its disk is full, it went read-only, or somebody keeps it locked."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from portal.ops import readiness

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def full_disk() -> Iterator[None]:
    """For SQLite no file may grow; a PostgreSQL server goes read-only, as hosted ones do before the disk is full."""
    assert readiness.writes().ok  # the files are there
    if connection.vendor == "sqlite":
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        return
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        try:
            yield
        finally:
            cursor.execute("SET default_transaction_read_only = off")


def test_full_disk() -> None:
    with full_disk():
        answers, keeps = readiness.database(), readiness.writes()
    assert (answers.ok, keeps.ok, keeps.needed) == (True, False, True)
    assert readiness.writes().ok


def test_a_writer_that_is_busy_for_longer_than_requests_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no lock for all")
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
    connection.close()  # the next one waits that long
    with other_writer():
        assert not readiness.writes().ok
        assert readiness.database().ok
    assert readiness.writes().ok
    connection.close()


@contextmanager
def other_writer() -> Iterator[None]:
    """Another process that has begun to write."""
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()
