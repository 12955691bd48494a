"""What the operator does with a tenant as a whole; each page says the consequence before and asks once."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
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

# The pages that are offered only while the state of the tenant allows what they do.
CHANGES_OF_STATE = {Verb.SUSPEND, Verb.RESUME, Verb.ARCHIVE, Verb.CANCEL}
# What each page asks, and what it says when it is done.
HEADINGS = {
    "suspend": gettext_lazy("Suspend %(name)s?"),
    "resume": gettext_lazy("Resume %(name)s?"),
    "archive": gettext_lazy("Archive %(name)s?"),
    "cancel": gettext_lazy("Cancel the order of %(name)s?"),
    "package": gettext_lazy("Package of %(name)s"),
    "invite_admin": gettext_lazy("Invite an admin of %(name)s"),
}
DONE = {
    "suspend": gettext_lazy("%(name)s is suspended. The next call of its keys is refused."),
    "resume": gettext_lazy("%(name)s is active again."),
    "archive": gettext_lazy("%(name)s is archived."),
    "cancel": gettext_lazy("The order of %(name)s is cancelled."),
    "package": gettext_lazy("The package is changed. Its quotas hold from now on."),
    "invite_admin": gettext_lazy("The invitation is on its way."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def suspend(request: SignedInRequest, tenant: str) -> HttpResponse:
    """Stop a tenant's keys and pages, with the reason that its people read."""
    found = get_object_or_404(Tenant, name=tenant)
    form = ReasonForm(_("Its people read it instead of their pages, and in a mail."), posted(request))
    return _act(
        request,
        "suspend",
        found,
        form,
        lambda: commands.suspend_tenant(found, reason=form.cleaned_data["reason"], by=request.actor),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def resume(request: SignedInRequest, tenant: str) -> HttpResponse:
    """Let a suspended tenant go on."""
    found = get_object_or_404(Tenant, name=tenant)
    form = forms.Form(posted(request))
    return _act(request, "resume", found, form, lambda: commands.resume_tenant(found, by=request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def archive(request: SignedInRequest, tenant: str) -> HttpResponse:
    """End a suspended tenant for good."""
    found = get_object_or_404(Tenant, name=tenant)
    form = NameTypedForm(found, posted(request))
    return _act(request, "archive", found, form, lambda: commands.archive_tenant(found, by=request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def cancel(request: SignedInRequest, tenant: str) -> HttpResponse:
    """Give up an order that never became active."""
    found = get_object_or_404(Tenant, name=tenant)
    form = NameTypedForm(found, posted(request))
    return _act(request, "cancel", found, form, lambda: commands.cancel_order(found, by=request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def package(request: SignedInRequest, tenant: str) -> HttpResponse:
    """Give a tenant another package."""
    found = get_object_or_404(Tenant, name=tenant)
    form = PackageForm(posted(request), initial={"package": found.package})
    return _act(
        request,
        "package",
        found,
        form,
        lambda: commands.change_package(found, package=form.cleaned_data["package"], by=request.actor),
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

    return _act(request, "invite_admin", found, form, invite)


def _act(
    request: SignedInRequest, page: str, tenant: Tenant, form: forms.Form, command: Callable[[], None]
) -> HttpResponse:
    """Run the command when the form is sent, then back to the tenant; show in the form why it was refused."""
    back, named = reverse("ops:tenant", args=[tenant.name]), {"name": tenant.name}
    if not form.is_bound and page in CHANGES_OF_STATE and page not in verbs_of(tenant.state):
        return redirect(back)
    if form.is_valid():
        try:
            command()
        except Refusal as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, DONE[page] % named)
            return redirect(back)
    return form_page(request, f"ops/{page}.html", form, heading=HEADINGS[page] % named, tenant=tenant, cancel_url=back)
