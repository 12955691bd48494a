"""The audit log: one Merkle log for each tenant, one for the portal itself. Rows are only ever added.

`commands.py` alone writes here. Triggers (migration 0002) refuse UPDATE and DELETE; they are a speed bump, the
guarantee is the tree.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q

from portal.audit.events import Outcome, sentence
from portal.audit.tree import Frontier
from portal.scoping import TenantOwned


class AuditLog(models.Model):
    """Head of one log: how many records it has and the frontier of their tree. Its row is the log's lock."""

    origin = models.CharField(max_length=200, unique=True)
    # Empty for the portal's own log: sign-ins that fail, keys that nobody knows.
    tenant = models.OneToOneField("tenants.Tenant", on_delete=models.PROTECT, null=True, related_name="+")
    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")
    last_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.origin

    @property
    def tree(self) -> Frontier:
        return Frontier.load(self.size, bytes(self.frontier))


class Record(models.Model):
    """One line of a log. `body` is the evidence; the other columns are copies of it, there to be searched."""

    index = models.PositiveBigIntegerField()
    leaf = models.BinaryField(max_length=32)
    # Canonical JSON exactly as it was hashed; NULL once erased, the leaf stays.
    body = models.BinaryField(null=True)
    at = models.DateTimeField()
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10, choices=Outcome)
    actor_id = models.CharField(max_length=255)
    actor_name = models.CharField(max_length=255)
    subject = models.CharField(max_length=60)
    address = models.CharField(max_length=45)
    request_id = models.CharField(max_length=32)
    # Index of the `admitted` record that this one brings to its end.
    answers = models.PositiveBigIntegerField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.index} {self.name}"

    @cached_property
    def content(self) -> dict[str, Any]:
        """The record as it was written; empty once erased."""
        return json.loads(bytes(self.body)) if self.body is not None else {}

    @property
    def facts(self) -> dict[str, str | int]:
        """The event's own fields."""
        return dict(self.content.get("data", {}))

    @property
    def sentence(self) -> str:
        return sentence(self.name, self.facts)


class AuditRecord(TenantOwned, Record):
    """A record of a tenant's log."""

    class Meta(TenantOwned.Meta):
        constraints = [
            # No two records share a place: a fork of the log cannot be stored.
            models.UniqueConstraint(fields=["tenant", "index"], name="audit_record_place"),
        ]
        # The log grows without end and each index costs every write. Partial only where SQLite, too, can prove that the
        # index answers the question: it does not see that outcome = 'denied' is among IN ('denied', 'error').
        indexes = [
            models.Index(fields=["tenant", "answers"], condition=Q(answers__isnull=False), name="audit_record_answers"),
            models.Index(fields=["tenant", "subject", "index"], name="audit_record_subject"),
            models.Index(fields=["tenant", "name"], name="audit_record_name"),
            models.Index(fields=["tenant", "outcome", "at"], name="audit_record_outcome"),
            models.Index(fields=["tenant", "kind", "index"], name="audit_record_kind"),
        ]


class InstanceRecord(Record):
    """A record of the portal's own log."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index"], name="audit_instance_record_place")]
