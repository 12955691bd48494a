"""A day that does not end while a test runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    # Late in the evening: a date of the machine's own zone would be another one.
    with time_machine.travel("2026-11-20T23:30:00Z", tick=False) as clock:
        yield clock
