"""Who belongs to a tenant: what the Hub says at each sign-in, and what the tenant's admins add here."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record, record_for_instance
from portal.errors import Refusal
from portal.identity.backend import HubIdentity
from portal.identity.events import SignInSucceeded
from portal.identity.issuers import known_tenant
from portal.identity.models import User
from portal.identity.tokens import TokenRefused
from portal.lib.addresses import normal
from portal.permissions import Role, role_names, roles_from_scopes
from portal.scoping import tenant_scope
from portal.tenants import events, invitation_commands
from portal.tenants.invitation_commands import locked_tenant
from portal.tenants.models import Membership
from portal.tenants.states import TenantState


class LastAdmin(Refusal):
    """Nobody would be left to administer the tenant."""

    code = "last_admin"
    status = 409
    message = _("This is the last admin of the tenant.")
    advice = _("Make somebody else admin first.")


class SecondAdminMissing(LastAdmin):
    """With one admin alone, no new key could ever be approved."""

    code = "second_admin_missing"
    message = _("That a second admin approves new keys needs two admins in this tenant.")
    advice = _("Make somebody else admin first, or do without the approval (Settings).")


def follow_hub(user: User, identity: HubIdentity, *, by: Actor) -> None:
    """Bring the person's membership in the token's tenant in line with the token, and record the sign-in.

    A role that the Hub took away is gone with this sign-in, roles given here stay; without any role the person is no
    member any more. The token speaks only for tenants of the environment whose identity host issued it: two
    environments may both know a tenant of this name. Runs inside the transaction of `portal.identity.commands.admit`.
    Raises `TokenRefused` when the tenant is suspended, but lets an operator in, who alone can resume it.
    """
    tenant = known_tenant(identity.environment, identity.tenant)
    roles = roles_from_scopes(set(identity.scopes))
    signed_in = SignInSucceeded(tenant=tenant.name if tenant else identity.tenant, roles=role_names(roles))
    if tenant is None:
        record_for_instance(signed_in, by=by)
        return
    if tenant.state == TenantState.SUSPENDED and not user.is_operator:
        raise TokenRefused("tenant_suspended")
    with tenant_scope(tenant.pk):
        locked_tenant()
        _settle_membership(user, roles, by)
        record(signed_in, by=by)


def _settle_membership(user: User, roles: list[Role], by: Actor) -> None:
    membership = Membership.objects.filter(user=user).first()
    if membership is None and not roles:
        return
    membership = membership or Membership(user=user)
    before = membership.known_roles
    membership.hub_roles, membership.confirmed_at = [role.value for role in roles], timezone.now()
    after = membership.known_roles
    if not after:
        membership.delete()
        record(events.MemberRemoved(before=role_names(before)), by=by, subject=membership.subject)
        return
    membership.save()
    if before != after:
        changed = events.MemberChanged(roles=role_names(after), before=role_names(before))
        record(changed, by=by, subject=membership.subject)
    _close_fulfilled(user, membership, by)


def _close_fulfilled(user: User, membership: Membership, by: Actor) -> None:
    """An invitation to what the Hub gives anyway needs no answer any more."""
    invitation = (
        invitation_commands.open_invitations().filter(email=normal(user.email)).first() if user.email_verified else None
    )
    if invitation is not None and {*invitation.roles} <= {*membership.hub_roles}:
        invitation_commands.mark_accepted(invitation, membership, by=by)


@transaction.atomic(durable=True)
def give_roles(membership: Membership, *, roles: list[Role], by: Actor) -> None:
    """Set the roles that a member has here beside those of the Hub; the member's next request is judged by them.

    A member who is left without any role is no member any more. Raises `LastAdmin`.
    """
    locked_tenant()
    membership = Membership.objects.select_related("user").get(pk=membership.pk)
    before = membership.known_roles
    if membership.portal_roles == [role.value for role in roles]:
        return
    membership.portal_roles = [role.value for role in roles]
    _keep_an_admin(membership, before)
    if membership.known_roles:
        membership.save(update_fields=["portal_roles"])
    else:
        membership.delete()
    given = events.MemberRolesGiven(
        member=str(membership.user), roles=role_names(membership.known_roles), before=role_names(before)
    )
    record(given, by=by, subject=membership.subject)


@transaction.atomic(durable=True)
def take_out(membership: Membership, *, by: Actor) -> None:
    """End a membership: the person's next request here is refused. Whom the Hub gives a role comes back at sign-in.

    Raises `LastAdmin`.
    """
    membership, before = _removed(membership)
    invitation_commands.put_away_invitation(membership.user.email)
    taken = events.MemberTakenOut(member=str(membership.user), before=role_names(before))
    record(taken, by=by, subject=membership.subject)


@transaction.atomic(durable=True)
def leave(membership: Membership, *, by: Actor) -> None:
    """End one's own membership. Whom the Hub gives a role comes back at the next sign-in. Raises `LastAdmin`."""
    with tenant_scope(membership.tenant_id):
        membership, before = _removed(membership)
        record(events.MemberLeft(before=role_names(before)), by=by, subject=membership.subject)


def _removed(membership: Membership) -> tuple[Membership, list[Role]]:
    locked_tenant()
    membership = Membership.objects.select_related("user").get(pk=membership.pk)
    before = membership.known_roles
    membership.hub_roles = membership.portal_roles = []
    _keep_an_admin(membership, before)
    membership.delete()
    return membership, before


def _keep_an_admin(membership: Membership, before: list[Role]) -> None:
    """Raises `LastAdmin` if this change takes away the last one, or the last but one where keys need two.

    The tenant's row is locked, so nobody else changes.
    """
    if Role.ADMIN not in before or Role.ADMIN in membership.known_roles:
        return
    others = sum(admin.pk != membership.pk for admin in Membership.admins())
    if not others:
        raise LastAdmin
    if others == 1 and membership.tenant.key_approval:
        raise SecondAdminMissing
