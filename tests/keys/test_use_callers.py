"""Who used a secret: kept to the second within a few, and only so many, without one use waiting for another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.keys import uses
from portal.keys.models import KeyCaller
from portal.scoping import tenant_scope
from tests.cast import Cast, make_key, make_tenant
from tests.keys.test_uses import actor_of, callers, clean, committed, newest, noon, note

__all__ = ["committed", "noon"]


@pytest.mark.usefixtures("noon")
class TestCallers:
    def test_last_time_is_written_every_few_seconds(
        self, noon: time_machine.Traveller, cast: Cast, committed: Any
    ) -> None:
        generation = newest(make_key(cast.acme)[0])
        ages = []
        for seconds in (0, 3, 3):
            noon.shift(seconds)
            with committed():
                note(generation)
            seen = KeyCaller.all_tenants.get()
            ages.append((seen.last_at - seen.first_at).total_seconds())
        assert ages == [0, 0, 6]

    def test_only_so_many_are_kept(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(uses, "MOST_CALLERS", 3)
        generation = newest(make_key(cast.acme)[0])
        with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as clock:
            for number in range(6):
                note(generation, agent=f"agent {number}")
                clock.shift(1)
        assert [caller[1] for caller in callers(generation.key)] == ["agent 3", "agent 4", "agent 5"]

    def test_an_agent_that_no_database_can_store(self, cast: Cast) -> None:
        generation = newest(make_key(cast.acme)[0])
        note(generation, agent="a\x00b\ud800" + "c" * 300)
        assert callers(generation.key)[0][1] == "ab" + "c" * 196


@pytest.mark.usefixtures("erasable_log")
def test_who_is_trimmed_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A use that writes a new caller must not wait for one that writes an old caller: that may wait for the first."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock for all")
    monkeypatch.setattr(uses, "MOST_CALLERS", 1)
    tenant = make_tenant("acme", "Acme Pumps GmbH")
    generation = newest(make_key(tenant)[0])
    note(generation, agent="old")
    held, done = Event(), Event()

    def old_again() -> None:
        try:
            with transaction.atomic():
                KeyCaller.all_tenants.filter(agent="old").update(route="assets")
                held.set()
                done.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(old_again)
        assert held.wait(20)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                note(generation, agent="new")
        finally:
            done.set()
    assert {agent for _, agent, _, _ in callers(generation.key)} == {"old", "new"}
    note(generation, agent="newer")
    assert [agent for _, agent, _, _ in callers(generation.key)] == ["newer"]
    clean(tenant)


def test_callers_are_trimmed_after_all_locks_are_taken(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uses, "MOST_CALLERS", 1)
    generation = newest(make_key(cast.acme)[0])
    for agent in ("x", "old"):
        note(generation, agent=agent)
    several = [uses.Use(generation, actor_of(generation, agent), "assets", True) for agent in ("a", "b", "x")]
    with tenant_scope(cast.acme.pk), transaction.atomic(), CaptureQueriesContext(connection) as captured:
        uses.note_all(several)
    words = [query["sql"].split()[0] for query in captured if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert words[-1] == "DELETE"
    assert words.count("DELETE") == 1
