"""How a variable behaves: a pure function of seed, asset, variable and minute. No point is stored.

A value is ``base + gain * load + wear_gain * wear + noise``. The *load* (0 to about 1) follows the machine's
duty over the day, the *wear* (0 to 1) its developing fault, the *noise* a table of random numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from random import Random

from portal.emulator.seeding import stable_number

Value = float | int | bool
Sample = Callable[[int], Value]
"""The value of one variable at a minute (minutes since the epoch, UTC)."""

MINUTES_PER_DAY = 1440
NOISE_LENGTH = 4093
"""A prime, so that every step walks through the whole table before it repeats (2.8 days)."""
WEAR_CYCLE = 120 * MINUTES_PER_DAY
"""A worn machine is repaired every 120 days; counted from 1 October 2026."""
LAST_REPAIR = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp()) // 60

GOOD_QUALITY = 0
BAD_QUALITY = -2144075776
"""A bad value in OPC style, as seen in recorded data."""
BAD_SHARE = 8
"""How many of the noise table's entries mark a bad value: about 1 minute in 500."""


@dataclass(frozen=True)
class Signal:
    """The parameters of one variable; ``every`` is its interval in minutes (1, 5 or 15)."""

    base: float
    gain: float = 0.0
    wear_gain: float = 0.0
    noise: float = 0.0
    idle: float = 0.0
    decimals: int = 2
    every: int = 1
    is_boolean: bool = False


@dataclass(frozen=True)
class Duty:
    """When a machine works (hours UTC, first inclusive, last exclusive) and whether it wears out."""

    first_hour: int = 0
    last_hour: int = 24
    wears: bool = False


def sampler(signal: Signal, duty: Duty, seed: str, asset_id: str, variable: str) -> Sample:
    """The function from minute to value for one variable of one asset."""
    load = _day_of_load(seed, asset_id, duty)
    if signal.is_boolean:
        return lambda minute: load[minute % MINUTES_PER_DAY] > 0
    noise = _noise(seed)
    number = stable_number(seed, asset_id, variable)
    step, start = 1 + number % (NOISE_LENGTH - 1), number >> 16
    # Machines of one type differ a little: 5 % up or down, for the whole life of the machine.
    scale = 0.95 + (number >> 40) % 1000 / 10000
    base, gain, width, digits = (
        signal.base * scale,
        signal.gain * scale,
        signal.noise,
        signal.decimals,
    )
    wear_gain = signal.wear_gain if duty.wears else 0.0
    idle = _rounded(signal.idle, digits)

    def sample(minute: int) -> Value:
        now = load[minute % MINUTES_PER_DAY]
        if not now:
            return idle
        value = base + gain * now + width * noise[(minute * step + start) % NOISE_LENGTH]
        if wear_gain:
            value += wear_gain * wear(minute)
        return _rounded(value, digits)

    return sample


def quality_sampler(seed: str, asset_id: str, variable: str) -> Callable[[int], int]:
    """The function from minute to quality code: 0 is good, now and then a bad one."""
    number = stable_number(seed, asset_id, variable, "quality")
    step, start = 1 + number % (NOISE_LENGTH - 1), number >> 16

    def quality(minute: int) -> int:
        is_bad = (minute * step + start) % NOISE_LENGTH < BAD_SHARE
        return BAD_QUALITY if is_bad else GOOD_QUALITY

    return quality


def wear(minute: int) -> float:
    """How far a developing fault has come, 0 after a repair to 1 just before the next one."""
    age = (minute - LAST_REPAIR) % WEAR_CYCLE / WEAR_CYCLE
    return age * age


def _rounded(value: float, decimals: int) -> float | int:
    return round(value, decimals) if decimals else int(value)


@lru_cache(maxsize=512)
def _day_of_load(seed: str, asset_id: str, duty: Duty) -> tuple[float, ...]:
    """The load at each minute of a day: low at night, high at noon, with a dip that is the asset's own."""
    phase = stable_number(seed, asset_id, "phase") % MINUTES_PER_DAY

    def at(minute: int) -> float:
        if not duty.first_hour <= minute // 60 < duty.last_hour:
            return 0.0
        day = -math.cos(2 * math.pi * minute / MINUTES_PER_DAY)
        shift = math.sin(6 * math.pi * (minute + phase) / MINUTES_PER_DAY)
        return 0.6 + 0.3 * day + 0.1 * shift

    return tuple(at(minute) for minute in range(MINUTES_PER_DAY))


@lru_cache(maxsize=16)
def _noise(seed: str) -> tuple[float, ...]:
    """Normally distributed numbers, cut off at 3, the same for the same seed."""
    random = Random(f"{seed}:noise")  # noqa: S311 - plausible data, not a secret
    return tuple(max(-3.0, min(3.0, random.gauss(0, 1))) for _ in range(NOISE_LENGTH))
