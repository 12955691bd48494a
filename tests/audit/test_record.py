"""Recording: with the act or not at all, in one unbroken row, and never changed again."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from portal import constants
from portal.actor import SYSTEM, Actor, ActorKind
from portal.audit.commands import AuditUnavailable, Entry, locked_log, record, record_all, record_for_instance
from portal.audit.events import REGISTRY, Event, Kind, Outcome, event, sentence
from portal.audit.models import AuditLog, AuditRecord, InstanceRecord
from portal.audit.tree import Frontier, leaf_hash
from portal.scoping import CrossTenantWrite, NoActiveTenant, tenant_scope
from portal.tenants.events import MemberRemoved
from portal.tenants.models import Tenant
from tests.cast import Cast, make_tenant

ACTOR = Actor(ActorKind.PERSON, "subject-1", "Alice Adler", "192.0.2.7", "curl/8", "ab" * 16)


def write(cast: Cast, times: int = 1) -> None:
    with tenant_scope(cast.acme.pk):
        for number in range(times):
            with transaction.atomic():
                record(MemberRemoved(before=f"viewer {number}"), by=ACTOR, subject="member:1")


def records(cast: Cast) -> list[AuditRecord]:
    return list(AuditRecord.all_tenants.filter(tenant=cast.acme).order_by("index"))


def assert_log_is_whole(tenant_id: int | None, rows: list[AuditRecord]) -> None:
    """Indexes without a gap, leaves of the bodies, and a head that is the tree of all leaves."""
    head = AuditLog.objects.get(tenant_id=tenant_id)
    assert [row.index for row in rows] == list(range(len(rows)))
    tree = Frontier()
    for row in rows:
        assert bytes(row.leaf) == leaf_hash(bytes(row.body or b""))
        tree = tree.append(bytes(row.leaf))
    assert (head.size, head.tree) == (len(rows), tree)


class TestRecord:
    def test_body_is_the_canonical_form(self, cast: Cast) -> None:
        with time_machine.travel(datetime(2026, 11, 20, 22, 31, 51, 123456, UTC), tick=False):
            write(cast)
        (row,) = records(cast)
        body = bytes(row.body or b"")
        content = json.loads(body)
        assert body == json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        salt = content.pop("salt")
        assert len(bytes.fromhex(salt)) == 16
        assert content == {
            "v": 1,
            "log": f"localhost:8000/audit/{cast.acme.pk}",
            "i": 0,
            "ts": "2026-11-20T22:31:51.123Z",
            "code": "member.removed",
            "out": "ok",
            "actor": {"kind": "person", "id": "subject-1", "name": "Alice Adler", "agent": "curl/8"},
            "src": "192.0.2.7",
            "req": "ab" * 16,
            "obj": "member:1",
            "data": {"before": "viewer 0"},
        }

    def test_leaf_is_the_hash_of_the_body(self, cast: Cast) -> None:
        write(cast)
        (row,) = records(cast)
        assert bytes(row.leaf) == hashlib.sha256(b"\x00" + bytes(row.body or b"")).digest()

    def test_two_equal_events_have_different_leaves(self, cast: Cast) -> None:
        write(cast, 2)
        first, second = records(cast)
        assert bytes(first.leaf) != bytes(second.leaf)

    def test_log_is_whole(self, cast: Cast) -> None:
        write(cast, 20)
        assert_log_is_whole(cast.acme.pk, records(cast))

    def test_logs_of_two_tenants_are_apart(self, cast: Cast) -> None:
        write(cast, 2)
        with tenant_scope(cast.globex.pk), transaction.atomic():
            assert record(MemberRemoved(before="x"), by=ACTOR) == 0
        assert_log_is_whole(cast.acme.pk, records(cast))

    def test_instance_log(self, db: None) -> None:
        with transaction.atomic():
            assert record_for_instance(MemberRemoved(before="x"), by=SYSTEM) == 0
            assert record_for_instance(MemberRemoved(before="y"), by=SYSTEM) == 1
        assert_log_is_whole(None, list(InstanceRecord.objects.order_by("index")))  # type: ignore[arg-type]

    def test_rolled_back_act_leaves_neither_record_nor_gap(self, cast: Cast) -> None:
        write(cast)
        with tenant_scope(cast.acme.pk), pytest.raises(RuntimeError), transaction.atomic():
            record(MemberRemoved(before="never"), by=ACTOR)
            raise RuntimeError
        write(cast)
        assert len(records(cast)) == 2
        assert_log_is_whole(cast.acme.pk, records(cast))

    @pytest.mark.parametrize("size", [0, 1], ids=["the record has no place", "the head has moved"])
    def test_whoever_goes_on_without_the_record_keeps_nothing(self, cast: Cast, size: int) -> None:
        write(cast, 2)
        AuditLog.objects.filter(tenant=cast.acme).update(size=size, frontier=b"\0" * 32 * size)
        name = cast.acme.display_name
        with tenant_scope(cast.acme.pk), transaction.atomic():
            Tenant.objects.filter(pk=cast.acme.pk).update(display_name="Changed")
            with suppress(AuditUnavailable):
                record(MemberRemoved(before="viewer"), by=ACTOR)
        cast.acme.refresh_from_db()
        assert cast.acme.display_name == name
        assert len(records(cast)) == 2

    def test_log_of_another_tenant_is_refused(self, cast: Cast) -> None:
        write(cast)
        with transaction.atomic():
            with tenant_scope(cast.acme.pk):
                log = locked_log()
            with tenant_scope(cast.globex.pk), pytest.raises(CrossTenantWrite):
                record_all([Entry(MemberRemoved(before="viewer"), ACTOR)], log)

    def test_nothing_to_record_is_nothing(self, cast: Cast) -> None:
        with tenant_scope(cast.acme.pk), transaction.atomic():
            assert record_all([], locked_log()) == []
        assert records(cast) == []

    @pytest.mark.parametrize(("ahead", "told"), [(constants.CLOCK_LEEWAY, 0), (constants.CLOCK_LEEWAY + 1, 1)])
    def test_log_that_is_ahead_of_the_clock_is_an_error_told_once_a_minute(
        self, cast: Cast, ahead: int, told: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.audit.commands._told_at", {})
        now = datetime(2026, 11, 20, tzinfo=UTC)
        with time_machine.travel(now + timedelta(seconds=ahead), tick=False):
            write(cast)
        with time_machine.travel(now, tick=False):
            write(cast, 2)
        errors = [entry.getMessage() for entry in caplog.records if entry.levelname == "ERROR"]
        assert len(errors) == told
        assert all(f"{ahead} seconds ahead" in error for error in errors)

    def test_clock_that_goes_back_does_not_turn_the_order(self, cast: Cast) -> None:
        with time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC), tick=False):
            write(cast)
        with time_machine.travel(datetime(2026, 11, 19, tzinfo=UTC), tick=False):
            write(cast)
        first, second = records(cast)
        assert second.at == first.at

    def test_lone_surrogate_does_not_stop_the_log(self, cast: Cast) -> None:
        with tenant_scope(cast.acme.pk), transaction.atomic():
            record(MemberRemoved(before="\ud800"), by=ACTOR)
        assert_log_is_whole(cast.acme.pk, records(cast))

    def test_needs_a_scope(self, db: None) -> None:
        with pytest.raises(NoActiveTenant), transaction.atomic():
            record(MemberRemoved(before="x"), by=ACTOR)


class TestRowsAreOnlyAdded:
    @pytest.mark.parametrize(
        "change",
        [{"outcome": "denied"}, {"index": 99}, {"body": b"{}"}, {"leaf": b"x" * 32}, {"body": None, "name": "other"}],
    )
    def test_update_is_refused(self, cast: Cast, change: dict[str, object]) -> None:
        write(cast)
        with pytest.raises(DatabaseError), transaction.atomic():
            AuditRecord.all_tenants.update(**change)

    def test_delete_is_refused(self, cast: Cast) -> None:
        write(cast)
        with pytest.raises(DatabaseError), transaction.atomic():
            AuditRecord.all_tenants.all().delete()

    def test_body_can_be_erased_and_the_page_says_so(self, cast: Cast) -> None:
        write(cast)
        assert AuditRecord.all_tenants.update(body=None) == 1
        (row,) = records(cast)
        assert row.facts == {}


class TestEvents:
    @pytest.mark.parametrize("annotation", [bytes, dict, float, object, "Secret"])
    def test_fields_that_could_carry_a_secret_are_refused(self, annotation: object) -> None:
        with pytest.raises(TypeError, match="neither str nor int"):
            event("test.refused", "x")(type("Refused", (Event,), {"__annotations__": {"field": annotation}}))

    def test_name_is_unique(self) -> None:
        with pytest.raises(TypeError, match="taken already"):
            event("member.removed", "x")(type("Again", (Event,), {}))

    def test_name_that_no_code_declares_any_more_still_reads(self) -> None:
        assert sentence("gone.event", {"a": "b"}) == "gone.event"

    @pytest.mark.parametrize("name", list(REGISTRY))
    def test_record_that_lacks_a_field_still_reads(self, name: str) -> None:
        assert sentence(name, {})

    def test_kinds_and_outcomes_fit_their_columns(self) -> None:
        assert all(len(kind) <= 20 for kind in Kind)
        assert all(len(outcome) <= 10 for outcome in Outcome)


@pytest.mark.usefixtures("erasable_log")
def test_parallel_writers_make_one_row_without_fork_or_gap() -> None:
    """Four writers, one log: the head's lock keeps the tree one."""
    tenant = make_tenant("acme", "Acme Pumps GmbH")

    def write_some(writer: int) -> None:
        try:
            for number in range(15):
                with tenant_scope(tenant.pk), transaction.atomic(durable=True):
                    record(MemberRemoved(before=f"{writer} {number}"), by=ACTOR)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write_some, range(4)))
    rows = list(AuditRecord.all_tenants.filter(tenant=tenant).order_by("index"))
    assert len(rows) == 60
    assert_log_is_whole(tenant.pk, rows)
    AuditLog.objects.all().delete()
