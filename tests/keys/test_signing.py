"""The keys that sign tokens: one first key, a clear word when it does not open, new ones found soon."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from portal.keys import signing
from portal.keys.models import SigningKey
from portal.keys.signing import Signer, SigningKeySealed, signer_of, signers
from portal.lib.crypto import KeyRing


def test_lost_master_key_is_told(db: None, settings: Any) -> None:
    signers()
    signing.forget()
    settings.MASTER_KEYS = KeyRing.parse(KeyRing.generate("other"))
    with pytest.raises(SigningKeySealed):
        signers()
    answer = Client().get("/.well-known/jwks.json")
    assert (answer.status_code, answer.json()["code"]) == (503, "secret_sealed")


def test_first_key_is_made_once(db: None) -> None:
    first = signing._first()
    assert [one.kid for one in signing._first()] == [one.kid for one in first]
    assert SigningKey.objects.count() == 1


def test_key_that_another_process_made_is_found_after_a_second(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = signers()
    new = signing.make()
    assert signer_of(old.kid) == old
    assert signer_of(new.kid) is None
    read_at, known = signing._kept
    monkeypatch.setattr(signing, "_kept", (read_at - 2, known))
    found = signer_of(new.kid)
    assert found is not None
    assert found.kid == new.kid
    assert signers() == [old_again(old), found]


def old_again(old: Signer) -> Signer:
    """The same key, now that it has a successor."""
    found = signer_of(old.kid)
    assert found is not None and found.verifies_until < float("inf") == old.verifies_until
    return found


def test_unknown_key_ids_do_not_reach_the_database_each_time(db: None, django_assert_num_queries: Any) -> None:
    signers()
    with django_assert_num_queries(0):
        assert [signer_of(f"made-up-{number}") for number in range(5)] == [None] * 5


def test_forgetting_takes_nothing_from_who_is_reading(db: None) -> None:
    signers()
    held = signing._read(signing.KEPT_SECONDS)
    signing.forget()
    assert len(held) == 1


def test_age_counts_from_before_the_database_was_asked(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is slow to answer must not make an answer look young."""
    (old,) = signers()
    now, opened = [time.monotonic()], signing._opened

    def open_slowly(stored: list[SigningKey]) -> list[Signer]:
        now[0] += 2
        return opened(stored)

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(signing, "_opened", open_slowly)
    signing.forget()
    assert signer_of(old.kid) is not None
    new = signing.make()
    assert signer_of(new.kid) is not None
