"""What the page of a key says of its use: counts over time, the last callers of each secret, and what is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from portal.keys.models import BindingKey, KeyCaller, SecretGeneration, UseHour
from portal.lib.route_names import ANY_CALL
from portal.scoping import tenant_scope
from tests.cast import Cast, make_key, make_upstream_key

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def used(key: BindingKey, at: datetime, *, ok: int = 0, failed: int = 0, generation: int = 1) -> None:
    with tenant_scope(key.tenant_id):
        hour = at.replace(minute=0, second=0, microsecond=0)
        UseHour.objects.create(key=key, generation=generation, hour=hour, calls=ok, failures=failed)


def called(key: BindingKey, at: datetime, *, ok: bool, generation: int = 1, **who: str) -> None:
    caller = {"address": "192.0.2.7", "agent": "pump/1.0", "route": "assets"} | who
    with tenant_scope(key.tenant_id):
        KeyCaller.objects.create(key=key, generation=generation, succeeded=ok, first_at=at, last_at=at, **caller)


def second_secret(key: BindingKey, **of_the_first: Any) -> None:
    """The key is rolled: it has a second secret, and the first one changes."""
    with tenant_scope(key.tenant_id):
        SecretGeneration.objects.filter(key=key).update(**of_the_first)
        SecretGeneration.objects.create(key=key, number=2, sealed=b"x", hint="bnd_…zzzz", created_by="Alice Adler")


def page(client: Client, key: BindingKey, query: str = "") -> Any:
    answer = client.get(f"/t/acme/keys/{key.pk}/{query}")
    assert answer.status_code == 200
    return answer


class TestPeriods:
    @pytest.fixture
    def key(self, cast: Cast) -> BindingKey:
        key, _secret = make_key(cast.acme)
        used(key, NOW, ok=1)
        used(key, NOW - timedelta(hours=23), ok=10, failed=2)
        used(key, NOW - timedelta(hours=24), ok=100)
        used(key, datetime(2026, 11, 14, 0, tzinfo=UTC), ok=1000)
        used(key, datetime(2026, 11, 13, 23, tzinfo=UTC), ok=10_000)
        used(key, datetime(2026, 10, 22, 0, tzinfo=UTC), ok=100_000)
        used(key, datetime(2026, 10, 21, 23, tzinfo=UTC), ok=1_000_000)
        used(key, datetime(2026, 8, 22, 23, tzinfo=UTC), ok=77)
        return key

    @pytest.mark.parametrize(
        ("query", "bars", "total"),
        [
            ("?period=24h", 24, 13),
            ("?period=7d", 7, 1113),
            ("?period=30d", 30, 111_113),
            ("?period=90d", 90, 1_111_113),
            ("", 30, 111_113),
            ("?period=1y", 30, 111_113),
        ],
    )
    def test_of_the_address(self, alice: Client, key: BindingKey, query: str, bars: int, total: int) -> None:
        told = page(alice, key, query).context
        assert (told["total"], told["failed"]) == (total, 2)
        assert len(told["charts"]["wide"].bars) == len(told["over_time"]) == bars
        assert sum(bar.value for bar in told["charts"]["narrow"].bars) == total

    def test_table_and_chart_have_the_same_numbers(self, alice: Client, key: BindingKey) -> None:
        told = page(alice, key, "?period=24h")
        rows = [(uses.all, uses.failed) for _hour, uses in told.context["over_time"]]
        assert rows[0] == (1, 0)
        assert rows[23] == (12, 2)
        assert rows[::-1] == [(bar.value, bar.failed) for bar in told.context["charts"]["wide"].bars]
        text = told.content.decode()
        assert "2 of 12 failed" in text
        assert "Failures, as the lower part of a bar" in text

    def test_by_secret(self, alice: Client, key: BindingKey) -> None:
        second_secret(key)
        used(key, NOW, ok=5, generation=2)
        (new, old) = page(alice, key).context["by_secret"]
        assert [uses.all for _period, uses in new[1]] == [5, 5, 5, 5]
        assert [uses.all for _period, uses in old[1]] == [13, 1113, 111_113, 1_111_113]
        assert [uses.failed for _period, uses in old[1]] == [2, 2, 2, 2]

    def test_switch_says_what_is_shown(self, alice: Client, key: BindingKey) -> None:
        text = page(alice, key, "?period=7d").content.decode()
        current = re.findall(r'href="([^"]+)#use-title" aria-current="true"', text)
        assert current == [f"/t/acme/keys/{key.pk}/?period=7d"]

    def test_uses_of_another_key_do_not_count(self, alice: Client, cast: Cast, key: BindingKey) -> None:
        other, _secret = make_key(cast.acme, "Other line")
        assert page(alice, other).context["total"] == 0


class TestSecrets:
    def test_last_success_and_last_failure_of_each(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        second_secret(key)
        called(key, NOW - timedelta(hours=2), ok=True, address="192.0.2.1", route="token")
        called(key, NOW - timedelta(hours=1), ok=True, address="192.0.2.2", agent="old-pump/0.9")
        called(key, NOW - timedelta(minutes=5), ok=False, address="192.0.2.3", route="timeseries")
        called(key, NOW, ok=True, address="192.0.2.4", generation=2)
        answer = page(alice, key)
        new, old = (secret["last"] for secret in answer.context["secrets"])
        assert (new.ok.address, new.failed) == ("192.0.2.4", None)
        assert str(answer.context["secrets"][0]["state"].label) == "Active"
        assert (old.ok.address, old.failed.address) == ("192.0.2.2", "192.0.2.3")
        text = re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())
        for said in ("20 Nov 2026, 14:30", "old-pump/0.9", "timeseries", "Last failure:"):
            assert said in text

    def test_routes_are_told_in_words(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        called(key, NOW, ok=False, route=ANY_CALL)
        text = re.sub(r"<[^>]+>|\s+", " ", page(alice, key).content.decode())
        assert text.count("refused call") == 2  # beside the secret, and among the callers

    def test_callers_newest_first(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        for minutes in range(12):
            called(key, NOW - timedelta(minutes=minutes), ok=True, address=f"192.0.2.{minutes}")
        callers = page(alice, key).context["callers"]
        assert [caller.address for caller in callers] == [f"192.0.2.{minutes}" for minutes in range(10)]

    @pytest.mark.parametrize(("address", "times"), [("", 2), ("disable/", 1)])
    def test_callers_are_told_in_the_same_words(self, alice: Client, cast: Cast, address: str, times: int) -> None:
        key, _secret = make_key(cast.acme)
        called(key, NOW, ok=True, agent="")
        text = alice.get(f"/t/acme/keys/{key.pk}/{address}").content.decode()
        assert "Address and program" in text
        assert text.count("Program not told") == times

    @pytest.mark.parametrize(
        ("of_the_first", "states"),
        [
            ({"ends_at": NOW + timedelta(days=1)}, ["Works, not used yet", "Works, and ends"]),
            ({"ends_after_next_use": 3600}, ["Works, not used yet", "Works, and ends"]),
            ({"first_used_at": NOW}, ["Works, not used yet", "Active"]),
            ({"ends_at": NOW}, ["Never used", "Ended"]),
        ],
    )
    def test_state_of_each(self, alice: Client, cast: Cast, of_the_first: dict[str, Any], states: list[str]) -> None:
        key, _secret = make_key(cast.acme)
        second_secret(key, **of_the_first)
        assert [str(secret["state"].label) for secret in page(alice, key).context["secrets"]] == states

    def test_secrets_of_a_disabled_key_do_not_work(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        second_secret(key)
        BindingKey.all_tenants.update(disabled_at=NOW)
        assert [str(secret["state"].label) for secret in page(alice, key).context["secrets"]] == ["Disabled"] * 2


def test_says_whether_each_use_is_known(alice: Client, cast: Cast) -> None:
    key, _secret = make_key(cast.acme)
    imported = make_upstream_key(cast.acme)
    here, there = "Bindery sees each use of this key", "Bindery knows only its own use of this key."
    text = page(alice, key).content.decode()
    assert here in text
    assert there not in text
    text = page(alice, imported).content.decode()
    assert here not in text
    assert there in text
    assert "charts" not in page(alice, imported).context
    listed = alice.get("/t/acme/keys/").content.decode()
    assert listed.count("each use is known") == listed.count("only our own use is known") == 1


class TestLedgerAndHistory:
    def test_who_created_it_has_seen_it(self, alice: Client, cast: Cast) -> None:
        alice.post("/t/acme/keys/create/", {"name": "Line 4 gateway", "expires": "30"})
        answer = page(alice, BindingKey.all_tenants.get())
        (exposure,) = answer.context["exposures"]
        assert (exposure.record.actor, exposure.generation) == ("Alice Adler", 1)
        assert "created the binding key Line 4 gateway and was shown its secret" in exposure.record.sentence

    def test_who_revoked_it_has_not(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        make_key(cast.acme, "Other line")
        alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": key.name})
        told = page(alice, key).context
        assert [exposure.record.actor for exposure in told["exposures"]] == ["Bindery"]
        assert [change.actor for change in told["history"]] == ["Alice Adler", "Bindery"]

    def test_who_imported_it_has_and_others_are_not_known(self, alice: Client, cast: Cast) -> None:
        answer = page(alice, make_upstream_key(cast.acme))
        assert [exposure.record.actor for exposure in answer.context["exposures"]] == ["Bindery"]
        assert "Who had it before it was imported, nobody here knows." in answer.content.decode()
