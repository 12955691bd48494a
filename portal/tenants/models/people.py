"""Who is a member of a tenant, and who is invited."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal import constants
from portal.permissions import Role
from portal.scoping import TenantOwned
from portal.tenants.states import TenantState

if TYPE_CHECKING:
    from portal.identity.models import User


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
