"""Token buckets: never more than they hold, never a wait longer than they say."""

from __future__ import annotations

import time

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import buckets
from portal.lib.buckets import Buckets

START = 1_800_000_000.0


def test_so_many_at_once_then_one_by_one() -> None:
    with time_machine.travel(START, tick=False) as clock:
        one = Buckets(3, seconds=60)
        assert [one.take("a") for _ in range(4)] == [0, 0, 0, 20]
        clock.shift(19)
        assert one.take("a") == 1
        clock.shift(1)
        assert [one.take("a"), one.take("a")] == [0, 20]
        clock.shift(3600)
        assert [one.take("a") for _ in range(4)] == [0, 0, 0, 20]


def test_one_key_takes_nothing_from_another() -> None:
    one = Buckets(1)
    assert [one.take("a"), one.take("b"), one.take("a", "b")] == [0, 0, 0]
    assert one.take("a") > 0


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    one = Buckets(1)
    with time_machine.travel(START, tick=False):
        one.take("a")
    with time_machine.travel(START - 86_400, tick=False):
        assert one.take("a") == 0


def test_a_clock_that_is_put_right_fills_no_bucket() -> None:
    one = Buckets(3)
    with time_machine.travel(START, tick=False):
        assert [one.take("a") for _ in range(3)] == [0, 0, 0]
    with time_machine.travel(START - 0.5, tick=False):
        assert one.take("a") > 0


def test_the_clock_is_read_when_it_is_ones_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else who waits for the lock comes with a time before that of the one who had it."""
    one = Buckets(3)

    def now() -> float:
        assert one._lock.locked()
        return START

    monkeypatch.setattr(time, "time", now)
    assert one.take("a") == 0


def test_memory_is_bounded_and_full_buckets_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "MOST", 10)
    with time_machine.travel(START, tick=False) as clock:
        one = Buckets(1)
        for number in range(9):
            one.take(str(number))
        clock.shift(61)
        one.take("late")
        one.take("later")
        assert one.take("late") > 0
        for number in range(100):
            one.take(str(number))
        assert len(one._full_at) <= 10


@given(
    size=st.integers(1, 20),
    steps=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=60),
)
def test_rate_and_wait_are_what_they_say(size: int, steps: list[float]) -> None:
    """In no window are more taken than the bucket held and was refilled with; who waits as told is let through."""
    seconds, taken = 60.0, []
    with time_machine.travel(START, tick=False) as clock:
        one, now = Buckets(size, seconds), 0.0
        for step in steps:
            now += step
            clock.move_to(START + now)
            wait = one.take("a")
            if wait == 0:
                taken.append(now)
                continue
            assert wait <= seconds / size + 1
            now += wait
            clock.move_to(START + now)
            assert one.take("a") == 0
            taken.append(now)
    for first, begin in enumerate(taken):
        for last in range(first, len(taken)):
            assert last - first + 1 <= size + (taken[last] - begin) * size / seconds + 1e-3
