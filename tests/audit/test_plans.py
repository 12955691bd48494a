"""The questions that every page asks the log must be answered from an index, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from portal.audit.events import Kind, Outcome
from portal.audit.models import AuditRecord
from portal.audit.queries import matching, of_tenant
from portal.scoping import tenant_scope
from tests.cast import Cast

QUESTIONS: dict[str, Any] = {
    "refused keys": lambda: AuditRecord.objects.filter(
        kind=Kind.KEY_USE, outcome=Outcome.DENIED, at__gte=timezone.now() - timedelta(days=1)
    ),
    "newest": lambda: matching(of_tenant())[:50],
    "refused": lambda: matching(of_tenant(), outcome="denied")[:50],
    "changes": lambda: matching(of_tenant(), kind="change")[:50],
    "of a key": lambda: matching(of_tenant(), subject="key:1")[:50],
    "changes of a key": lambda: matching(of_tenant(), kind="change", subject="key:1")[:10],
    "first step": lambda: AuditRecord.objects.filter(outcome=Outcome.OK, name="key.created")[:1],
}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by the size of the table")
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_no_question_scans_the_table(question: Any, cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        rows: QuerySet[AuditRecord] = question()
        plan = rows.explain()
    assert "SCAN" not in plan, plan


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by the size of the table")
def test_changes_of_a_busy_key_are_found_past_its_uses(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        plan = matching(AuditRecord.objects.all(), kind="change", subject="key:1").filter(name__in=["a", "b"]).explain()
    assert "audit_record_kind" in plan
