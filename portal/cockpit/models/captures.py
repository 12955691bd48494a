"""Pictures that the portal takes itself."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.cockpit.models.applications import AppVersion
from portal.cockpit.models.runs import OPEN_RUNS, RunState
from portal.scoping import TenantOwned


class Capture(TenantOwned):
    """A picture of a version's first page that the portal takes itself, beside the screenshot that was sent."""

    version = models.ForeignKey(AppVersion, on_delete=models.CASCADE, related_name="captures")
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.CharField(max_length=255)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Until then the worker that claimed it is at it.
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Which page it is about; empty before it began.
    url = models.CharField(max_length=2000, blank=True)

    # Once it is done: a PNG that `portal.lib.images` made, until a newer one takes its place; what is to be seen on it
    # (`pictures.facts_as_json`); the page's HTTP status; other hosts that the page wanted in vain.
    picture = models.BinaryField(null=True)
    facts = models.JSONField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    refused = models.JSONField(default=list)
    # If it failed, why: a finding, `what` and `evidence`.
    failure = models.JSONField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(state__in=["waiting", "running"]), name="cockpit_capture_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="cockpit_capture_state"),
            # A picture without what is on it could not be shown.
            models.CheckConstraint(condition=Q(picture=None) | Q(facts__isnull=False), name="cockpit_capture_whole"),
        ]
        # The limit counts a tenant's last hour.
        indexes = [models.Index(fields=["tenant", "asked_at"], name="cockpit_capture_asked")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to end."""
        return self.state in OPEN_RUNS
