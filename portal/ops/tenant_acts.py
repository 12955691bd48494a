"""What the operator does with a tenant as a whole; each page says the consequence before and asks once."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.access import SignedInRequest, operator_page
from portal.errors import Refusal
from portal.lib.forms import posted
from portal.ops.tenant_forms import FirstAdminForm, NameTypedForm, PackageForm, ReasonForm
from portal.ops.tenant_views import form_page
from portal.permissions import Role
from portal.scoping import tenant_scope
from portal.tenants import commands, invitation_commands
from portal.tenants.models import Tenant
from portal.tenants.states import Verb, verbs_of


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def suspend(request: SignedInRequest, tenant: str) -> HttpResponse:
    """Stop a tenant's keys and pages, with the reason that its people read."""
    found = get_object_or_404(Tenant, name=tenant)
    form = ReasonForm(_("Its people read it instead of their pages, and in a mail."), posted(request))
    return _act(
        request,
        found,
        form,
        lambda: commands.suspend_tenant(found, reason=form.cleaned_data["reason"], by=request.actor),
        heading=_("Suspend %(name)s?") % {"name": found.name},
        done=_("%(name)s is suspended. The next call of its keys is refused.") % {"name": found.name},
        template="ops/suspend.html",
        verb=Verb.SUSPEND,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def resume(request: SignedInRequest, tenant: str) -> HttpResponse:
    """Let a suspended tenant go on."""
    found = get_object_or_404(Tenant, name=tenant)
    form = forms.Form(posted(request))
    return _act(
        request,
        found,
        form,
        lambda: commands.resume_tenant(found, by=request.actor),
        heading=_("Resume %(name)s?") % {"name": found.name},
        done=_("%(name)s is active again.") % {"name": found.name},
        template="ops/resume.html",
        verb=Verb.RESUME,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def archive(request: SignedInRequest, tenant: str) -> HttpResponse:
    """End a suspended tenant for good."""
    found = get_object_or_404(Tenant, name=tenant)
    form = NameTypedForm(found, posted(request))
    return _act(
        request,
        found,
        form,
        lambda: commands.archive_tenant(found, by=request.actor),
        heading=_("Archive %(name)s?") % {"name": found.name},
        done=_("%(name)s is archived.") % {"name": found.name},
        template="ops/archive.html",
        verb=Verb.ARCHIVE,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def cancel(request: SignedInRequest, tenant: str) -> HttpResponse:
    """Give up an order that never became active."""
    found = get_object_or_404(Tenant, name=tenant)
    form = NameTypedForm(found, posted(request))
    return _act(
        request,
        found,
        form,
        lambda: commands.cancel_order(found, by=request.actor),
        heading=_("Cancel the order of %(name)s?") % {"name": found.name},
        done=_("The order of %(name)s is cancelled.") % {"name": found.name},
        template="ops/cancel.html",
        verb=Verb.CANCEL,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def package(request: SignedInRequest, tenant: str) -> HttpResponse:
    """Give a tenant another package."""
    found = get_object_or_404(Tenant, name=tenant)
    form = PackageForm(posted(request), initial={"package": found.package})
    return _act(
        request,
        found,
        form,
        lambda: commands.change_package(found, package=form.cleaned_data["package"], by=request.actor),
        heading=_("Package of %(name)s") % {"name": found.name},
        done=_("The package is changed. Its quotas hold from now on."),
        template="ops/package.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def invite_admin(request: SignedInRequest, tenant: str) -> HttpResponse:
    """Invite an admin into a tenant that has none who could."""
    found = get_object_or_404(Tenant, name=tenant)
    initial = {"email": found.first_admin_email, "language": get_language()}
    form = FirstAdminForm(posted(request), initial=initial)

    def invite() -> None:
        with tenant_scope(found.pk):
            invitation_commands.invite(**form.cleaned_data, roles=[Role.ADMIN], by=request.actor)

    return _act(
        request,
        found,
        form,
        invite,
        heading=_("Invite an admin of %(name)s") % {"name": found.name},
        done=_("The invitation is on its way."),
        template="ops/invite_admin.html",
    )


def _act(
    request: SignedInRequest,
    tenant: Tenant,
    form: forms.Form,
    command: Callable[[], None],
    *,
    heading: str,
    done: str,
    template: str,
    verb: str = "",
) -> HttpResponse:
    """Run the command when the form is sent, then back to the tenant; show in the form why it was refused."""
    back = reverse("ops:tenant", args=[tenant.name])
    if not form.is_bound and verb and verb not in verbs_of(tenant.state):
        return redirect(back)
    if form.is_valid():
        try:
            command()
        except Refusal as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, done)
            return redirect(back)
    return form_page(request, template, form, heading=heading, tenant=tenant, cancel_url=back)
