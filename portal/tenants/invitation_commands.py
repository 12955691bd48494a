"""Invitations: offers of roles to whoever signs in with an address that the Hub vouches for."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record
from portal.errors import Refusal
from portal.identity.models import User
from portal.lib.addresses import normal
from portal.notify import mails
from portal.notify.commands import discard
from portal.permissions import Role, role_names
from portal.scoping import active_tenant_id, tenant_scope
from portal.tenants import events
from portal.tenants.models import Invitation, Membership, Tenant
from portal.tenants.states import StateForbids, TenantState

SALT = "portal.tenants.invitation"


class InvitedAlready(Refusal):
    code = "invited_already"
    status = 422
    message = _("This address has an open invitation. Withdraw it to send another.")


class TooManyInvitations(Refusal):
    code = "too_many_invitations"
    status = 409
    message = _("This tenant has as many open invitations as it may have.")
    advice = _("Withdraw some that nobody will accept.")


class InvitationNotYours(Refusal):
    """The invitation is for another address than the one the Hub vouches for."""

    code = "invitation_not_yours"
    status = 403
    message = _("This invitation is for another e-mail address than the one you are signed in with.")
    advice = _("Sign out, sign in as the person who got the mail, and open the link again.")


class EmailNotVerified(Refusal):
    code = "email_not_verified"
    status = 403
    message = _("Insights Hub does not vouch for your e-mail address, so the invitation cannot be accepted.")
    advice = _("Sign in at the portal's own address, or let the Hub verify your address, then open the link again.")


class InvitationClosed(Refusal):
    """Accepted, withdrawn or expired."""

    code = "invitation_closed"
    status = 410
    message = _("This invitation cannot be accepted any more: it was used, withdrawn, or has expired.")
    advice = _("Ask an admin of the tenant for a new one.")


@transaction.atomic(durable=True)
def invite(*, email: str, roles: list[Role], language: str, by: Actor) -> Invitation:
    """Offer roles to whoever signs in with this address; a mail with the link is on its way.

    The link holds for INVITATION_DAYS. Raises `InvitedAlready`, `TooManyInvitations`, and `StateForbids` unless the
    tenant is active.
    """
    tenant = locked_tenant()
    if tenant.state != TenantState.ACTIVE:
        raise StateForbids
    if _open_invitation(email) is not None:
        raise InvitedAlready
    if open_invitations().count() >= constants.OPEN_INVITATIONS:
        raise TooManyInvitations
    invitation = _add_invitation(email, roles, language, by)
    post_invitation(tenant, invitation)
    invited = events.MemberInvited(email=invitation.email, roles=role_names(roles))
    record(invited, by=by, subject=invitation.subject)
    return invitation


def ensure_invitation(tenant: Tenant, email: str, roles: list[Role], *, by: Actor) -> Invitation:
    """The invitation of this address that is open or was accepted, made when there is none; sends no mail.

    Part of the caller's transaction.
    """
    locked_tenant()
    accepted = Invitation.objects.filter(email=normal(email), accepted_at__isnull=False)
    invitation = _open_invitation(email) or accepted.order_by("-pk").first()
    if invitation is not None:
        return invitation
    invitation = _add_invitation(email, roles, tenant.first_admin_language, by)
    invited = events.MemberInvited(email=invitation.email, roles=role_names(roles))
    record(invited, by=by, subject=invitation.subject)
    return invitation


def post_invitation(tenant: Tenant, invitation: Invitation) -> None:
    """Put the mail with the link into the outbox, once for each invitation."""
    mails.invitation(
        key=invitation.mail_key,
        to=invitation.email,
        language=invitation.language,
        tenant_name=tenant.name,
        display_name=tenant.display_name,
        invited_by=invitation.invited_by,
        roles=invitation.role_list,
        url=invitation_url(invitation),
        expires_at=invitation.expires_at,
    )


def open_invitations() -> QuerySet[Invitation]:
    """The invitations of the active tenant that can be accepted, newest first."""
    unanswered = Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
    return unanswered.order_by("-created_at", "-pk")


def invitation_url(invitation: Invitation) -> str:
    """The link to accept it. It is worth nothing without a sign-in that the Hub vouches the address for."""
    token = signing.Signer(salt=SALT).sign_object([invitation.tenant_id, invitation.pk])
    return settings.PORTAL_URL + reverse("invitation", args=[token])


def invitation_of(token: str) -> Invitation | None:
    """The invitation behind a link, whatever its state; None for a link that is none of ours."""
    try:
        tenant_id, pk = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Invitation.all_tenants.select_related("tenant").filter(tenant_id=tenant_id, pk=pk).first()


@transaction.atomic(durable=True)
def withdraw_invitation(invitation: Invitation, *, by: Actor) -> None:
    """Take an offer back: its link opens nothing any more. Raises `InvitationClosed` when it was accepted meanwhile."""
    locked_tenant()
    invitation = Invitation.objects.get(pk=invitation.pk)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise InvitationClosed
    put_away_invitation(invitation.email)
    record(events.InvitationWithdrawn(email=invitation.email), by=by, subject=invitation.subject)


def check_invitation(invitation: Invitation, user: User) -> None:
    """Raises what keeps this person from accepting it.

    `InvitationClosed`, `TenantSuspended`, `InvitationNotYours`, `EmailNotVerified`.
    """
    if not invitation.is_open or invitation.tenant.state == TenantState.ARCHIVED:
        raise InvitationClosed
    if invitation.tenant.state == TenantState.SUSPENDED:
        raise invitation.tenant.closed or InvitationClosed
    if normal(user.email) != invitation.email:
        raise InvitationNotYours
    if not user.email_verified:
        raise EmailNotVerified


@transaction.atomic(durable=True)
def accept_invitation(invitation: Invitation, user: User, *, by: Actor) -> Membership:
    """Become a member with the offered roles, from the next request on. Raises as `check_invitation` does."""
    with tenant_scope(invitation.tenant_id):
        locked_tenant()
        invitation = Invitation.objects.select_related("tenant").get(pk=invitation.pk)
        check_invitation(invitation, User.objects.get(pk=user.pk))
        membership = Membership.objects.filter(user=user).first() or Membership(user=user)
        membership.portal_roles = sorted({*membership.portal_roles, *invitation.roles})
        membership.save()
        mark_accepted(invitation, membership, by=by)
    return membership


def mark_accepted(invitation: Invitation, membership: Membership, *, by: Actor) -> None:
    """End the offer because it was taken; part of the caller's transaction."""
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    accepted = events.InvitationAccepted(email=invitation.email, roles=role_names(invitation.role_list))
    record(accepted, by=by, subject=membership.subject)


