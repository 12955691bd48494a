"""What becomes of findings: accepted with a reason, or a ticket after the release."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.cockpit.models.applications import AppVersion
from portal.scoping import TenantOwned


class Waiver(TenantOwned):
    """A reason why what a check of warning severity finds is accepted for one version, until a day."""

    version = models.ForeignKey(AppVersion, on_delete=models.CASCADE, related_name="waivers")
    check_id = models.CharField(max_length=60)
    reason = models.TextField(max_length=1000)
    # The last day on which it holds.
    ends_on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)
    by_id = models.CharField(max_length=255)
    by_name = models.CharField(max_length=255)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["version", "check_id"], condition=Q(withdrawn_at=None), name="cockpit_waiver_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.check_id}"


class TicketEnd(models.TextChoices):
    """Why a ticket is closed."""

    GONE = "gone", _("No longer found")
    ACCEPTED = "accepted", _("Accepted")
    REPLACED = "replaced", _("A newer version took its place")


class Ticket(TenantOwned):
    """Something that was found of a version after its release, with the day until which it is put right."""

    version = models.ForeignKey(AppVersion, on_delete=models.CASCADE, related_name="tickets")
    check_id = models.CharField(max_length=60)
    severity = models.CharField(max_length=10)
    # The first finding as a run keeps it: `what` and `evidence`.
    finding = models.JSONField()
    opened_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    # The last day on which it is not overdue.
    due_on = models.DateField()
    # When the mail about its being overdue was written.
    overdue_told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=10, choices=TicketEnd, blank=True)
    # Who accepted it, and why; still found, it opens no other.
    closed_by_id = models.CharField(max_length=255, blank=True)
    closed_by = models.CharField(max_length=255, blank=True)
    reason = models.TextField(max_length=1000, blank=True)
    holds = models.BooleanField(default=False)

    class Meta(TenantOwned.Meta):
        constraints = [
            # Two runs that end at once must not open two.
            models.UniqueConstraint(
                fields=["version", "check_id"], condition=Q(closed_at=None), name="cockpit_ticket_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_because="")
                | Q(closed_at__isnull=False, closed_because__in=TicketEnd.values),
                name="cockpit_ticket_end",
            ),
            # Nobody accepts without a name and a reason.
            models.CheckConstraint(
                condition=~Q(closed_because="accepted") | ~(Q(closed_by="") | Q(reason="")),
                name="cockpit_ticket_accepted_whole",
            ),
        ]
        # The home page asks for a tenant's open ones, the sweep for those that are late.
        indexes = [models.Index(fields=["tenant", "due_on"], condition=Q(closed_at=None), name="cockpit_ticket_open")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.check_id}"

    @property
    def is_overdue(self) -> bool:
        return not self.closed_at and self.due_on < timezone.localdate()
