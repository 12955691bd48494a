"""manage.py rotate_signing_key: a new key signs, tokens that are out stay valid, old keys go when nobody needs them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import StringIO
from threading import Event

import jwt
import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client

from portal import constants
from portal.audit.models import InstanceRecord
from portal.keys import signing
from portal.keys.models import SigningKey
from portal.keys.signing import SIGNS_AFTER_SECONDS
from tests.cast import Cast, get_token, make_key, make_tenant, make_upstream_key
from tests.faults import audit_refuses

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
# Life of a token, and what the slowest clock and process may add.
REMAINS = constants.TOKEN_LIFETIME + constants.CLOCK_LEEWAY + signing.KEPT_SECONDS


def rotate(*options: str) -> str:
    told = StringIO()
    call_command("rotate_signing_key", *options, stdout=told)
    signing.forget()  # as the other processes do within KEPT_SECONDS
    return told.getvalue()


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def published() -> list[str]:
    return [key["kid"] for key in Client().get("/.well-known/jwks.json").json()["keys"]]


def status(token: str) -> int:
    answer = Client().get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {token}"})
    return int(answer.status_code)


def test_old_tokens_stay_valid_until_they_expire_and_their_key_a_little_longer(cast: Cast) -> None:
    make_upstream_key(cast.acme)
    key, secret = make_key(cast.acme)
    with time_machine.travel(NOW, tick=False) as clock:
        old = get_token(Client(), key, secret)
        rotate()
        new_kid = published()[1]
        clock.shift(SIGNS_AFTER_SECONDS - 1)
        last = get_token(Client(), key, secret)
        assert (kid_of(last), published()) == (kid_of(old), [kid_of(old), new_kid])
        clock.shift(2)
        assert kid_of(get_token(Client(), key, secret)) == new_kid
        assert published() == [new_kid, kid_of(old)]
        assert (status(old), status(last)) == (200, 200)
        clock.move_to(NOW.timestamp() + SIGNS_AFTER_SECONDS + REMAINS - 1)
        assert published() == [new_kid, kid_of(old)]
        clock.shift(1)
        assert published() == [new_kid]
        assert signing.signer_of(kid_of(old)) is None


def test_keys_that_verify_no_more_are_removed_by_the_next_rotation(db: None) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        (first,) = published()
        rotate()
        clock.shift(SIGNS_AFTER_SECONDS + REMAINS - 1)
        rotate()
        assert SigningKey.objects.filter(kid=first).exists()
        clock.shift(3600)
        rotate()
    assert not SigningKey.objects.filter(kid=first).exists()
    assert SigningKey.objects.count() == 2
    assert InstanceRecord.objects.last().facts["removed"].split()[-1] == first  # type: ignore[union-attr]


def test_a_key_in_the_wrong_hands_is_distrusted_at_once(cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    old = get_token(Client(), key, secret)
    assert "refused" in rotate("--distrust-old")
    assert status(old) == 401
    new = get_token(Client(), key, secret)
    assert published() == [kid_of(new)] != [kid_of(old)]
    assert SigningKey.objects.get().is_first


def test_it_is_recorded(db: None) -> None:
    (old,) = published()
    rotate("--distrust-old")
    (row,) = InstanceRecord.objects.filter(name="signing_key.rotated")
    (new,) = published()
    assert row.facts == {"kid": new, "algorithm": "ES256", "removed": old, "distrusted": 1}
    assert row.content["actor"]["agent"] == "manage.py rotate_signing_key"


def test_without_a_record_nothing_changes(db: None) -> None:
    before = published()
    with audit_refuses(), pytest.raises(Exception, match="could not be recorded"):
        rotate()
    assert published() == before


def test_the_algorithm_of_the_settings_is_taken(db: None, settings: object) -> None:
    published()
    settings.TOKEN_ALGORITHM = "RS256"  # type: ignore[attr-defined]
    rotate()
    algorithms = [key["alg"] for key in Client().get("/token_keys").json()["keys"]]
    assert algorithms == ["ES256", "RS256"]


@pytest.mark.usefixtures("erasable_log")
def test_nobody_notices_under_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers get tokens, verify them with the published keys and call with them while the key is rotated twice."""
    monkeypatch.setattr(signing, "SIGNS_AFTER_SECONDS", 1.5)
    monkeypatch.setattr(signing, "KEPT_SECONDS", 0.1)
    tenant = make_tenant("acme", "Acme Pumps GmbH")
    key, secret = make_key(tenant)
    ended = Event()
    kids: set[str] = set()

    def wait_for_kids(number: int) -> None:
        deadline = time.monotonic() + 20
        while len(kids) < number and time.monotonic() < deadline:
            time.sleep(0.02)

    def call(_number: int) -> list[str]:
        wrong = []
        try:
            while not ended.is_set():
                token = get_token(Client(), key, secret)
                keys = jwt.PyJWKSet.from_dict(Client().get("/.well-known/jwks.json").json())
                jwt.decode(token, keys[kid_of(token)], algorithms=["ES256"], options={"verify_aud": False})
                form = {"client_id": key.client_id, "client_secret": secret, "token": token}
                body = "&".join(f"{name}={value}" for name, value in form.items())
                answer = Client().post("/oauth/introspect", body, content_type="application/x-www-form-urlencoded")
                if not answer.json()["active"]:
                    wrong.append(answer.content.decode())
                kids.add(kid_of(token))
        except BaseException as error:
            return [*wrong, repr(error)]
        finally:
            connection.close()
        return wrong

    with ThreadPoolExecutor(4) as pool:
        callers = [pool.submit(call, number) for number in range(4)]
        try:
            wait_for_kids(1)
            for number in (2, 3):
                call_command("rotate_signing_key", stdout=StringIO())
                wait_for_kids(number)
        finally:
            ended.set()
        wrong = [caller.result() for caller in callers]
    assert wrong == [[]] * 4
    assert len(kids) == 3
