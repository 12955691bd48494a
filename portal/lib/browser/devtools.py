"""Speaking with Chromium over its pipe: JSON texts that end with a zero byte (Chrome DevTools Protocol).

Two pipes instead of a port: nobody else on this machine can speak with the browser, and it ends when they close.
"""

from __future__ import annotations

import json
import os
import select
from collections.abc import Callable
from typing import Any

from portal.lib.browser.failures import CaptureFailed, Why
from portal.lib.browser.process import LOOK_EVERY, Running

PIECE = 256 * 1024
Event = dict[str, Any]


class Refused(Exception):
    """The browser did not do what it was told."""


class DevTools:
    """One conversation. `on_event` hears everything that is no answer. Messages are at most `longest` bytes."""

    def __init__(self, browser: Running, longest: int, on_event: Callable[[Event], None]) -> None:
        self._browser, self._longest, self._on_event = browser, longest, on_event
        self._read = bytearray()
        self._number = 0
        self._poll = select.poll()
        self._poll.register(browser.answers, select.POLLIN)
        # A browser that no longer reads must not hold us.
        os.set_blocking(browser.orders, False)
        self._writable = select.poll()
        self._writable.register(browser.orders, select.POLLOUT)

    def tell(self, method: str, session: str = "", **params: Any) -> int:
        """Send an order without waiting for its answer; its number."""
        self._number += 1
        order = {"id": self._number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        data = memoryview(json.dumps(order).encode() + b"\0")
        while data:
            try:
                data = data[os.write(self._browser.orders, data) :]
            except BlockingIOError:
                self._writable.poll(min(LOOK_EVERY, self._browser.left()) * 1000)
            except BrokenPipeError as error:
                raise self._browser.ended() from error
        return self._number

    def ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Send an order and wait for its answer. Raises `CaptureFailed`, `Refused`."""
        number = self.tell(method, session, **params)
        while True:
            said = self._next(None)
            if said is None or said.get("id") != number:
                continue
            if "error" in said:
                raise Refused(method)
            result = said.get("result")
            return result if isinstance(result, dict) else {}

    def listen(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Hear events for so long, or until that is so."""
        ends = self._browser.left() - seconds
        while not until() and (rest := self._browser.left() - ends) > 0:
            self._next(rest)

    def _next(self, seconds: float | None) -> Event | None:
        """The next message; None if none came. An event was handed over."""
        while b"\0" not in self._read:
            if len(self._read) > self._longest:
                raise CaptureFailed(Why.UNREADABLE, "too long")
            left = self._browser.left()
            wait = min(LOOK_EVERY, left, left if seconds is None else seconds)
            if not self._poll.poll(wait * 1000):
                if seconds is not None:
                    return None
                continue
            piece = os.read(self._browser.answers, PIECE)
            if not piece:
                raise self._browser.ended()
            self._read += piece
        message, _zero, self._read = self._read.partition(b"\0")
        try:
            said = json.loads(message)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise CaptureFailed(Why.UNREADABLE, "no JSON")
        if "id" not in said:
            self._on_event(said)
        return said
