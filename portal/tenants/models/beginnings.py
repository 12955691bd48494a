"""How a tenant comes to be: who asks for one, and how far its provisioning is."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.scoping import TenantOwned
from portal.tenants.models.tenant import Package, Tenant


class StepState(models.TextChoices):
    """How far a step of a provisioning is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class StepName(models.TextChoices):
    """What is done for a new tenant, in this order; `portal.tenants.steps` does it."""

    NAME = "name", _("Look for the name at the Hub")
    IDENTITY = "identity", _("Reach the sign-in of the Hub")
    KEY_SET = "key_set", _("Read the key set of the tenant")
    CREDENTIAL = "credential", _("Test the upstream credential")
    MEMBER = "member", _("Invite the first admin")
    MAIL = "mail", _("Send the welcome mail")


class ProvisioningStep(TenantOwned):
    """One step of a tenant's provisioning and how it went. `portal.tenants.provisioning` runs it."""

    name = models.CharField(max_length=40, choices=StepName)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=StepState, default=StepState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    # Why it failed: code of a refusal, and what its sentence cannot know.
    reason = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    # Until then the worker that runs it is believed to be alive.
    lease_until = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="tenants_provisioning_step_once"),
            models.CheckConstraint(condition=Q(state__in=StepState.values), name="tenants_provisioning_step_state"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.tenant_id}"


class RequestState(models.TextChoices):
    """What became of a request."""

    OPEN = "open", _("Waits for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class TenantRequest(models.Model):
    """A person without a tenant asks the operator for one."""

    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=8)
    display_name = models.CharField(max_length=100)
    company_name = models.CharField(max_length=100)
    company_domain = models.CharField(max_length=253)
    package = models.CharField(max_length=2, choices=Package, default=Package.S)
    note = models.TextField(max_length=1000, blank=True)
    # In which the answer is written.
    language = models.CharField(max_length=8, default="en")
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=255, blank=True)
    # What the operator answered.
    reason = models.CharField(max_length=500, blank=True)
    # What it led to.
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["requested_by"], condition=Q(state="open"), name="tenants_request_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="tenants_request_state"),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.requested_by_id}"

    @property
    def subject(self) -> str:
        """How audit records refer to this request."""
        return f"request:{self.pk}"