def locked_tenant() -> Tenant:
    """The active tenant under the lock of its membership: without it, the last two admins could demote each other."""
    return Tenant.locked(active_tenant_id())


def put_away_invitation(email: str) -> None:
    """End the offer to this address, if there is one; part of the caller's transaction, which records why."""
    take_back_mails(email)
    _unanswered(email).update(withdrawn_at=timezone.now())


def take_back_mails(email: str) -> None:
    """Take back what is still in the queue for the offer to this address: it may not be true any more."""
    for invitation in _unanswered(email):
        discard(invitation.mail_key, invitation.welcome_key)


def _unanswered(email: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(email=normal(email), accepted_at=None, withdrawn_at=None)


def _open_invitation(email: str) -> Invitation | None:
    """The invitation of this address that can be accepted; one that has expired is put away."""
    waiting = _unanswered(email).first()
    if waiting is not None and not waiting.is_open:
        put_away_invitation(email)
        return None
    return waiting


def _add_invitation(email: str, roles: list[Role], language: str, by: Actor) -> Invitation:
    return Invitation.objects.create(
        email=normal(email),
        roles=[role.value for role in roles],
        language=language,
        invited_by=by.name,
        expires_at=timezone.now() + timedelta(days=constants.INVITATION_DAYS),
    )
