"""`manage.py rekey`: another master key, without anybody noticing."""

from __future__ import annotations

import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from portal.audit.models import AuditLog
from portal.keys import rekey, signing
from portal.keys.models import BindingKey, SecretGeneration, SigningKey
from portal.keys.upstream import SecretSealed, upstream_credential
from portal.lib.crypto import KeyRing
from portal.scoping import tenant_scope
from tests.cast import Cast, client_secret, get_token, make_cast, make_key, make_upstream_key

OLD, NEW = KeyRing.generate("old"), KeyRing.generate("new")
RINGS = {name: KeyRing.parse(text) for name, text in {"old": OLD, "both": f"{NEW},{OLD}", "new": NEW}.items()}


@pytest.fixture
def ring(settings: Any) -> Any:
    """Sets the ring: all begin under the old key."""

    def turn(name: str) -> None:
        settings.MASTER_KEYS = RINGS[name]
        signing.forget()

    turn("old")
    return turn


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rekey", *arguments, stdout=out)
    return out.getvalue()


def make_things(cast: Cast) -> tuple[BindingKey, str]:
    for tenant in (cast.acme, cast.globex):
        make_upstream_key(tenant)
    key, secret = make_key(cast.acme)
    get_token(Client(), key, secret)  # makes the signing key
    return key, secret


def opens_all(cast: Cast) -> bool:
    for tenant in (cast.acme, cast.globex):
        with tenant_scope(tenant.pk):
            assert upstream_credential(tenant).secret.reveal() == client_secret(f"{tenant.name}-hub-reader")
    signing.forget()
    return bool(signing.signers())


def test_every_table_with_a_seal_takes_part() -> None:
    assert {SecretGeneration, SigningKey} <= set(rekey.sealed_models())


def test_everything_opens_with_the_new_key_alone(cast: Cast, ring: Any) -> None:
    key, secret = make_things(cast)
    ring("both")
    told = run()
    assert rekey.in_use() == Counter(new=4)
    assert "keys.SecretGeneration: 3 sealed anew, 0 were, 0 do not open" in told
    assert "keys.SigningKey: 1 sealed anew" in told
    assert "master key old: 0 values, can leave PORTAL_MASTER_KEYS" in told
    ring("new")
    assert opens_all(cast)
    assert get_token(Client(), key, secret)


def test_a_token_from_before_is_valid_afterwards(cast: Cast, ring: Any) -> None:
    key, secret = make_things(cast)
    token = get_token(Client(), key, secret)
    ring("both")
    run()
    ring("new")
    answer = Client().get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_ciphertext_moved_to_another_row_does_not_open(cast: Cast, ring: Any) -> None:
    make_things(cast)
    ring("both")
    run()
    foreign = SecretGeneration.all_tenants.get(tenant=cast.globex).sealed
    SecretGeneration.all_tenants.filter(tenant=cast.acme).update(sealed=foreign)
    with tenant_scope(cast.acme.pk), pytest.raises(SecretSealed):
        upstream_credential(cast.acme)


def test_moved_ciphertext_is_not_made_good(cast: Cast, ring: Any) -> None:
    """Resealing must not give a value that lies in the wrong row a seal for it."""
    make_things(cast)
    foreign = SecretGeneration.all_tenants.get(tenant=cast.globex).sealed
    SecretGeneration.all_tenants.filter(tenant=cast.acme).update(sealed=foreign)
    ring("both")
    with pytest.raises(CommandError, match="Not everything"):
        run()
    with tenant_scope(cast.acme.pk), pytest.raises(SecretSealed):
        upstream_credential(cast.acme)
    assert rekey.in_use() == Counter(new=2, old=2)


def test_check_changes_nothing(cast: Cast, ring: Any) -> None:
    make_things(cast)
    ring("both")
    with pytest.raises(CommandError, match="Not everything"):
        run("--check")
    assert rekey.in_use() == Counter(old=4)
    run()
    assert "master key new: 4 values, newest" in run("--check")


def test_interrupted_it_goes_on(cast: Cast, ring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_things(cast)
    ring("both")
    monkeypatch.setattr(rekey, "BATCH", 1)
    steps = rekey.reseal_all()
    next(steps)
    steps.close()
    assert rekey.in_use() == Counter(new=1, old=3)
    assert opens_all(cast)
    assert "2 sealed anew, 1 were" in run()
    assert rekey.in_use() == Counter(new=4)


def test_newer_value_is_not_overwritten(cast: Cast, ring: Any) -> None:
    make_things(cast)
    ring("both")
    batch = list(SecretGeneration.all_tenants.order_by("pk"))
    changed = batch[0]
    fresh = RINGS["both"].seal(b"another", place=changed.place)
    SecretGeneration.all_tenants.filter(pk=changed.pk).update(sealed=fresh)
    assert rekey._resealed(SecretGeneration, batch).resealed == 2
    assert bytes(SecretGeneration.all_tenants.get(pk=changed.pk).sealed) == fresh


def check_ids() -> list[str | None]:
    return [message.id for message in run_checks(tags=["database"], databases=["default"]) if "5" in str(message.id)]


def test_system_check_says_which_keys_are_in_use(cast: Cast, ring: Any) -> None:
    make_things(cast)
    assert check_ids() == []
    ring("both")
    assert check_ids() == ["bindery.W005"]
    ring("new")
    assert check_ids() == ["bindery.E005"]
    ring("both")
    run()
    ring("new")
    assert check_ids() == []


@pytest.mark.usefixtures("erasable_log")
def test_nobody_notices_under_load(ring: Any, hub: object) -> None:
    """Tokens, calls and new keys while everything is sealed anew, again and again, in true transactions."""
    cast = make_cast()
    key, secret = make_things(cast)
    over = Event()

    def closing(work: Any) -> int:
        turns = 0
        try:
            while not over.is_set():
                work(turns)
                turns += 1
        finally:
            connection.close()
        return turns

    def call(_turn: int) -> None:
        token = get_token(Client(), key, secret)
        answer = Client().get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.content

    def read(_turn: int) -> None:
        assert opens_all(cast)

    def make(turn: int) -> None:
        if turn < 5:
            make_key(cast.globex, f"Line {turn}")

    with ThreadPoolExecutor(4) as pool:
        works = [pool.submit(closing, work) for work in (call, call, read, make)]
        try:
            for _round in range(4):
                ring("both")
                run()
                # Back again under the old key, so that there is something to do.
                RINGS["back"] = KeyRing.parse(f"{OLD},{NEW}")
                ring("back")
                for _step in rekey.reseal_all():
                    pass
        finally:
            over.set()
        turns = [work.result() for work in works]
    assert all(turns)
    SecretGeneration.all_tenants.all().delete()
    AuditLog.objects.all().delete()
