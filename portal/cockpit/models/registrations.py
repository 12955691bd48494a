"""What the Hub has of a version, and how the application is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.cockpit.models.applications import AppVersion
from portal.scoping import TenantOwned


class RegistrationState(models.TextChoices):
    """How far the Hub is told of what was decided here."""

    PENDING = "pending", _("On its way to the Hub")
    DONE = "done", _("Done at the Hub")
    FAILED = "failed", _("Failed at the Hub")
    REPLACED = "replaced", _("Replaced at the Hub by another version")


class Health(models.TextChoices):
    """How an application is, by what it says itself; the words are in `portal.cockpit.watching.rows`."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


class Registration(TenantOwned):
    """What the Hub shall have of a version and what it has; `registration.registrations` carries it there.

    Only where the environment of the tenant lets applications be registered by an API.
    """

    version = models.OneToOneField(AppVersion, on_delete=models.PROTECT, related_name="registration")
    # Whether the Hub shall have the version; otherwise it shall forget it.
    is_wanted = models.BooleanField()
    # Counts the decisions: an answer to an earlier one ends nothing.
    round = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=RegistrationState, default=RegistrationState.PENDING)
    # Why it failed: code of a refusal, and what its sentence cannot know.
    reason = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # Until then the worker that tells the Hub is believed to be alive.
    lease_until = models.DateTimeField(null=True, blank=True)
    # When the worker tries again by itself.
    retry_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)
    # Which health the Hub was told last, and of which moment; `portal.cockpit.registration.hub_health`.
    told_health = models.CharField(max_length=10, choices=Health, blank=True)
    told_health_at = models.DateTimeField(null=True, blank=True)
    # When a worker may look whether there is another one to tell; empty when there is none.
    health_due_at = models.DateTimeField(null=True, blank=True)
    # How often in a row the Hub could not be told.
    health_attempts = models.PositiveIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RegistrationState.values), name="cockpit_registration_state")
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.version_id}"
