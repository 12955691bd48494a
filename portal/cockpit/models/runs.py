"""Runs of the readiness checks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.cockpit.models.applications import AppVersion
from portal.cockpit.models.registrations import Health
from portal.scoping import TenantOwned


class CheckReason(models.TextChoices):
    """Why the checks of a version run."""

    DRAFT = "draft", _("The version was made")
    CHANGE = "change", _("Something was changed")
    DEMAND = "demand", _("Somebody asked for it")
    APPROVAL = "approval", _("The release was approved")
    WATCH = "watch", _("Its time had come")


class RunState(models.TextChoices):
    """How far a run of the checks is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


# Runs whose end opens and closes tickets of a version that is ready for assignment.
WATCHING = frozenset({CheckReason.WATCH, CheckReason.DEMAND})


class CheckRun(TenantOwned):
    """One run of the readiness checks over a version: what it looked at, how far it is, what it found."""

    version = models.ForeignKey(AppVersion, on_delete=models.CASCADE, related_name="check_runs")
    why = models.CharField(max_length=10, choices=CheckReason)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.CharField(max_length=255)
    # Which configuration it looked at: `portal.cockpit.readiness.subjects.fingerprint`. Empty before it began.
    fingerprint = models.CharField(max_length=64, blank=True)

    attempts = models.PositiveSmallIntegerField(default=0)
    # Until then the worker that claimed it is at it; each progress renews it.
    lease_until = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    what = models.CharField(max_length=200, blank=True)

    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    blocking = models.PositiveSmallIntegerField(default=0)
    warnings = models.PositiveSmallIntegerField(default=0)
    hints = models.PositiveSmallIntegerField(default=0)
    # `portal.cockpit.watching.watched.health_of`; empty before its end.
    health = models.CharField(max_length=10, choices=Health, blank=True)
    # `portal.cockpit.readiness.kept.as_kept`; empty before its end.
    results = models.JSONField(default=dict)

    class Meta(TenantOwned.Meta):
        constraints = [
            # One worker at a time, and one more in the queue: a change while it runs is looked at afterwards.
            models.UniqueConstraint(fields=["version"], condition=Q(state="running"), name="cockpit_run_one_running"),
            models.UniqueConstraint(fields=["version"], condition=Q(state="waiting"), name="cockpit_run_one_waiting"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="cockpit_run_state"),
            models.CheckConstraint(condition=Q(why__in=CheckReason.values), name="cockpit_run_why"),
        ]
        # The limit counts a tenant's last hour.
        indexes = [models.Index(fields=["tenant", "asked_at"], name="cockpit_run_asked")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to end."""
        return self.state in OPEN_RUNS


OPEN_RUNS = frozenset({RunState.WAITING, RunState.RUNNING})


class VisitorToken(TenantOwned):
    """A person's token of the Hub that a run visits the application with, sealed; removed when the run ends."""

    run = models.OneToOneField(CheckRun, on_delete=models.CASCADE, related_name="visitor_token")
    sealed = models.BinaryField()

    class Meta(TenantOwned.Meta):
        pass

    def __str__(self) -> str:
        return f"token of run {self.run_id}"

    @property
    def place(self) -> str:
        """What the ciphertext is bound to: it opens in this row only."""
        return f"tenant {self.tenant_id}|check run {self.run_id}"
