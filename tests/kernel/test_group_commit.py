"""Group commit: who comes together is served together, and a failure is the failure of whoever caused it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from portal.lib import group_commit
from portal.lib.group_commit import GroupCommit
from tests.deployment import eventually

PATIENCE = 10


class Door:
    """Work that can be held up; remembers which items came together."""

    def __init__(self) -> None:
        self.entered, self.open = Event(), Event()
        self.together: list[list[str]] = []

    def work(self, items: list[str]) -> Sequence[str]:
        self.together.append(items)
        self.entered.set()
        assert self.open.wait(PATIENCE)
        for item in items:
            if item == "poison":
                raise ValueError(item)
        return [item.upper() for item in items]


def gather(door: Door, group: GroupCommit[str, str], pool: ThreadPoolExecutor, *items: str) -> list[Future[str]]:
    """The first item is being worked for while the others come."""
    calls = [pool.submit(group.do, "acme", items[0])]
    assert door.entered.wait(PATIENCE)
    for number, item in enumerate(items[1:], start=1):
        calls.append(pool.submit(group.do, "acme", item))
        eventually(lambda number=number: len(group._gathering["acme"]) >= number)
    door.open.set()
    return calls


@pytest.fixture
def door() -> Door:
    return Door()


class TestGroupCommit:
    def test_one_alone_is_served_at_once(self, door: Door) -> None:
        door.open.set()
        group = GroupCommit(door.work)
        assert [group.do("acme", "a"), group.do("acme", "b")] == ["A", "B"]
        assert door.together == [["a"], ["b"]]
        assert group._gathering == {}

    def test_who_comes_meanwhile_is_served_together_in_order(self, door: Door) -> None:
        group = GroupCommit(door.work)
        with ThreadPoolExecutor(4) as pool:
            calls = gather(door, group, pool, "a", "b", "c", "d")
            assert [call.result(PATIENCE) for call in calls] == ["A", "B", "C", "D"]
        assert door.together == [["a"], ["b", "c", "d"]]
        assert group._gathering == {}

    def test_a_full_group_leaves_the_rest_to_the_next(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(group_commit, "MOST", 2)
        group = GroupCommit(door.work)
        with ThreadPoolExecutor(4) as pool:
            calls = gather(door, group, pool, "a", "b", "c", "d")
            assert [call.result(PATIENCE) for call in calls] == ["A", "B", "C", "D"]
        assert door.together == [["a"], ["b", "c"], ["d"]]

    def test_groups_do_not_wait_for_each_other(self, door: Door) -> None:
        group = GroupCommit(door.work)
        with ThreadPoolExecutor(2) as pool:
            calls = [pool.submit(group.do, name, name) for name in ("acme", "globex")]
            eventually(lambda: len(door.together) == 2)
            door.open.set()
            assert [call.result(PATIENCE) for call in calls] == ["ACME", "GLOBEX"]

    @pytest.mark.parametrize("items", [("a", "poison", "b", "c"), ("a", "b", "c", "poison"), ("poison", "a", "b", "c")])
    def test_what_cannot_be_done_fails_alone(self, door: Door, items: tuple[str, ...]) -> None:
        group = GroupCommit(door.work)
        with ThreadPoolExecutor(4) as pool:
            calls = gather(door, group, pool, *items)
            for call, item in zip(calls, items, strict=True):
                if item == "poison":
                    with pytest.raises(ValueError, match="poison"):
                        call.result(PATIENCE)
                else:
                    assert call.result(PATIENCE) == item.upper()
        assert group._gathering == {}
        assert group.do("acme", "d") == "D"

    def test_one_alone_that_fails_is_tried_once(self, door: Door) -> None:
        door.open.set()
        with pytest.raises(ValueError, match="poison"):
            GroupCommit(door.work).do("acme", "poison")
        assert door.together == [["poison"]]

    def test_nobody_waits_for_a_worker_that_was_stopped(self) -> None:
        entered, gathered = Event(), Event()

        def work(items: list[str]) -> list[str]:
            entered.set()
            assert gathered.wait(PATIENCE)
            if len(items) > 1:
                raise SystemExit
            return items

        group = GroupCommit(work)
        with ThreadPoolExecutor(3) as pool:
            calls = [pool.submit(group.do, "acme", "a")]
            assert entered.wait(PATIENCE)
            calls += [pool.submit(group.do, "acme", item) for item in "bc"]
            eventually(lambda: len(group._gathering["acme"]) == 2)
            gathered.set()
            assert {type(call.exception(PATIENCE)) for call in calls[1:]} == {SystemExit, type(None)}
        assert group.do("acme", "d") == "d"
