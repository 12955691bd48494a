"""Why there is no picture. The words are for pages in `portal.cockpit.release.captures`; here are the reasons."""

from __future__ import annotations

from enum import StrEnum


class Why(StrEnum):
    """What may be told to the person whose application it is."""

    NOT_FETCHED = "not_fetched"
    LED_ELSEWHERE = "led_elsewhere"
    NOT_OPENED = "not_opened"
    TOO_SLOW = "too_slow"
    MEMORY = "memory"
    CRASHED = "crashed"
    NOT_STARTED = "not_started"
    UNREADABLE = "unreadable"


class CaptureFailed(Exception):
    """There is no picture. `detail` may be shown: a reason of a fetch, a host, a word of the browser; never a body."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}")
        self.why = why
        self.detail = detail
