"""Tenants and who is a member of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.lib.names import TENANT_NAME
from portal.permissions import Role
from portal.scoping import TenantOwned

if TYPE_CHECKING:
    from portal.identity.models import User


class Package(models.TextChoices):
    """Size of what a tenant ordered."""

    S = "S", "S"
    M = "M", "M"
    L = "L", "L"


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
    # Key of portal.hub.environments: region, hosts and dialect.
    environment = models.CharField(max_length=40)
    company_domain = models.CharField(max_length=253)
    package = models.CharField(max_length=2, choices=Package, default=Package.S)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Membership(TenantOwned):
    """A person in a tenant, with the roles that the Hub gave at the last sign-in."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    roles = models.JSONField(default=list)
    since = models.DateTimeField(auto_now_add=True)
    # When the Hub last vouched for it: by a sign-in through this tenant.
    confirmed_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="tenants_membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.tenant_id}"

    @classmethod
    def of(cls, user: User) -> models.QuerySet[Membership]:
        """A person's memberships in all tenants, with the tenants.

        A membership counts as long as a session can last after the Hub confirmed it: who signs in through one tenant
        keeps no rights in another that took them away in the meantime.
        """
        oldest = timezone.now() - timedelta(seconds=constants.SESSION_ABSOLUTE)
        return cls.all_tenants.select_related("tenant").filter(user=user, confirmed_at__gte=oldest)

    @property
    def role_list(self) -> list[Role]:
        """The roles as members of `Role`; a name that is no role any more gives no right."""
        return [role for role in Role if role.value in self.roles]

    @property
    def roles_label(self) -> str:
        """The roles in words, without "viewer" where a stronger one is there."""
        roles = [role for role in self.role_list if role is not Role.VIEWER] or self.role_list
        return ", ".join(str(role.label) for role in roles)
