"""Secrets at rest: what was sealed for one place opens there and nowhere else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.crypto import KeyRing, KeyRingError, SealBroken

OLD, NEW = KeyRing.generate("old"), KeyRing.generate("new")
PLACE = "tenant 1|key 7|generation 2"


@given(st.binary(max_size=300), st.text(max_size=50))
def test_opens_where_it_was_sealed(plaintext: bytes, place: str) -> None:
    ring = KeyRing.parse(OLD)
    assert ring.open(ring.seal(plaintext, place=place), place=place) == plaintext


def test_does_not_open_in_another_place() -> None:
    ring = KeyRing.parse(OLD)
    with pytest.raises(SealBroken):
        ring.open(ring.seal(b"secret", place=PLACE), place="tenant 2|key 7|generation 2")


def test_every_flipped_bit_is_noticed() -> None:
    ring = KeyRing.parse(OLD)
    sealed = ring.seal(b"secret", place=PLACE)
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(SealBroken):
            ring.open(bytes(changed), place=PLACE)


def test_every_shortened_value_is_noticed() -> None:
    ring = KeyRing.parse(OLD)
    sealed = ring.seal(b"secret", place=PLACE)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            ring.open(sealed[:length], place=PLACE)


def test_newest_seals_and_all_open() -> None:
    sealed_before = KeyRing.parse(OLD).seal(b"secret", place=PLACE)
    ring = KeyRing.parse(f"{NEW},{OLD}")
    assert ring.open(sealed_before, place=PLACE) == b"secret"
    assert b"new" in ring.seal(b"secret", place=PLACE)[:5]


def test_missing_master_key_is_named() -> None:
    sealed = KeyRing.parse(OLD).seal(b"secret", place=PLACE)
    with pytest.raises(SealBroken, match="'old'"):
        KeyRing.parse(NEW).open(sealed, place=PLACE)


def test_nonces_do_not_repeat() -> None:
    ring = KeyRing.parse(OLD)
    assert len({ring.seal(b"", place="")[5:17] for _ in range(2000)}) == 2000


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "holds no key"),
        (" , ", "holds no key"),
        ("first", "'first'"),
        ("first:", "'first'"),
        ("first:AAAA", "'first'"),
        ("first:" + base64.b64encode(bytes(31)).decode(), "'first'"),
        ("bad id:" + base64.b64encode(bytes(32)).decode(), "'bad id'"),
    ],
)
def test_wrong_ring_says_what_is_wrong(written: str, told: str) -> None:
    with pytest.raises(KeyRingError, match=told):
        KeyRing.parse(written)


def test_key_id_that_is_there_twice_is_refused() -> None:
    with pytest.raises(KeyRingError, match="twice"):
        KeyRing.parse(f"{OLD},{OLD}")


def test_keys_are_not_shown() -> None:
    assert OLD.partition(":")[2] not in repr(KeyRing.parse(OLD))
