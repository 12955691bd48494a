"""Tenants with their state, who is a member, who is invited or asks for one, and how far their provisioning is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.errors import Refusal
from portal.lib.names import TENANT_NAME
from portal.permissions import Role
from portal.scoping import TenantOwned
from portal.tenants.states import TenantNotReady, TenantState, TenantSuspended

if TYPE_CHECKING:
    from portal.identity.models import User


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


class Membership(TenantOwned):
    """A person in a tenant: roles that the Hub gave at the last sign-in, and roles that an admin gave here."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    hub_roles = models.JSONField(default=list)
    portal_roles = models.JSONField(default=list)
    since = models.DateTimeField(auto_now_add=True)
    # When the Hub last vouched for its roles: by a sign-in through this tenant.
    confirmed_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="tenants_membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.tenant_id}"

    @classmethod
    def admins(cls) -> list[Membership]:
        """The members of the active tenant who administer it, with their users."""
        found = cls.objects.select_related("user").order_by("pk")
        return [membership for membership in found if Role.ADMIN in membership.known_roles]

    @classmethod
    def of(cls, user: User) -> models.QuerySet[Membership]:
        """A person's memberships that count, in all tenants that are not archived, with the tenants."""
        counting = Q(confirmed_at__gte=_oldest_confirmation()) | ~Q(portal_roles=[])
        found = cls.all_tenants.select_related("tenant").filter(counting, user=user)
        return found.exclude(tenant__state=TenantState.ARCHIVED)

    @property
    def subject(self) -> str:
        """How audit records refer to this member."""
        return f"member:{self.user_id}"

    @property
    def is_confirmed(self) -> bool:
        """Whether the Hub's roles still count.

        They do as long as a session can last after the Hub confirmed them: who signs in through one tenant keeps no
        roles in another whose Hub took them away in the meantime.
        """
        return self.confirmed_at >= _oldest_confirmation()

    @property
    def role_list(self) -> list[Role]:
        """The roles that count now, as members of `Role`; a name that is no role any more gives no right."""
        names = {*self.portal_roles, *(self.hub_roles if self.is_confirmed else ())}
        return [role for role in Role if role.value in names]

    @property
    def known_roles(self) -> list[Role]:
        """All roles as last heard of, whether they count now or with the next sign-in."""
        return [role for role in Role if role.value in {*self.portal_roles, *self.hub_roles}]

    @property
    def roles_label(self) -> str:
        """The roles in words, without "viewer" where a stronger one is there."""
        roles = [role for role in self.role_list if role is not Role.VIEWER] or self.role_list
        return ", ".join(str(role.label) for role in roles)


def _oldest_confirmation() -> datetime:
    return timezone.now() - timedelta(seconds=constants.SESSION_ABSOLUTE)


class Invitation(TenantOwned):
    """An offer of roles to whoever signs in with this e-mail address, verified by the Hub."""

    email = models.EmailField(max_length=254)
    roles = models.JSONField(default=list)
    # Language of the mail.
    language = models.CharField(max_length=8, default="en")
    invited_by = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="tenants_invitation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="tenants_invitation_ends_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.tenant_id}"

    @property
    def subject(self) -> str:
        """How audit records refer to this invitation."""
        return f"invitation:{self.pk}"

    @property
    def mail_key(self) -> str:
        """Key of the mail that carries its link."""
        return f"invitation:{self.tenant_id}:{self.pk}"

    @property
    def welcome_key(self) -> str:
        """Key of the welcome mail, if that carries its link."""
        return f"welcome:{self.tenant_id}:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at > timezone.now()

    @property
    def role_list(self) -> list[Role]:
        return [role for role in Role if role.value in self.roles]


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


class DailyCalls(TenantOwned):
    """How many calls through the proxy a tenant made on one day (UTC); counts against its package."""

    day = models.DateField()
    calls = models.PositiveBigIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "day"], name="tenants_daily_calls_day")]

    def __str__(self) -> str:
        return f"{self.calls} on {self.day}"
