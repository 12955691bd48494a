"""What a person does about tenants that are not, or not yet, or no longer theirs: ask, accept, leave."""

from __future__ import annotations

from django import forms
from django.contrib import auth, messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import SignedInRequest, began_before, redirect_to_sign_in, signed_in_page
from portal.errors import NotFound, Refusal
from portal.identity.models import User
from portal.lib.addresses import normal
from portal.lib.forms import posted
from portal.permissions import Role
from portal.tenants import invitation_commands, member_commands, request_commands
from portal.tenants.forms import RequestForm
from portal.tenants.models import Invitation, Membership, RequestState
from portal.tenants.queries import latest_request


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def invitation(request: SignedInRequest, token: str) -> HttpResponse:
    """Accept an invitation, if the Hub vouches for its address."""
    offered = invitation_commands.invitation_of(token)
    if offered is None:
        raise NotFound
    if offered.accepted_at and _is_settled(offered, request.user):
        # Used before, or fulfilled by the roles that the Hub gave at this very sign-in.
        return redirect("tenants:home", offered.tenant.name)
    invitation_commands.check_invitation(offered, request.user)
    form = forms.Form(posted(request))
    tenant = offered.tenant
    if form.is_valid():
        membership = invitation_commands.accept_invitation(offered, request.user, by=request.actor)
        messages.success(request, _("You are now a member of %(tenant)s.") % {"tenant": tenant.display_name})
        is_new_admin = Role.ADMIN in membership.role_list
        return redirect("keys:list" if is_new_admin else "tenants:home", tenant.name)
    context = {
        "form": form,
        "heading": _("Invitation to %(tenant)s") % {"tenant": tenant.display_name},
        "tenant_name": tenant.name,
        "invited_by": offered.invited_by,
        "roles": [role.label for role in offered.role_list],
        "expires_at": offered.expires_at,
        "cancel_url": "/",
    }
    return render(request, "tenants/invitation.html", context)


def _is_settled(offered: Invitation, user: User) -> bool:
    return offered.email == normal(user.email) and Membership.of(user).filter(tenant=offered.tenant).exists()


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def leave(request: SignedInRequest, tenant: str) -> HttpResponse:
    """End one's own membership."""
    membership = Membership.of(request.user).filter(tenant__name=tenant).first()
    if membership is None:
        raise NotFound
    if began_before(request, membership.tenant.sessions_ended_at):
        auth.logout(request)
        return redirect_to_sign_in(request)
    form = forms.Form(posted(request))
    name = membership.tenant.display_name
    if form.is_valid():
        try:
            member_commands.leave(membership, by=request.actor)
        except member_commands.LastAdmin as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("You left %(tenant)s.") % {"tenant": name})
            return redirect("choose")
    context = {
        "form": form,
        "heading": _("Leave %(tenant)s?") % {"tenant": name},
        "has_hub_roles": bool(membership.hub_roles),
        "cancel_url": "/",
    }
    return render(request, "tenants/leave.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def ask(request: SignedInRequest) -> HttpResponse:
    """Ask the operator for a tenant. Who has asked already, or has one, sees that on the start page."""
    asked = latest_request(request.user)
    if (asked is not None and asked.state == RequestState.OPEN) or Membership.of(request.user).exists():
        return redirect("choose")
    form = RequestForm(posted(request), initial={"company_domain": request.user.email.partition("@")[2]})
    if form.is_valid():
        try:
            request_commands.ask_for_tenant(user=request.user, **form.cleaned_data, by=request.actor)
        except Refusal as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("Your request is on its way to the operator. The answer comes by e-mail."))
            return redirect("choose")
    context = {"form": form, "heading": _("Request a tenant"), "cancel_url": "/"}
    return render(request, "tenants/ask.html", context, status=422 if form.is_bound else 200)


@require_POST
@signed_in_page
def withdraw_request(request: SignedInRequest) -> HttpResponse:
    """Take the open request back."""
    asked = latest_request(request.user)
    if asked is None:
        raise NotFound
    request_commands.withdraw_request(asked, by=request.actor)
    messages.success(request, _("Your request is withdrawn."))
    return redirect("choose")
