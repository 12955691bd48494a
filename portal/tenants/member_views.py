"""Who belongs to a tenant: the list, invitations, roles given here, and the ways out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.access import TenantRequest, tenant_page
from portal.errors import Refusal
from portal.lib.forms import posted
from portal.lib.paging import page_of
from portal.permissions import Permission, Role
from portal.tenants import invitation_commands, member_commands, queries
from portal.tenants.forms import InviteForm, RolesForm, SearchForm
from portal.tenants.models import Invitation, Membership


@require_safe
@tenant_page(Permission.MEMBERS_READ)
def members(request: TenantRequest) -> HttpResponse:
    """All members with their roles and where those come from, and who is invited."""
    form = SearchForm(request.GET or None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found, pages = page_of(request, queries.members(words))
    can_write = Permission.MEMBERS_WRITE in request.permissions
    context = {
        "members": [_row(request, membership) for membership in found],
        "pages": pages,
        "form": form,
        "invitations": [_invitation_row(request, invitation) for invitation in queries.unanswered_invitations()],
        "can_write": can_write,
        "invite_url": _url(request, "invite"),
    }
    return render(request, "tenants/members.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.MEMBERS_WRITE)
def invite(request: TenantRequest) -> HttpResponse:
    """Offer roles to somebody by mail."""
    form = InviteForm(posted(request), initial={"language": get_language(), "roles": [Role.VIEWER]})
    if form.is_valid():
        try:
            invitation = invitation_commands.invite(**form.cleaned_data, by=request.actor)
        except Refusal as refusal:
            refusal.show_in(form, "email")
        else:
            messages.success(request, _("The invitation of %(email)s is on its way.") % {"email": invitation.email})
            return redirect("tenants:members", request.tenant.name)
    return _form(request, "tenants/invite.html", form, heading=_("Invite somebody"))


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.MEMBERS_WRITE)
def withdraw(request: TenantRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(Invitation, pk=invitation_id)
    form = forms.Form(posted(request))
    if form.is_valid():
        invitation_commands.withdraw_invitation(invitation, by=request.actor)
        messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": invitation.email})
        return redirect("tenants:members", request.tenant.name)
    heading = _("Withdraw the invitation of %(email)s?") % {"email": invitation.email}
    return _form(request, "tenants/withdraw.html", form, heading=heading)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.MEMBERS_WRITE)
def member(request: TenantRequest, member_id: int) -> HttpResponse:
    """Give a member roles here, or take them."""
    membership = _member_or_404(member_id)
    form = RolesForm(membership, posted(request))
    if form.is_valid():
        try:
            member_commands.give_roles(membership, roles=form.cleaned_data["roles"], by=request.actor)
        except member_commands.LastAdmin as refusal:
            refusal.show_in(form, "roles")
        else:
            messages.success(request, _("The roles of %(name)s are changed.") % {"name": membership.user.name})
            return _back(request, membership)
    heading = _("Roles of %(name)s") % {"name": membership.user.name}
    return _form(request, "tenants/member.html", form, heading=heading, member=_row(request, membership))


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.MEMBERS_WRITE)
def take_out(request: TenantRequest, member_id: int) -> HttpResponse:
    """End somebody's membership."""
    membership = _member_or_404(member_id)
    form = forms.Form(posted(request))
    if form.is_valid():
        try:
            member_commands.take_out(membership, by=request.actor)
        except member_commands.LastAdmin as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("%(name)s is no member any more.") % {"name": membership.user.name})
            return _back(request, membership)
    heading = _("Take %(name)s out of this tenant?") % {"name": membership.user.name}
    return _form(request, "tenants/take_out.html", form, heading=heading, member=_row(request, membership))


def _back(request: TenantRequest, membership: Membership) -> HttpResponse:
    """To the list; who changed the own membership may not see that any more."""
    return redirect("choose") if membership.user == request.user else redirect("tenants:members", request.tenant.name)


def _member_or_404(member_id: int) -> Membership:
    return get_object_or_404(Membership.objects.select_related("user"), pk=member_id)


def _row(request: TenantRequest, membership: Membership) -> dict[str, Any]:
    return {
        "name": membership.user.name,
        "email": membership.user.email,
        "is_me": membership.user == request.user,
        "since": membership.since,
        "hub_roles": [Role(name).label for name in membership.hub_roles if name in Role],
        "portal_roles": [Role(name).label for name in membership.portal_roles if name in Role],
        "is_confirmed": membership.is_confirmed,
        "confirmed_at": membership.confirmed_at if membership.hub_roles else None,
        "url": _url(request, "member", membership.pk),
        "take_out_url": _url(request, "take_out", membership.pk),
    }


def _invitation_row(request: TenantRequest, invitation: Invitation) -> dict[str, Any]:
    return {
        "email": invitation.email,
        "roles": [role.label for role in invitation.role_list],
        "invited_by": invitation.invited_by,
        "expires_at": invitation.expires_at,
        "is_open": invitation.is_open,
        "withdraw_url": _url(request, "withdraw", invitation.pk),
    }


def _form(request: TenantRequest, template: str, form: forms.Form, **shown: Any) -> HttpResponse:
    context = {"form": form, "cancel_url": _url(request, "members"), **shown}
    refused = form.is_bound and not form.is_valid()
    return render(request, template, context, status=422 if refused else 200)


def _url(request: TenantRequest, page: str, *args: int) -> str:
    return reverse(f"tenants:{page}", args=[request.tenant.name, *args])
