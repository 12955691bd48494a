"""Tenants with their state, and the calls that count against their package."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal
from portal.lib.names import TENANT_NAME
from portal.scoping import TenantOwned
from portal.tenants.states import TenantNotReady, TenantState, TenantSuspended


class Package(models.TextChoices):
    """Size of what a tenant ordered; its quotas are `portal.constants.PACKAGES`."""

    S = "S", "S"
    M = "M", "M"
    L = "L", "L"
    XL = "XL", "XL"


class Tenant(models.Model):
    """One customer account of the Hub. Its name is the client URI and the prefix of its type ids."""

    name = models.CharField(
        max_length=8,
        unique=True,
        validators=[RegexValidator(rf"\A{TENANT_NAME}\Z", _("At most 8 lower-case letters and digits."))],
    )
    # What the name becomes in the Xcelerator world; empty for tenants that were not migrated.
    numeric_id = models.CharField(
        max_length=10, blank=True, validators=[RegexValidator(r"\A[0-9]{10}\Z", _("Exactly 10 digits."))]
    )
    display_name = models.CharField(max_length=100)
    company_name = models.CharField(max_length=100, blank=True)
    company_domain = models.CharField(max_length=253)
    # Key of portal.hub.environments: region, hosts and dialect.
    environment = models.CharField(max_length=40)
    package = models.CharField(max_length=2, choices=Package, default=Package.S)
    created_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=12, choices=TenantState, default=TenantState.REQUESTED)
    state_since = models.DateTimeField(default=timezone.now)
    # Why it is suspended, as its members read it.
    state_reason = models.CharField(max_length=200, blank=True)

    # Who gets the welcome mail and becomes the first admin, and in which language.
    first_admin_email = models.EmailField(max_length=254, blank=True)
    first_admin_language = models.CharField(max_length=8, default="en")

    # What the tenant's own admins set.
    contact_email = models.EmailField(max_length=254, blank=True)
    security_email = models.EmailField(max_length=254, blank=True)
    # Longest life of a new binding key in days; empty allows keys that do not expire.
    key_max_days = models.PositiveIntegerField(null=True, blank=True)
    # Whether a second admin must approve a new key before it works.
    key_approval = models.BooleanField(default=False)
    # Sessions that began before are not taken for this tenant any more.
    sessions_ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TenantState.values), name="tenants_tenant_state"),
            # A token of the Xcelerator world names its tenant by nothing else.
            models.UniqueConstraint(
                fields=["numeric_id"],
                condition=~Q(numeric_id="") & ~Q(state=TenantState.ARCHIVED),
                name="tenants_tenant_numeric_id",
                violation_error_message=_("Another tenant of this portal has this numeric id."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def locked(cls, pk: int) -> Tenant:
        """The tenant under the lock of what belongs to it: its state, its members, its quotas.

        NO KEY: audit records refer to the tenant, which PostgreSQL checks at commit, and a full lock would block that.
        """
        return cls.objects.select_for_update(no_key=True).get(pk=pk)

    @property
    def subject(self) -> str:
        """How audit records refer to this tenant."""
        return f"tenant:{self.name}"

    @property
    def is_open(self) -> bool:
        """Whether it is still an order: it was never active."""
        return self.state in {TenantState.REQUESTED, TenantState.PROVISIONING}

    @property
    def closed(self) -> Refusal | None:
        """Why neither its people nor its keys may enter now; None when they may."""
        if self.state == TenantState.SUSPENDED:
            return TenantSuspended(self.state_reason)
        return None if self.state == TenantState.ACTIVE else TenantNotReady()


class DailyCalls(TenantOwned):
    """How many calls through the proxy a tenant made on one day (UTC); counts against its package."""

    day = models.DateField()
    calls = models.PositiveBigIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "day"], name="tenants_daily_calls_day")]

    def __str__(self) -> str:
        return f"{self.calls} on {self.day}"
