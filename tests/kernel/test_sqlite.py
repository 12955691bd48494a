"""Letters in searches and sorts; the queue of writers: one transaction at a time, and its end lets the next one in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction

from portal.lib.sqlite import base

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has its own queue"),
]


@pytest.mark.parametrize(
    ("value", "pattern", "found"),
    [
        ("Übergabe", "%übergabe%", 1),
        ("Straße", "%STRASSE%", 1),
        ("ΟΔΟΣ", "%οδος%", 1),
        ("a%b", r"%\%%", 1),
        ("ab", r"%\%%", 0),
        ("a.b", "a_b", 1),
        ("aab", "a.b", 0),
        ("aab", "a%", 1),
        ("baa", "a%", 0),
        ("two\nlines", "two%lines", 1),
        ("one", "on", 0),
        (12, "12", 1),
        (None, "%", None),
    ],
)
def test_like_ignores_the_case_of_all_letters(value: Any, pattern: str, found: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s LIKE %s ESCAPE '\\'", [value, pattern])
        assert cursor.fetchone() == (found,)


def test_lower_knows_all_letters() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower(%s), lower(NULL)", ["ÄÖ"])
        assert cursor.fetchone() == ("äö", None)


def in_another_thread(event: Event) -> bool:
    """Open and end a transaction; False when the lock was taken while `event` was not set."""
    try:
        with transaction.atomic():
            return event.is_set()
    finally:
        connection.close()


def test_second_writer_waits_for_the_first() -> None:
    done = Event()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            waiting = pool.submit(in_another_thread, done)
            done.set()
        assert waiting.result(10)


@pytest.mark.parametrize("how", ["commit", "rollback", "error", "close"])
def test_lock_is_free_after_every_end(how: str) -> None:
    try:
        with transaction.atomic():
            if how == "rollback":
                transaction.set_rollback(True)
            if how == "error":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT nonsense")
            if how == "close":
                connection.close()
    except DatabaseError:
        assert how in {"error", "close"}
    assert not base._writing.locked()


def test_begin_that_fails_lets_the_next_one_in(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(connections["default"], "transaction_mode", "NONSENSE")
    with pytest.raises(OperationalError), transaction.atomic():
        pass
    assert not base._writing.locked()


def test_waiting_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.01)
    with base._writing, pytest.raises(OperationalError, match="writing for too long"), transaction.atomic():
        pass
