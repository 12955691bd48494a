"""Collaborations between two tenants."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone

from assets_app.sharing.states import AGREED, OPEN, CollaborationState, Side
from portal.scoping import TenantOwned, active_tenant_id
from portal.tenants.models import Tenant
from portal.tenants.states import TenantState

MESSAGE_LENGTH = 300
REASON_LENGTH = 300


class Collaboration(TenantOwned):
    """What two tenants agree on. The row belongs to the one that offered it; the other reads it by `queries.of_both`.

    It holds no person's name: who did something, the log of that person's own tenant tells, and no other.
    """

    receiver = models.ForeignKey("tenants.Tenant", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=CollaborationState, default=CollaborationState.OFFERED)
    state_since = models.DateTimeField(default=timezone.now)
    offered_at = models.DateTimeField(default=timezone.now)
    # Until then the offer can be accepted.
    expires_at = models.DateTimeField()
    message = models.CharField(max_length=MESSAGE_LENGTH, blank=True)
    # The text that was accepted with the offer, as it was read, and its SHA-256.
    notice = models.TextField()
    notice_language = models.CharField(max_length=8)
    notice_digest = models.CharField(max_length=64)
    # Last day (UTC) of the collaboration; without one it lasts until somebody ends it.
    agreed_end = models.DateField(null=True, blank=True)
    # Another last day, proposed by one side to the other.
    proposed_end = models.DateField(null=True, blank=True)
    proposed_by = models.CharField(max_length=10, choices=Side, blank=True)
    # Of how many days before the agreed end the last reminder was.
    reminded = models.PositiveSmallIntegerField(null=True, blank=True)
    # Why it was declined, revoked or ended; both sides read it.
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CollaborationState.values), name="sharing_collaboration_state"
            ),
            models.CheckConstraint(
                condition=~Q(tenant=models.F("receiver")), name="sharing_collaboration_with_another"
            ),
            # In either direction: of two who offer each other at the same moment one is refused.
            models.UniqueConstraint(
                Least("tenant", "receiver"),
                Greatest("tenant", "receiver"),
                condition=Q(state__in=sorted(OPEN)),
                name="sharing_collaboration_one_of_a_pair",
            ),
            models.CheckConstraint(
                condition=Q(proposed_end=None, proposed_by="")
                | Q(proposed_end__isnull=False, proposed_by__in=[Side.OFFERER, Side.RECEIVER]),
                name="sharing_collaboration_proposal_whole",
            ),
        ]
        indexes = [
            # What the sweep looks for every few seconds.
            models.Index(fields=["expires_at"], condition=Q(state="offered"), name="sharing_offer_expires"),
            models.Index(fields=["agreed_end"], condition=Q(state="accepted"), name="sharing_agreed_end"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id} and {self.receiver_id}"

    @property
    def subject(self) -> str:
        """How audit records of both tenants refer to it."""
        return f"collaboration:{self.pk}"

    @property
    def side(self) -> Side:
        """Which side the active tenant is."""
        return Side.OFFERER if self.tenant_id == active_tenant_id() else Side.RECEIVER

    @property
    def partner(self) -> Tenant:
        """The other side, as seen from the active tenant."""
        return self.receiver if self.side is Side.OFFERER else self.tenant

    @property
    def partner_name(self) -> str:
        """The partner as the active tenant may know it.

        Who offers learns no more than the account name that was written, before the other side has agreed.
        """
        return self.partner.display_name if self.knows_partner else self.partner.name

    @property
    def knows_partner(self) -> bool:
        """Whether the active tenant may see more of the partner than its account name."""
        return self.side is Side.RECEIVER or self.state in AGREED

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_expired(self) -> bool:
        """Whether it is an offer that nobody answered in time."""
        return self.state == CollaborationState.OFFERED and self.expires_at <= timezone.now()

    @property
    def rests(self) -> bool:
        """Whether one of both tenants is not active, so that nothing can be done together."""
        return self.is_open and {self.tenant.state, self.receiver.state} != {TenantState.ACTIVE}

    @property
    def waits_for_us(self) -> bool:
        """Whether the other side proposed another end and waits for the active tenant's answer."""
        return self.proposed_by not in {"", self.side}


def today() -> date:
    """The day in UTC, in which agreed ends are told."""
    return timezone.now().date()
